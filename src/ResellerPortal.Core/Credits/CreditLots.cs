using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Auditing;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Plans;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Credits;

/// <summary>Where credits come from: a paid order becomes exactly one lot.</summary>
public sealed class CreditLots(PortalDatabase database, TimeProvider clock)
{
    /// <summary>Confirms that an order was paid and grants its lot. Repeating it answers the same lot.</summary>
    /// <param name="validFromUtc">When the lot begins; null for now.</param>
    public async Task<Outcome<CreditLot>> ConfirmOrderAsync(
        Actor actor, Guid orderId, string paymentReference, DateTimeOffset? validFromUtc = null, CancellationToken cancellationToken = default)
    {
        actor.Demand(Permission.OrdersConfirm);
        if (paymentReference.Length > 140)
        {
            return Refusal.Of("A payment reference has up to 140 characters.", nameof(paymentReference));
        }

        var now = clock.GetUtcNow();
        var validFrom = (validFromUtc ?? now).ToUniversalTime();
        if (validFrom < now || validFrom > now.AddYears(1))
        {
            return Refusal.Of("A lot begins now or within a year.", nameof(validFromUtc));
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

        order.Confirm(now, paymentReference);
        var lot = new CreditLot
        {
            ResellerId = order.ResellerId,
            PlanOrderId = order.Id,
            PlanName = order.PlanName,
            Granted = order.Conversions,
            Conversions = order.Conversions,
            UnitCostMicros = order.UnitCost.Micros,
            Currency = order.Currency,
            ValidFromUtc = validFrom,
            ExpiresAtUtc = validFrom.AddDays(order.ValidityDays),
        };
        db.CreditLots.Add(lot);
        db.Audit(actor, now, Permission.OrdersConfirm, $"order {order.TransferReference}: lot of {lot.Conversions} conversions of {order.PlanName}", order.ResellerId);
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return lot;
    }

    /// <summary>Makes a lot larger or smaller, for a reason that is kept. What is used or held stays.</summary>
    /// <param name="conversions">Conversions to add; negative to take away.</param>
    public async Task<Outcome<CreditLot>> AdjustAsync(Actor actor, Guid lotId, long conversions, string reason, CancellationToken cancellationToken = default)
    {
        actor.Demand(Permission.LotsAdjust);
        if (conversions is 0 or < -BulkPlans.MaxConversions or > BulkPlans.MaxConversions)
        {
            return Refusal.Of($"Enter how many conversions to add, or to take away with a minus sign, up to {BulkPlans.MaxConversions:N0}.", nameof(conversions));
        }

        if (string.IsNullOrWhiteSpace(reason) || reason.Length > 500)
        {
            return Refusal.Of("Give a reason of up to 500 characters; it is kept with the correction.", nameof(reason));
        }

        await using var db = database.Open(actor.Scope);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        await database.LockRowsAsync<CreditLot>(db, [lotId], cancellationToken);
        if (await db.CreditLots.SingleOrDefaultAsync(l => l.Id == lotId, cancellationToken) is not { } lot)
        {
            return Refusal.NotFound("lot");
        }

        if (lot.Conversions + conversions < lot.Used + lot.Reserved)
        {
            return Refusal.Of($"{lot.Used + lot.Reserved:N0} conversions of this lot are used or held; at most {lot.Available:N0} can be taken away.", nameof(conversions));
        }

        var now = clock.GetUtcNow();
        lot.Conversions += conversions;
        db.LotAdjustments.Add(new LotAdjustment { ResellerId = lot.ResellerId, LotId = lot.Id, Conversions = conversions, Reason = reason.Trim(), ActorName = actor.Name, AtUtc = now });
        db.Audit(actor, now, Permission.LotsAdjust, $"lot {lot.PlanName}: {conversions:+#,0;-#,0} conversions, {reason.Trim()}", lot.ResellerId);
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return lot;
    }

    /// <summary>
    /// Lets a reseller go beyond its lots by a number of conversions at a cost of their own, or blocks it. What was used of
    /// an earlier allowance stays as it was.
    /// </summary>
    /// <param name="conversions">0 blocks.</param>
    /// <param name="unitCost">Cost of one conversion in the reseller's currency.</param>
    public async Task<Outcome<CreditLot>> SetOverageAsync(Actor actor, ResellerId resellerId, long conversions, decimal unitCost, CancellationToken cancellationToken = default)
    {
        actor.Demand(Permission.LotsAdjust);
        if (conversions is < 0 or > BulkPlans.MaxConversions)
        {
            return Refusal.Of($"An overage is from 0 (blocked) to {BulkPlans.MaxConversions:N0} conversions.", nameof(conversions));
        }

        if (unitCost is < 0 or > 1_000_000)
        {
            return Refusal.Of("A unit cost is from 0 to 1,000,000.", nameof(unitCost));
        }

        await using var db = database.Open(actor.Scope);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        await database.LockRowsAsync<Reseller>(db, [resellerId.Value], cancellationToken);
        if (await db.Resellers.SingleOrDefaultAsync(r => r.Id == resellerId, cancellationToken) is not { } reseller)
        {
            return Refusal.NotFound("reseller");
        }

        var now = clock.GetUtcNow();
        var lot = new CreditLot
        {
            ResellerId = reseller.Id,
            Kind = LotKind.Overage,
            PlanName = "Overage",
            Granted = conversions,
            Conversions = conversions,
            UnitCostMicros = UnitPrice.Round(unitCost, reseller.Currency).Micros,
            Currency = reseller.Currency,
            ValidFromUtc = now,
            ExpiresAtUtc = now.AddYears(100),
        };
        await db.CreditLots
            .Where(l => l.ResellerId == reseller.Id && l.Kind == LotKind.Overage && l.ExpiresAtUtc > now)
            .ExecuteUpdateAsync(set => set.SetProperty(l => l.ExpiresAtUtc, now), cancellationToken);
        db.CreditLots.Add(lot);
        db.Audit(
            actor, now, Permission.LotsAdjust, conversions == 0 ? $"overage of {reseller.Name}: blocked" : $"overage of {reseller.Name}: up to {conversions:N0} conversions at {lot.UnitCost}", reseller.Id);
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
