using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Auditing;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Plans;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Credits;

/// <summary>A payment of an order as shown on the operator's bank statement.</summary>
/// <param name="BeginsAtUtc">When the lot starts if this payment completes the price; null for at once.</param>
public sealed record ReceivedOrderPayment(
    Guid OrderId,
    decimal Amount,
    DateOnly ReceivedOn,
    string Reference,
    Guid IdempotencyKey,
    DateTimeOffset? BeginsAtUtc = null);

/// <summary>The result of recording an order payment.</summary>
/// <param name="Lot">Null while part of the price is still due.</param>
public sealed record OrderReceipt(PlanOrder Order, CreditLot? Lot);

/// <summary>Records order payments received outside the portal, for the operator; a paid order grants exactly one lot.</summary>
public sealed class OrderPaymentService(PortalDatabase database, TimeProvider clock)
{
    /// <summary>
    /// Records a full or partial payment. The payment that completes the price grants the lot in the same transaction. Repeating the key
    /// changes nothing.
    /// Refused: no such order; it was cancelled; the amount, day, reference or start is not valid.
    /// </summary>
    public async Task<Outcome<OrderReceipt>> RecordAsync(
        Actor actor,
        ReceivedOrderPayment paid,
        CancellationToken cancellationToken = default)
    {
        actor.Demand(Permission.OrdersConfirm);
        var now = clock.GetUtcNow();
        await using var db = database.Open(actor.Scope);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var found = await LockAsync(db, paid.OrderId, cancellationToken);
        if (found.IsRefused)
        {
            return found.Refusal!;
        }

        var (order, lot) = (found.Value, await db.CreditLots.SingleOrDefaultAsync(l => l.PlanOrderId == paid.OrderId, cancellationToken));
        if (lot is not null
            || await db.Set<OrderPayment>().AnyAsync(
                p => p.PlanOrderId == order.Id && p.IdempotencyKey == paid.IdempotencyKey, cancellationToken))
        {
            return new OrderReceipt(order, lot);
        }

        if (Check(order, paid, now) is { } refusal)
        {
            return refusal;
        }

        var amount = Money.Round(paid.Amount, order.Currency);
        OrderPosting.RecordPayment(db, order, amount, paid.ReceivedOn, paid.Reference, paid.IdempotencyKey, now);
        lot = order.Due.IsZero ? OrderPosting.GrantLot(db, order, paid.Reference, paid.BeginsAtUtc ?? now, now) : null;
        db.Audit(
            actor, now, Permission.OrdersConfirm,
            $"order {order.TransferReference}: {amount}, {(lot is null
                ? $"{order.Due} still due"
                : $"lot of {lot.Conversions} conversions of {order.PlanName}")}", order.ResellerId);
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return new OrderReceipt(order, lot);
    }

    /// <summary>
    /// Confirms that the amount due was paid today, and grants the lot. Idempotent.
    /// Refused: no such order; it was cancelled; another payment was recorded meanwhile.
    /// </summary>
    /// <param name="beginsAtUtc">When the lot starts; null for now.</param>
    public async Task<Outcome<CreditLot>> ConfirmAsync(
        Actor actor,
        Guid orderId,
        string reference,
        DateTimeOffset? beginsAtUtc = null,
        CancellationToken cancellationToken = default)
    {
        actor.Demand(Permission.OrdersConfirm);
        decimal due;
        await using (var db = database.Open(actor.Scope))
        {
            due = (await db.PlanOrders.AsNoTracking().SingleOrDefaultAsync(o => o.Id == orderId, cancellationToken))?.Due.Amount ?? 0;
        }

        var outcome = await RecordAsync(
            actor,
            new ReceivedOrderPayment(
                orderId, due, DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime), reference, Guid.NewGuid(), beginsAtUtc),
            cancellationToken);
        return outcome.Refusal is { } refusal ? refusal
            : outcome.Value.Lot is { } lot ? lot
            : Refusal.Because("Another payment was recorded for this order in the meantime. Reload the order.");
    }

    /// <summary>
    /// Cancels an order that is not fully paid. Partial payments are recorded as refunded, which only the operator can do; a reseller
    /// cancels its own orders before it has paid anything.
    /// Refused: no such order; it is already confirmed or cancelled; it belongs to a subscription, or is partly paid, and the actor is the
    /// reseller.
    /// </summary>
    public async Task<Outcome<PlanOrder>> CancelAsync(Actor actor, Guid orderId, CancellationToken cancellationToken = default)
    {
        var isReseller = actor.Scope.Reseller is not null;
        actor.Demand(isReseller ? Permission.PlansBuy : Permission.OrdersConfirm);
        await using var db = database.Open(actor.Scope);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var found = await LockAsync(db, orderId, cancellationToken);
        if (found.IsRefused)
        {
            return found.Refusal!;
        }

        var order = found.Value;
        if (order.Status != PlanOrderStatus.Ordered)
        {
            return Refusal.Because($"This order is already {order.Status.ToString().ToLowerInvariant()}.");
        }

        var now = clock.GetUtcNow();
        var paid = order.Paid;
        if (isReseller && order.SubscriptionId is not null)
        {
            return Refusal.Because("This order belongs to a subscription. Cancel the subscription instead.");
        }

        if (isReseller && !paid.IsZero)
        {
            return Refusal.Because($"{paid} of this order is already paid. Ask the operator to cancel it and refund the payment.");
        }

        if (!paid.IsZero)
        {
            OrderPosting.RecordPayment(
                db, order, -paid, DateOnly.FromDateTime(now.UtcDateTime), "refunded", Guid.CreateVersion7(now), now);
        }

        order.Cancel(now);
        db.Audit(
            actor,
            now,
            isReseller ? Permission.PlansBuy : Permission.OrdersConfirm,
            $"cancelled order {order.TransferReference}{(paid.IsZero ? "" : $", {paid} refunded")}",
            order.ResellerId);
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return order;
    }

    private static Refusal? Check(PlanOrder order, ReceivedOrderPayment paid, DateTimeOffset now) =>
        order.Status == PlanOrderStatus.Cancelled ? Refusal.Because("This order was cancelled. Ask the reseller to place a new order.")
        : paid.Amount < 0
            || (paid.Amount == 0 && !order.Due.IsZero)
            || paid.Amount > order.Due.Amount
            || !order.Currency.HasWhole(paid.Amount)
                ? Refusal.Because($"Enter an amount in whole minor units, up to the {order.Due} due.", nameof(paid.Amount))
        : paid.ReceivedOn > DateOnly.FromDateTime(now.UtcDateTime).AddDays(1)
        ? Refusal.Because("Enter today or an earlier day.", nameof(paid.ReceivedOn))
        : paid.Reference.Length > 140 ? Refusal.Because("Shorten the payment reference to 140 characters.", nameof(paid.Reference))
        : paid.BeginsAtUtc is { } begins && (begins < now || begins > now.AddYears(1))
        ? Refusal.Because("Choose a start between now and one year ahead.", nameof(paid.BeginsAtUtc))
        : null;

    private async Task<Outcome<PlanOrder>> LockAsync(PortalDbContext db, Guid orderId, CancellationToken cancellationToken)
    {
        if (await db.PlanOrders.Where(o => o.Id == orderId).Select(o => (ResellerId?)o.ResellerId).SingleOrDefaultAsync(cancellationToken)
            is not { } reseller)
        {
            return Refusal.NotFound("order");
        }

        await database.LockRowsAsync<PlanOrder>(db, reseller, [orderId], cancellationToken);
        return await db.PlanOrders.SingleAsync(o => o.ResellerId == reseller && o.Id == orderId, cancellationToken);
    }
}
