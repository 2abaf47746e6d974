using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Auditing;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Plans;

public static class PlanSets
{
    extension(DbContext db)
    {
        public DbSet<BulkPlan> BulkPlans => db.Set<BulkPlan>();

        public DbSet<PlanOrder> PlanOrders => db.Set<PlanOrder>();
    }
}

/// <summary>Places plan orders. A paid order grants a credit lot.</summary>
public sealed class PlanOrderService(PortalDatabase database, TimeProvider clock)
{
    /// <summary>
    /// Orders a plan, payable by transfer or online. Repeating the key returns the first order.
    /// Refused: the plan is no longer offered; its currency is not the reseller's.
    /// </summary>
    /// <returns>The order or the refusal.</returns>
    public async Task<Outcome<PlanOrder>> OrderAsync(
        Actor actor,
        Guid planId,
        Guid idempotencyKey,
        CancellationToken cancellationToken = default)
    {
        actor.Demand(Permission.PlansBuy);
        await using var db = database.Open(actor.Scope);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        if (await db.PlanOrders.SingleOrDefaultAsync(o => o.IdempotencyKey == idempotencyKey, cancellationToken) is { } earlier)
        {
            return earlier;
        }

        var plan = await db.BulkPlans.SingleOrDefaultAsync(p => p.Id == planId && p.IsOffered, cancellationToken);
        if (plan is null)
        {
            return Refusal.Because("This plan is no longer offered. Choose another one from the catalogue.");
        }

        var reseller = await db.Resellers.SingleAsync(r => r.Id == actor.Reseller, cancellationToken);
        if (plan.Currency != reseller.Currency)
        {
            return Refusal.Because(
                $"This plan is sold in {plan.Currency}, but your account uses {reseller.Currency}. Choose a plan in "
                    + $"{reseller.Currency}.");
        }

        var now = clock.GetUtcNow();
        var order = PlanOrder.Create(plan, actor.Reseller, now, idempotencyKey);
        db.PlanOrders.Add(order);
        db.Audit(actor, now, Permission.PlansBuy, $"{plan.Name}, {order.Price}, reference {order.TransferReference}", actor.Reseller);
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return order;
    }
}
