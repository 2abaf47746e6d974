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

/// <summary>Mirrors refunds and disputes in the books, in the caller's transaction, which has locked all that they touch.</summary>
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
        foreach (var told in reversals.OrderBy(r => r.AtUtc).ThenBy(r => r.Id, StringComparer.Ordinal))
        {
            if (told.Amount.Currency != checkout.Currency || told.Amount.MinorUnits <= 0)
            {
                continue;
            }

            var reversal = known.Find(r => r.ProviderId == told.Id);
            if (reversal is null)
            {
                if (told.State == ReversalState.Undone)
                {
                    continue;
                }

                reversal = new PaymentReversal
                {
                    ResellerId = checkout.ResellerId,
                    CustomerId = checkout.CustomerId,
                    CheckoutId = checkout.Id,
                    ProviderId = told.Id,
                    Kind = told.Kind,
                    AmountMinorUnits = told.Amount.MinorUnits,
                    Currency = told.Amount.Currency,
                    State = ReversalState.Effective,
                    Reason = told.Reason.Truncate(200),
                    RecordedAtUtc = clock.GetUtcNow(),
                };
                db.PaymentReversals.Add(reversal);
                known.Add(reversal);
                await TakeBackAsync(db, actor, checkout, reversal, known, cancellationToken);
            }

            if (reversal.State == ReversalState.Effective && told.State != ReversalState.Effective)
            {
                reversal.State = told.State;
                await SettleAsync(db, actor, checkout, reversal, cancellationToken);
            }

            await db.SaveChangesAsync(cancellationToken);
        }
    }

    private async Task TakeBackAsync(
        PortalDbContext db,
        Actor actor,
        Checkout checkout,
        PaymentReversal reversal,
        IReadOnlyList<PaymentReversal> known,
        CancellationToken cancellationToken)
    {
        if (checkout.Purpose == CheckoutPurpose.PlanOrder)
        {
            await MoveOrderAsync(db, actor, checkout, reversal, -reversal.Amount, cancellationToken);
            return;
        }

        var (invoice, now) = (await db.Invoices.SingleAsync(i => i.Id == checkout.SubjectId, cancellationToken), clock.GetUtcNow());
        var customer = await db.Customers.SingleAsync(c => c.Id == invoice.CustomerId, cancellationToken);
        var reseller = await db.Resellers.SingleAsync(r => r.Id == invoice.ResellerId, cancellationToken);
        var day = reseller.Zone.GetDay(now);

        // What this payment, or a credit note of its invoice, left on the balance goes back from there; it is credited already.
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
                $"{amount} of the balance of {customer.Name} paid back online",
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
                // It is with the bank; nobody is reminded while that lasts.
                invoice.RemindersHeldAtUtc ??= reversal.RecordedAtUtc;
            }
        }

        await BalanceSettlement.ApplyAsync(database, db, customer, day, now, cancellationToken);
    }

    /// <summary>A reversal came to its end: the money is back, or a dispute is lost for good.</summary>
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
                await MoveOrderAsync(db, actor, checkout, reversal, reversal.Amount, cancellationToken);
            }

            return;
        }

        var (invoice, now) = (await db.Invoices.SingleAsync(i => i.Id == checkout.SubjectId, cancellationToken), clock.GetUtcNow());
        var customer = await db.Customers.SingleAsync(c => c.Id == invoice.CustomerId, cancellationToken);
        var reseller = await db.Resellers.SingleAsync(r => r.Id == invoice.ResellerId, cancellationToken);
        if (reversal.State == ReversalState.Undone)
        {
            // What of it is not due any more, the settlement puts on the balance.
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

        // Reminders that somebody held for another reason stay held.
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
                : $"Payment taken back by the bank, {reversal.ProviderId}",
            cancellationToken))?.Id;

    /// <summary>The lot stays as it is, for it may be used: the operator corrects it where it has to.</summary>
    private async Task MoveOrderAsync(
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
                ? $"{amount} of order {order.TransferReference} came back"
                : $"{-amount} of order {order.TransferReference} went back to the payer",
            order.ResellerId);
    }
}
