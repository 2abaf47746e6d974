using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Auditing;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Plans;

namespace ResellerPortal.Core.Credits;

/// <summary>Where credits come from: a paid order becomes exactly one lot.</summary>
public sealed class CreditLots(PortalDatabase database, TimeProvider clock)
{
    /// <summary>Confirms that an order was paid and grants its lot, valid from now. Repeating it answers the same lot.</summary>
    public async Task<Outcome<CreditLot>> ConfirmOrderAsync(Actor actor, Guid orderId, string paymentReference, CancellationToken cancellationToken = default)
    {
        actor.Demand(Permission.OrdersConfirm);
        if (paymentReference.Length > 140)
        {
            return Refusal.Of("A payment reference has up to 140 characters.", nameof(paymentReference));
        }

        await using var db = database.Open(actor.Scope);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        await database.LockRowsAsync<PlanOrder>(db, [orderId], cancellationToken);
        if (await db.PlanOrders.SingleOrDefaultAsync(o => o.Id == orderId, cancellationToken) is not { } order)
        {
            return Refusal.NotFound("order");
        }

        if (await db.CreditLots.SingleOrDefaultAsync(l => l.PlanOrderId == orderId, cancellationToken) is { } granted)
        {
            return granted;
        }

        if (order.Status == PlanOrderStatus.Cancelled)
        {
            return Refusal.Of("This order was cancelled. Ask the reseller to order again.");
        }

        var now = clock.GetUtcNow();
        order.Confirm(now, paymentReference);
        var lot = new CreditLot
        {
            ResellerId = order.ResellerId,
            PlanOrderId = order.Id,
            PlanName = order.PlanName,
            Conversions = order.Conversions,
            UnitCostMicros = order.UnitCost.Micros,
            Currency = order.Currency,
            ValidFromUtc = now,
            ExpiresAtUtc = now.AddDays(order.ValidityDays),
        };
        db.CreditLots.Add(lot);
        db.Audit(actor, now, Permission.OrdersConfirm, $"order {order.TransferReference}: lot of {lot.Conversions} conversions of {order.PlanName}", order.ResellerId);
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return lot;
    }

    /// <summary>Turns an order down that was never paid.</summary>
    public async Task<Outcome<PlanOrder>> CancelOrderAsync(Actor actor, Guid orderId, CancellationToken cancellationToken = default)
    {
        actor.Demand(Permission.OrdersConfirm);
        await using var db = database.Open(actor.Scope);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        await database.LockRowsAsync<PlanOrder>(db, [orderId], cancellationToken);
        if (await db.PlanOrders.SingleOrDefaultAsync(o => o.Id == orderId, cancellationToken) is not { } order)
        {
            return Refusal.NotFound("order");
        }

        if (order.Status != PlanOrderStatus.Ordered)
        {
            return Refusal.Of($"This order is {order.Status.ToString().ToLowerInvariant()} already.");
        }

        var now = clock.GetUtcNow();
        order.Cancel(now);
        db.Audit(actor, now, Permission.OrdersConfirm, $"cancelled order {order.TransferReference}", order.ResellerId);
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return order;
    }
}
