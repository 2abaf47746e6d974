using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Auditing;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Plans;

namespace ResellerPortal.Core.Credits;

/// <summary>A payment of an order as it stands on the operator's bank statement.</summary>
/// <param name="BeginsAtUtc">When the lot begins if this completes the price; null for at once.</param>
public sealed record ReceivedOrderPayment(
    Guid OrderId,
    decimal Amount,
    DateOnly ReceivedOn,
    string Reference,
    Guid IdempotencyKey,
    DateTimeOffset? BeginsAtUtc = null);

/// <summary>What a payment made of an order.</summary>
/// <param name="Lot">Null while something of the price is still due.</param>
public sealed record OrderReceipt(PlanOrder Order, CreditLot? Lot);

/// <summary>
/// Payments of orders that arrive outside the portal, recorded by the operator: an order that is paid becomes exactly one lot.
/// </summary>
public sealed class OrderPaymentService(PortalDatabase database, TimeProvider clock)
{
    /// <summary>
    /// Records a payment, in full or in part. What completes the price grants the lot in the same transaction. The same key again changes
    /// nothing.
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

    /// <summary>Confirms that all that is due of an order was paid today, and grants its lot. Repeating it answers the same lot.</summary>
    /// <param name="beginsAtUtc">When the lot begins; null for now.</param>
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
            : Refusal.Because("Something else was recorded for this order in the meantime. Look at it again.");
    }

    /// <summary>Turns an order down that is not paid in full. What was paid of it is noted as paid back.</summary>
    public async Task<Outcome<PlanOrder>> CancelAsync(Actor actor, Guid orderId, CancellationToken cancellationToken = default)
    {
        actor.Demand(Permission.OrdersConfirm);
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
            return Refusal.Because($"This order is {order.Status.ToString().ToLowerInvariant()} already.");
        }

        var now = clock.GetUtcNow();
        var paid = order.Paid;
        if (!paid.IsZero)
        {
            OrderPosting.RecordPayment(
                db, order, -paid, DateOnly.FromDateTime(now.UtcDateTime), "paid back", Guid.CreateVersion7(now), now);
        }

        order.Cancel(now);
        db.Audit(
            actor,
            now,
            Permission.OrdersConfirm,
            $"cancelled order {order.TransferReference}{(paid.IsZero ? "" : $", {paid} paid back")}",
            order.ResellerId);
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return order;
    }

    private static Refusal? Check(PlanOrder order, ReceivedOrderPayment paid, DateTimeOffset now) =>
        order.Status == PlanOrderStatus.Cancelled ? Refusal.Because("This order was cancelled. Ask the reseller to order again.")
        : paid.Amount < 0
            || (paid.Amount == 0 && !order.Due.IsZero)
            || paid.Amount > order.Due.Amount
            || !order.Currency.HasWhole(paid.Amount)
                ? Refusal.Because($"Enter what was received in whole minor units, up to the {order.Due} that are due.", nameof(paid.Amount))
        : paid.ReceivedOn > DateOnly.FromDateTime(now.UtcDateTime).AddDays(1)
        ? Refusal.Because("A payment was received today or earlier.", nameof(paid.ReceivedOn))
        : paid.Reference.Length > 140 ? Refusal.Because("A payment reference has up to 140 characters.", nameof(paid.Reference))
        : paid.BeginsAtUtc is { } begins && (begins < now || begins > now.AddYears(1))
        ? Refusal.Because("A lot begins now or within a year.", nameof(paid.BeginsAtUtc))
        : null;

    private async Task<Outcome<PlanOrder>> LockAsync(PortalDbContext db, Guid orderId, CancellationToken cancellationToken)
    {
        await database.LockRowsAsync<PlanOrder>(db, [orderId], cancellationToken);
        return await db.PlanOrders.SingleOrDefaultAsync(o => o.Id == orderId, cancellationToken) is { } order
            ? order
            : Refusal.NotFound("order");
    }
}
