using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Auditing;
using ResellerPortal.Core.Balances;
using ResellerPortal.Core.Credits;
using ResellerPortal.Core.Invoicing;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Payments;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Plans;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Time;

namespace ResellerPortal.Core.Checkouts;

/// <summary>Mirrors refunds and disputes in the caller's transaction, which must have locked everything they affect.</summary>
public sealed class ReversalSynchronizer(PortalDatabase database, CreditNoteService creditNotes, TimeProvider clock)
{
    internal async Task ApplyAsync(
        PortalDbContext db,
        Actor actor,
        Checkout checkout,
        IReadOnlyList<ProviderReversal> reversals,
        CancellationToken cancellationToken)
    {
        if (checkout.State != CheckoutState.Paid || reversals.Count == 0)
        {
            return;
        }

        var known = await db.PaymentReversals.Where(r => r.CheckoutId == checkout.Id).ToListAsync(cancellationToken);
        foreach (var incoming in reversals.OrderBy(r => r.AtUtc).ThenBy(r => r.Id, StringComparer.Ordinal))
        {
            if (incoming.Amount.Currency != checkout.Currency || incoming.Amount.MinorUnits <= 0)
            {
                continue;
            }

            var reversal = known.Find(r => r.ProviderId == incoming.Id);
            if (reversal is null)
            {
                if (incoming.State == ReversalState.Undone)
                {
                    continue;
                }

                reversal = new PaymentReversal
                {
                    ResellerId = checkout.ResellerId,
                    CustomerId = checkout.CustomerId,
                    CheckoutId = checkout.Id,
                    ProviderId = incoming.Id,
                    Kind = incoming.Kind,
                    AmountMinorUnits = incoming.Amount.MinorUnits,
                    Currency = incoming.Amount.Currency,
                    State = ReversalState.Effective,
                    Reason = incoming.Reason.Truncate(200),
                    RecordedAtUtc = clock.GetUtcNow(),
                };
                db.PaymentReversals.Add(reversal);
                known.Add(reversal);
                await ReverseAsync(db, actor, checkout, reversal, known, cancellationToken);
            }

            if (reversal.State == ReversalState.Effective && incoming.State != ReversalState.Effective)
            {
                reversal.State = incoming.State;
                await SettleAsync(db, actor, checkout, reversal, cancellationToken);
            }

            await db.SaveChangesAsync(cancellationToken);
        }
    }

    private async Task ReverseAsync(
        PortalDbContext db,
        Actor actor,
        Checkout checkout,
        PaymentReversal reversal,
        IReadOnlyList<PaymentReversal> known,
        CancellationToken cancellationToken)
    {
        if (checkout.Purpose == CheckoutPurpose.PlanOrder)
        {
            await AdjustOrderAsync(db, actor, checkout, reversal, -reversal.Amount, cancellationToken);
            return;
        }

        var (invoice, now) = (await db.Invoices.SingleAsync(i => i.Id == checkout.SubjectId, cancellationToken), clock.GetUtcNow());
        var customer = await db.Customers.SingleAsync(c => c.Id == invoice.CustomerId, cancellationToken);
        var reseller = await db.Resellers.SingleAsync(r => r.Id == invoice.ResellerId, cancellationToken);
        var day = reseller.Zone.GetDay(now);

        // Balance credited by this payment or by a credit note of its invoice is refunded from there; it is credited already.
        var returned = await db.BalanceTransactions.Where(e => e.InvoiceId == invoice.Id
            && e.Kind == BalanceTransactionKind.Returned).SumAsync(e => e.AmountMinorUnits, cancellationToken);
        var left = checkout.ToBalanceMinorUnits + returned - known.Where(r => r.State != ReversalState.Undone).Sum(
            r => r.FromBalanceMinorUnits);
        reversal.FromBalanceMinorUnits = Math.Clamp(left, 0, Math.Min(customer.BalanceMinorUnits, reversal.AmountMinorUnits));
        if (reversal.FromBalanceMinorUnits > 0)
        {
            var amount = new Money(reversal.FromBalanceMinorUnits, reversal.Currency);
            BalancePosting.Append(
                db,
                customer,
                new BalanceMovement(
                    BalanceTransactionKind.PaidOut,
                    -amount,
                    day,
                    reversal.ProviderId,
                    CheckoutSynchronizer.CreateIdempotencyKey(checkout.Merchant, reversal.ProviderId)),
                now);
            db.Audit(
                actor,
                now,
                Permission.PaymentsRecord,
                $"refunded {amount} from the balance of {customer.Name} online",
                customer.ResellerId,
                customer.Id);
        }

        var rest = reversal.Amount - new Money(reversal.FromBalanceMinorUnits, reversal.Currency);
        if (rest.MinorUnits > 0)
        {
            Pay(db, actor, invoice, checkout, reversal, -rest, day, now, "");
            if (reversal.Kind == ReversalKind.Refund)
            {
                await CreditAsync(db, actor, invoice, reversal, rest, cancellationToken);
            }
            else
            {
                // The bank is deciding; reminders are paused meanwhile.
                invoice.RemindersHeldAtUtc ??= reversal.RecordedAtUtc;
            }
        }

        await BalanceSettlement.ApplyAsync(database, db, customer, day, now, cancellationToken);
    }

    /// <summary>Settles a reversal: the money was returned, or a dispute was lost.</summary>
    private async Task SettleAsync(
        PortalDbContext db,
        Actor actor,
        Checkout checkout,
        PaymentReversal reversal,
        CancellationToken cancellationToken)
    {
        if (checkout.Purpose == CheckoutPurpose.PlanOrder)
        {
            if (reversal.State == ReversalState.Undone)
            {
                await AdjustOrderAsync(db, actor, checkout, reversal, reversal.Amount, cancellationToken);
            }

            return;
        }

        var (invoice, now) = (await db.Invoices.SingleAsync(i => i.Id == checkout.SubjectId, cancellationToken), clock.GetUtcNow());
        var customer = await db.Customers.SingleAsync(c => c.Id == invoice.CustomerId, cancellationToken);
        var reseller = await db.Resellers.SingleAsync(r => r.Id == invoice.ResellerId, cancellationToken);
        if (reversal.State == ReversalState.Undone)
        {
            // The settlement credits any excess to the balance.
            Pay(db, actor, invoice, checkout, reversal, reversal.Amount, reseller.Zone.GetDay(now), now, "back");
            reversal.FromBalanceMinorUnits = 0;
        }
        else if (reversal.Kind == ReversalKind.Dispute)
        {
            await CreditAsync(
                db,
                actor,
                invoice,
                reversal,
                reversal.Amount - new Money(reversal.FromBalanceMinorUnits, reversal.Currency),
                cancellationToken);
        }

        // Reminders paused for another reason stay paused.
        if (reversal.Kind == ReversalKind.Dispute && invoice.RemindersHeldAtUtc == reversal.RecordedAtUtc)
        {
            invoice.RemindersHeldAtUtc = null;
        }

        await BalanceSettlement.ApplyAsync(database, db, customer, reseller.Zone.GetDay(now), now, cancellationToken);
    }

    private static void Pay(
        PortalDbContext db,
        Actor actor,
        Invoice invoice,
        Checkout checkout,
        PaymentReversal reversal,
        Money amount,
        DateOnly day,
        DateTimeOffset now,
        string suffix) =>
        db.AddPayment(
            actor,
            invoice,
            amount,
            new ReceivedPayment(
                invoice.Id,
                amount.Amount,
                day,
                reversal.ProviderId,
                CheckoutSynchronizer.CreateIdempotencyKey(checkout.Merchant, reversal.ProviderId + suffix)),
            now,
            checkout.Id);

    private async Task CreditAsync(
        PortalDbContext db,
        Actor actor,
        Invoice invoice,
        PaymentReversal reversal,
        Money amount,
        CancellationToken cancellationToken) =>
        reversal.CreditNoteId = (await creditNotes.CreditAmountAsync(
            db,
            actor,
            invoice,
            amount,
            reversal.Kind == ReversalKind.Refund
                ? $"Refund {reversal.ProviderId}"
                : $"Payment disputed, {reversal.ProviderId}",
            cancellationToken))?.Id;

    /// <summary>The lot is unchanged because it may have been used; the operator corrects it if necessary.</summary>
    private async Task AdjustOrderAsync(
        PortalDbContext db,
        Actor actor,
        Checkout checkout,
        PaymentReversal reversal,
        Money amount,
        CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var order = await db.PlanOrders.SingleAsync(o => o.Id == checkout.SubjectId, cancellationToken);
        var isBack = amount.MinorUnits > 0;
        OrderPosting.RecordPayment(
            db,
            order,
            amount,
            DateOnly.FromDateTime(now.UtcDateTime),
            reversal.ProviderId,
            CheckoutSynchronizer.CreateIdempotencyKey(checkout.Merchant, reversal.ProviderId + (isBack ? "back" : "")),
            now);
        db.Audit(
            actor,
            now,
            Permission.OrdersConfirm,
            isBack
                ? $"{amount} of order {order.TransferReference} returned"
                : $"{-amount} of order {order.TransferReference} refunded to the payer",
            order.ResellerId);
    }
}
