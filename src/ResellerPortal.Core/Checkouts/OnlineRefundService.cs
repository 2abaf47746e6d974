using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Auditing;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Persistence;

namespace ResellerPortal.Core.Checkouts;

/// <summary>An online payment of an invoice, and how much of it can be refunded.</summary>
public sealed record OnlinePayment(Checkout Checkout, IReadOnlyList<PaymentReversal> Reversals)
{
    public Money Refundable => Checkout.State == CheckoutState.Paid
        ? Checkout.Amount - Money.Sum(Reversals.Where(r => r.State != ReversalState.Undone).Select(r => r.Amount), Checkout.Currency)
        : Money.Zero(Checkout.Currency);
}

/// <summary>Refunds online payments. The portal records what the provider did, mirrored by a credit note.</summary>
public sealed class OnlineRefundService(
    PortalDatabase database,
    IOnlineGateway online,
    CheckoutSynchronizer synchronizer,
    TimeProvider clock)
{
    /// <summary>Lists the online payments of an invoice including failed attempts, newest first.</summary>
    public async Task<IReadOnlyList<OnlinePayment>> ListPaymentsAsync(
        Actor actor,
        Guid invoiceId,
        CancellationToken cancellationToken = default)
    {
        actor.Demand(Permission.ResellerView);
        await using var db = database.Open(actor.Scope);
        var checkouts = await db.Checkouts.AsNoTracking()
            .Where(c => c.SubjectId == invoiceId && c.Purpose == CheckoutPurpose.Invoice)
            .OrderByDescending(c => c.CreatedAtUtc)
            .ToListAsync(cancellationToken);
        var ids = checkouts.Select(c => c.Id).ToList();
        var reversals = await db.PaymentReversals.AsNoTracking().Where(r => ids.Contains(r.CheckoutId)).ToListAsync(cancellationToken);
        return [.. checkouts.Select(c => new OnlinePayment(c, [.. reversals.Where(r => r.CheckoutId == c.Id)]))];
    }

    /// <summary>
    /// Refunds an amount of an invoice's online payment. Repeating the key refunds nothing more.
    /// Refused: no such payment; the amount is not valid or exceeds what is refundable; the provider refuses.
    /// </summary>
    public async Task<Outcome<OnlinePayment>> RefundAsync(
        Actor actor,
        Guid checkoutId,
        decimal amount,
        Guid key,
        CancellationToken cancellationToken = default)
    {
        actor.Demand(Permission.PaymentsRefund);
        await using var db = database.Open(actor.Scope);
        if (await db.Checkouts.AsNoTracking()
            .SingleOrDefaultAsync(c => c.Id == checkoutId && c.Purpose == CheckoutPurpose.Invoice, cancellationToken) is not { } checkout)
        {
            return Refusal.NotFound("payment");
        }

        var before = (await ListPaymentsAsync(actor, checkout.SubjectId, cancellationToken)).Single(p => p.Checkout.Id == checkoutId);
        if (amount <= 0 || amount > before.Refundable.Amount || !checkout.Currency.HasWhole(amount))
        {
            return Refusal.Because(
                $"Enter an amount in whole minor units, up to the refundable {before.Refundable}.", nameof(amount));
        }

        return await ReturnFromBalanceAsync(
            actor, checkout, checkout.PaymentId!, Money.Round(amount, checkout.Currency), key, cancellationToken) is { } refusal
            ? refusal
            : (await ListPaymentsAsync(actor, checkout.SubjectId, cancellationToken)).Single(p => p.Checkout.Id == checkoutId);
    }

    /// <summary>Has the provider refund money, and records the result.</summary>
    internal async Task<Refusal?> ReturnFromBalanceAsync(
        Actor actor,
        Checkout checkout,
        string paymentId,
        Money amount,
        Guid key,
        CancellationToken cancellationToken)
    {
        try
        {
            await online.RefundAsync(checkout, paymentId, amount, key, cancellationToken);
            await using (var db = database.Open(actor.Scope))
            {
                db.Audit(
                    actor,
                    clock.GetUtcNow(),
                    Permission.PaymentsRefund,
                    $"refunded {amount} of {paymentId}",
                    checkout.ResellerId,
                    checkout.CustomerId);
                await db.SaveChangesAsync(cancellationToken);
            }

            if (await online.ReadPaymentAsync(checkout.Merchant, paymentId, cancellationToken) is { } payment)
            {
                await synchronizer.ApplyAsync(checkout.Merchant, payment, cancellationToken);
            }

            return null;
        }
        catch (PaymentProviderException failure)
        {
            return failure.Refusal;
        }
    }
}
