using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Auditing;
using ResellerPortal.Core.Balances;
using ResellerPortal.Core.Credits;
using ResellerPortal.Core.Dunning;
using ResellerPortal.Core.Invoicing;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Payments;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Plans;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Time;

namespace ResellerPortal.Core.Checkouts;

/// <summary>
/// Brings the portal's records in line with the provider's current state of a payment. Idempotent: any node may call it at any time, in any
/// order and repeatedly.
/// </summary>
public sealed class CheckoutSynchronizer(
    PortalDatabase database,
    ReversalSynchronizer reversals,
    AccountPausePolicy pauses,
    TimeProvider clock,
    ILogger<CheckoutSynchronizer> logger)
{
    private static readonly TenantScope AllTenants = TenantScope.CrossTenants("payment provider updates for any tenant's checkout");

    /// <summary>The idempotency key of what a payment records.</summary>
    public static Guid CreateIdempotencyKey(Merchant merchant, string providerId) =>
        new(SHA256.HashData(Encoding.UTF8.GetBytes($"{merchant.Key}|{providerId}")).AsSpan(0, 16));

    /// <summary>Records the current state of a payment.</summary>
    /// <returns>The payment's checkout; null if it is not one of ours.</returns>
    public async Task<Checkout?> ApplyAsync(Merchant merchant, ProviderPayment payment, CancellationToken cancellationToken)
    {
        if (await FindAsync(merchant, payment.CheckoutId, cancellationToken) is not { } found)
        {
            return null;
        }

        var actor = Actor.Portal("payment provider", TenantScope.ForReseller(found.ResellerId!.Value));
        await using var db = database.Open(actor.Scope);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        await LockAsync(db, found, cancellationToken);
        var checkout = await db.Checkouts.SingleAsync(c => c.Id == found.Id, cancellationToken);
        if (FindContradiction(checkout, payment) is { } contradiction)
        {
            logger.LogError("Payment {Payment} at {Merchant} refused: {Reason}", payment.Id, merchant, contradiction);
            await RefuseAsync(db, actor, checkout, contradiction, cancellationToken);
        }
        else
        {
            await RecordPaymentAsync(db, actor, checkout, payment, cancellationToken);
        }

        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        if (checkout is { Purpose: CheckoutPurpose.Invoice, CustomerId: { } customerId }
            && await db.DunningSteps.AnyAsync(
                s => s.CustomerId == customerId && s.PausesTokens && s.LiftedAtUtc == null, cancellationToken))
        {
            await pauses.AlignAsync(actor, customerId, cancellationToken);
        }

        return checkout;
    }

    /// <summary>Records that a provider's page closed without a payment.</summary>
    public async Task<Checkout?> ExpireAsync(Merchant merchant, ProviderSession session, CancellationToken cancellationToken)
    {
        if (await FindAsync(merchant, session.CheckoutId, cancellationToken) is not { } found
            || found.SessionId is { } known && known != session.Id)
        {
            return null;
        }

        await using var db = database.Open(AllTenants);
        await db.Checkouts.Where(c => c.Id == found.Id && c.State == CheckoutState.Open).ExecuteUpdateAsync(
            set => set.SetProperty(c => c.State, CheckoutState.Expired), cancellationToken);
        return found;
    }

    /// <summary>Finds the checkout named by a provider, if it belongs to this merchant.</summary>
    internal async Task<Checkout?> FindAsync(Merchant merchant, Guid? checkoutId, CancellationToken cancellationToken)
    {
        if (checkoutId is not { } id)
        {
            return null;
        }

        await using var db = database.Open(AllTenants);
        var checkout = await db.Checkouts.AsNoTracking().SingleOrDefaultAsync(c => c.Id == id, cancellationToken);
        if (checkout is not null && checkout.Merchant != merchant)
        {
            logger.LogError("{Merchant} refers to checkout {Checkout} of another merchant; ignored.", merchant, id);
            return null;
        }

        return checkout;
    }

    /// <summary>Locks in a fixed order: customer, invoice or order, reseller (for credit note numbers), checkout.</summary>
    private async Task LockAsync(PortalDbContext db, Checkout checkout, CancellationToken cancellationToken)
    {
        var reseller = checkout.ResellerId!.Value;
        if (checkout.CustomerId is { } customer)
        {
            await database.LockRowsAsync<Customer>(db, reseller, [customer.Value], cancellationToken);
        }

        if (checkout.Purpose == CheckoutPurpose.Invoice)
        {
            await database.LockRowsAsync<Invoice>(db, reseller, [checkout.SubjectId], cancellationToken);
            await database.LockRowsAsync<Reseller>(db, [reseller.Value], cancellationToken);
        }
        else
        {
            await database.LockRowsAsync<PlanOrder>(db, reseller, [checkout.SubjectId], cancellationToken);
        }

        await database.LockRowsAsync<Checkout>(db, [checkout.Id], cancellationToken);
    }

    private static string? FindContradiction(Checkout checkout, ProviderPayment payment) =>
        checkout.PaymentId is { } known && known != payment.Id && checkout.State is CheckoutState.Paid or CheckoutState.Processing
            ? $"Payment {payment.Id} duplicates {known}. Refund it."
        : checkout.SessionId is { } session && payment.SessionId is { } other && session != other
        ? $"Session {other} is not the one opened for this checkout."
        : payment.Subtotal.Currency != checkout.Currency || payment.Subtotal != checkout.Amount
        ? $"{payment.Subtotal} was charged instead of {checkout.Amount}."
        : payment.Discount.MinorUnits < 0 || payment.Tax.MinorUnits < 0 || payment.Total.MinorUnits < 0
        ? "The provider's amounts are inconsistent."
        : checkout.Purpose == CheckoutPurpose.Invoice && payment.Total != checkout.Amount
        ? $"{payment.Total} was paid instead of {checkout.Amount}."
        : null;

    private async Task RefuseAsync(PortalDbContext db, Actor actor, Checkout checkout, string fault, CancellationToken cancellationToken)
    {
        if (checkout.Error != fault)
        {
            (checkout.State, checkout.Error) = (checkout.State == CheckoutState.Paid ? CheckoutState.Paid : CheckoutState.Refused, fault);
            db.Audit(
                actor,
                clock.GetUtcNow(),
                Permission.PaymentsRecord,
                $"refused an online payment: {fault}",
                checkout.ResellerId,
                checkout.CustomerId);
        }

        await db.SaveChangesAsync(cancellationToken);
    }

    private async Task RecordPaymentAsync(
        PortalDbContext db,
        Actor actor,
        Checkout checkout,
        ProviderPayment payment,
        CancellationToken cancellationToken)
    {
        checkout.SessionId ??= payment.SessionId;
        if (payment.State == ProviderPaymentState.Paid)
        {
            if (checkout.State != CheckoutState.Paid)
            {
                await PayAsync(db, actor, checkout, payment, cancellationToken);
            }

            await KeepMethodAsync(db, checkout, payment.KeptMethod, cancellationToken);
            await reversals.ApplyAsync(db, actor, checkout, payment.Reversals, cancellationToken);
        }
        else if (checkout.State is CheckoutState.Open or CheckoutState.Processing or CheckoutState.Failed)
        {
            checkout.PaymentId = payment.Id;
            if (payment.State == ProviderPaymentState.Processing)
            {
                (checkout.State, checkout.Error) = (CheckoutState.Processing, null);
                await PauseRemindersAsync(db, checkout, cancellationToken);
            }
            else if (payment.State == ProviderPaymentState.Failed)
            {
                // While the page is open, the payer may try another method.
                checkout.Error = payment.Fault?.Truncate(500);
                checkout.State = checkout.Kind != CheckoutKind.Saved && checkout.State == CheckoutState.Open
                    ? CheckoutState.Open
                    : CheckoutState.Failed;
                await ResumeRemindersAsync(db, checkout, cancellationToken);
            }
        }
    }

    /// <summary>Pauses reminders while an invoice's payment is processing, unless they are paused already.</summary>
    private async Task PauseRemindersAsync(PortalDbContext db, Checkout checkout, CancellationToken cancellationToken)
    {
        if (checkout is { Purpose: CheckoutPurpose.Invoice, ProcessingSinceUtc: null })
        {
            var invoice = await db.Invoices.SingleAsync(i => i.Id == checkout.SubjectId, cancellationToken);
            checkout.ProcessingSinceUtc = clock.GetUtcNow();
            invoice.RemindersHeldAtUtc ??= checkout.ProcessingSinceUtc;
        }
    }

    private static async Task ResumeRemindersAsync(PortalDbContext db, Checkout checkout, CancellationToken cancellationToken)
    {
        if (checkout is { Purpose: CheckoutPurpose.Invoice, ProcessingSinceUtc: { } since }
            && await db.Invoices.SingleAsync(i => i.Id == checkout.SubjectId, cancellationToken) is { RemindersHeldAtUtc: { } held } invoice
            && held == since)
        {
            invoice.RemindersHeldAtUtc = null;
        }
    }

    private async Task PayAsync(
        PortalDbContext db,
        Actor actor,
        Checkout checkout,
        ProviderPayment payment,
        CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        if (checkout.Purpose == CheckoutPurpose.PlanOrder)
        {
            var order = await db.PlanOrders.SingleAsync(o => o.Id == checkout.SubjectId, cancellationToken);
            if (order.Status != PlanOrderStatus.Ordered || order.Due != checkout.Amount)
            {
                checkout.PaymentId = payment.Id;
                await RefuseAsync(
                    db,
                    actor,
                    checkout,
                    $"Order {order.TransferReference} was {(order.Status == PlanOrderStatus.Cancelled
                        ? "cancelled"
                        : "paid otherwise")} in the meantime. Refund {payment.Total}.",
                    cancellationToken);
                return;
            }

            var lot = RecordOrderPayment(db, order, checkout.Merchant, payment, now);
            db.Audit(
                actor,
                now,
                Permission.OrdersConfirm,
                $"order {order.TransferReference}: {payment.Total} paid online, lot of {lot.Conversions} conversions of {order.PlanName}",
                order.ResellerId);
        }
        else
        {
            await PayInvoiceAsync(db, actor, checkout, payment, now, cancellationToken);
        }

        (checkout.State, checkout.PaymentId, checkout.PaidAtUtc, checkout.Error) = (CheckoutState.Paid, payment.Id, payment.AtUtc, null);
        await ResumeRemindersAsync(db, checkout, cancellationToken);
        await db.SaveChangesAsync(cancellationToken);
    }

    /// <summary>Records an online payment of an order, which completes its price and creates its credit lot.</summary>
    internal static CreditLot RecordOrderPayment(
        PortalDbContext db,
        PlanOrder order,
        Merchant merchant,
        ProviderPayment payment,
        DateTimeOffset now,
        DateTimeOffset? beginsAtUtc = null,
        DateTimeOffset? expiresAtUtc = null)
    {
        order.Deduct(payment.Discount);
        OrderPosting.RecordPayment(
            db,
            order,
            payment.Subtotal - payment.Discount,
            DateOnly.FromDateTime(payment.AtUtc.UtcDateTime),
            payment.Id,
            CreateIdempotencyKey(merchant, payment.Id),
            now,
            payment.Tax,
            payment.ReceiptUrl);
        return OrderPosting.GrantLot(db, order, payment.Id, beginsAtUtc ?? now, now, expiresAtUtc);
    }

    /// <summary>Pays what is due on the invoice; any excess goes to the balance.</summary>
    private async Task PayInvoiceAsync(
        PortalDbContext db,
        Actor actor,
        Checkout checkout,
        ProviderPayment payment,
        DateTimeOffset now,
        CancellationToken cancellationToken)
    {
        var invoice = await db.Invoices.SingleAsync(i => i.Id == checkout.SubjectId, cancellationToken);
        var customer = await db.Customers.SingleAsync(c => c.Id == invoice.CustomerId, cancellationToken);
        var reseller = await db.Resellers.SingleAsync(r => r.Id == invoice.ResellerId, cancellationToken);
        var today = reseller.Zone.GetDay(now);
        var day = reseller.Zone.GetDay(payment.AtUtc);
        var due = invoice.Due.MinorUnits > 0 ? invoice.Due : Money.Zero(invoice.Currency);
        var part = payment.Total < due ? payment.Total : due;
        if (part.MinorUnits > 0)
        {
            db.AddPayment(
                actor,
                invoice,
                part,
                new ReceivedPayment(invoice.Id, part.Amount, day, payment.Id, CreateIdempotencyKey(checkout.Merchant, payment.Id)),
                now,
                checkout.Id);
        }

        var rest = payment.Total - part;
        if (rest.MinorUnits > 0)
        {
            BalancePosting.Append(
                db,
                customer,
                new BalanceMovement(
                    BalanceTransactionKind.TopUp, rest, day, payment.Id, CreateIdempotencyKey(checkout.Merchant, payment.Id)),
                now);
            checkout.ToBalanceMinorUnits = rest.MinorUnits;
            db.Audit(actor, now, Permission.PaymentsRecord, $"{rest} to the balance of {customer.Name}", customer.ResellerId, customer.Id);
        }

        await BalanceSettlement.ApplyAsync(database, db, customer, today, now, cancellationToken);
    }

    /// <summary>Saves the method used for a checkout if its payer agreed.</summary>
    internal static async Task KeepMethodAsync(
        PortalDbContext db,
        Checkout checkout,
        ProviderMethod? method,
        CancellationToken cancellationToken)
    {
        if (checkout.SavesMethod
            && method is not null
            && await db.Payers.SingleOrDefaultAsync(
                p => p.CustomerId == checkout.CustomerId && p.Merchant == checkout.Merchant, cancellationToken) is { } payer)
        {
            payer.Keep(method, checkout.CreatedAtUtc);
        }
    }
}
