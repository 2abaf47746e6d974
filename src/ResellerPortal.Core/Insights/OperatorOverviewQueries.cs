using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Checkouts;
using ResellerPortal.Core.Metering;
using ResellerPortal.Core.PaymentEvents;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Plans;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Insights;

/// <summary>The content of the operator's home page.</summary>
/// <param name="OpenOrders">The orders that have waited longest for their payment to be confirmed.</param>
/// <param name="LowestCredits">The resellers with the least credits left, least first.</param>
/// <param name="Days">Conversions of all resellers, oldest day first; a day is each reseller's own.</param>
/// <param name="Differences">Differences between the portal's payments and the provider's.</param>
/// <param name="Disputes">Undecided disputes of payments for plans.</param>
/// <param name="FailedEvents">Payment events that are not retried any more.</param>
public sealed record OperatorOverview(
    IReadOnlyList<OrderRow> OpenOrders,
    int OpenOrderCount,
    IReadOnlyList<ResellerSummary> LowestCredits,
    IReadOnlyList<DayUsage> Days,
    int Differences,
    int Disputes,
    int FailedEvents,
    int PlanCount,
    int ResellerCount)
{
    public long Conversions => Days.Sum(d => d.Conversions);
}

public sealed class OperatorOverviewQueries(PortalDatabase database, TimeProvider clock)
{
    private const int DayCount = 30;
    private const int Shown = 5;

    public async Task<OperatorOverview> ReadAsync(Actor actor, CancellationToken cancellationToken = default)
    {
        actor.Demand(Permission.OperatorView);
        var now = clock.GetUtcNow();
        await using var db = database.Open(actor.Scope);
        var open = db.PlanOrders.AsNoTracking().Where(o => o.Status == PlanOrderStatus.Ordered);
        var orders = await open
            .Join(db.Resellers, o => o.ResellerId, r => r.Id, (o, r) => new { Order = o, r.Name })
            .OrderBy(o => o.Order.OrderedAtUtc)
            .Take(Shown)
            .ToListAsync(cancellationToken);
        var operatorCheckouts = db.Set<Checkout>().Where(c => c.Merchant == Merchant.Operator);
        return new OperatorOverview(
            [.. orders.Select(o => new OrderRow(o.Order, o.Name))],
            orders.Count < Shown ? orders.Count : await open.CountAsync(cancellationToken),
            await db.SummarizeResellers(now)
                .Where(s => s.Reseller.MovedAtUtc == null)
                .OrderBy(s => s.CreditsLeft)
                .ThenBy(s => s.Reseller.Name)
                .Take(Shown)
                .ToListAsync(cancellationToken),
            await ReadDaysAsync(db, DateOnly.FromDateTime(now.UtcDateTime), cancellationToken),
            await db.PaymentDifferences.CountAsync(cancellationToken),
            await db.Set<PaymentReversal>().CountAsync(
                r => r.Kind == ReversalKind.Dispute
                    && r.State == ReversalState.Effective
                    && operatorCheckouts.Any(c => c.Id == r.CheckoutId),
                cancellationToken),
            await db.WebhookEvents.CountAsync(e => e.State == WebhookEventState.Failed, cancellationToken),
            await db.BulkPlans.CountAsync(cancellationToken),
            await db.Resellers.CountAsync(cancellationToken));
    }

    /// <summary>Reads through the resellers, because rollups are indexed by reseller and day.</summary>
    private static async Task<IReadOnlyList<DayUsage>> ReadDaysAsync(
        PortalDbContext db,
        DateOnly today,
        CancellationToken cancellationToken)
    {
        var first = today.AddDays(1 - DayCount);
        var used = await db.Resellers
            .Join(db.UsageRollups.Where(u => u.Day >= first), r => r.Id, u => u.ResellerId, (r, u) => new { u.Day, u.Quantity })
            .GroupBy(u => u.Day)
            .Select(g => new { Day = g.Key, Conversions = g.Sum(u => u.Quantity) })
            .ToDictionaryAsync(d => d.Day, d => d.Conversions, cancellationToken);
        return
        [
            .. Enumerable.Range(0, DayCount)
                .Select(first.AddDays)
                .Select(day => new DayUsage(day, used.GetValueOrDefault(day))),
        ];
    }
}
