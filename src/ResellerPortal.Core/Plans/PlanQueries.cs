using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Plans;

/// <summary>An order in the operator's list, with its reseller's name.</summary>
public sealed record OrderRow(PlanOrder Order, string ResellerName);

/// <summary>A reseller in the operator's list.</summary>
public sealed record ResellerRow(Reseller Reseller, int Customers);

public sealed class PlanQueries(PortalDatabase database)
{
    /// <summary>The plans a reseller can order: offered, in its currency, smallest first.</summary>
    public async Task<IReadOnlyList<BulkPlan>> ListCatalogueAsync(Actor actor, CancellationToken cancellationToken = default)
    {
        actor.Demand(Permission.ResellerView);
        await using var db = database.Open(actor.Scope);
        var currency = await db.Resellers.Where(r => r.Id == actor.Reseller).Select(r => r.Currency).SingleAsync(cancellationToken);
        return await db.BulkPlans.AsNoTracking()
            .Where(p => p.IsOffered && p.Currency == currency)
            .OrderBy(p => p.Conversions)
            .ToListAsync(cancellationToken);
    }

    /// <summary>The reseller's own orders, newest first.</summary>
    public async Task<IReadOnlyList<PlanOrder>> ListOrdersAsync(Actor actor, CancellationToken cancellationToken = default)
    {
        actor.Demand(Permission.ResellerView);
        await using var db = database.Open(actor.Scope);
        return await db.PlanOrders.AsNoTracking().OrderByDescending(o => o.OrderedAtUtc).Take(100).ToListAsync(cancellationToken);
    }

    /// <summary>All plans, for the operator.</summary>
    public async Task<IReadOnlyList<BulkPlan>> ListAllPlansAsync(Actor actor, CancellationToken cancellationToken = default)
    {
        actor.Demand(Permission.OperatorView);
        await using var db = database.Open(actor.Scope);
        return await db.BulkPlans.AsNoTracking()
            .OrderByDescending(p => p.IsOffered)
            .ThenBy(p => p.Conversions)
            .ToListAsync(cancellationToken);
    }

    /// <summary>All resellers' orders: open orders first, then the newest.</summary>
    public async Task<(IReadOnlyList<OrderRow> Rows, int TotalCount)> ListAllOrdersAsync(
        Actor actor,
        int skip,
        int take,
        CancellationToken cancellationToken = default)
    {
        actor.Demand(Permission.OperatorView);
        await using var db = database.Open(actor.Scope);
        var rows = await db.PlanOrders.AsNoTracking()
            .Join(db.Resellers, o => o.ResellerId, r => r.Id, (o, r) => new { Order = o, r.Name })
            .OrderByDescending(o => o.Order.Status == PlanOrderStatus.Ordered)
            .ThenByDescending(o => o.Order.OrderedAtUtc)
            .Skip(skip)
            .Take(take)
            .ToListAsync(cancellationToken);
        return ([.. rows.Select(o => new OrderRow(o.Order, o.Name))], await db.PlanOrders.CountAsync(cancellationToken));
    }

    /// <summary>All resellers, for the operator.</summary>
    public async Task<IReadOnlyList<ResellerRow>> ListResellersAsync(Actor actor, CancellationToken cancellationToken = default)
    {
        actor.Demand(Permission.OperatorView);
        await using var db = database.Open(actor.Scope);
        var counts = await db.Customers.GroupBy(c => c.ResellerId).ToDictionaryAsync(g => g.Key, g => g.Count(), cancellationToken);
        var resellers = await db.Resellers.AsNoTracking().OrderBy(r => r.Name).ToListAsync(cancellationToken);
        return [.. resellers.Select(r => new ResellerRow(r, counts.GetValueOrDefault(r.Id)))];
    }
}
