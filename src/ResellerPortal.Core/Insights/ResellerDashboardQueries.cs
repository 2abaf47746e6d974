using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Credits;
using ResellerPortal.Core.Metering;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Plans;
using ResellerPortal.Core.Pricing;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Time;

namespace ResellerPortal.Core.Insights;

/// <summary>The content of the reseller's dashboard. Months are oldest first; the last one is the current month.</summary>
public sealed record ResellerOverview(
    string ResellerName,
    Currency Currency,
    IReadOnlyList<CreditLot> Lots,
    IReadOnlyList<UsageAlert> Alerts,
    IReadOnlyList<MonthRevenue> Months,
    IReadOnlyList<CustomerRevenue> Customers,
    int CustomerCount,
    int OpenOrders)
{
    /// <summary>In paid lots, excluding overage.</summary>
    public long ConversionsLeft => Lots.Where(lot => lot.Kind == LotKind.Plan).Sum(lot => lot.Available);

    public RevenueSummary ThisMonth => Months[^1].Summary;

    public RevenueSummary LastMonth => Months[^2].Summary;
}

/// <summary>A customer's revenue in the current month.</summary>
public sealed record CustomerRevenue(CustomerId Id, string Name, RevenueSummary Summary);

public sealed class ResellerDashboardQueries(PortalDatabase database, TimeProvider clock)
{
    private const int Months = 12;
    private const int Alerts = 6;

    public async Task<ResellerOverview> ReadAsync(Actor actor, CancellationToken cancellationToken = default)
    {
        actor.Demand(Permission.ResellerView);
        var now = clock.GetUtcNow();
        await using var db = database.Open(actor.Scope);
        var reseller = await db.Resellers.AsNoTracking().SingleAsync(r => r.Id == actor.Reseller, cancellationToken);
        var present = BillingPeriod.Containing(now, reseller.Zone);
        var first = BillingPeriod.Containing(present.FirstDay.AddMonths(1 - Months));
        var pricing = await PricingContext.ReadAsync(db, customers: null, cancellationToken);
        var usage = await RatedPeriodQueries.ReadUsageByMonthAsync(db, first, present, pricing, customers: null, cancellationToken);
        var all = await db.Customers.AsNoTracking().ToListAsync(cancellationToken);

        var months = Enumerable.Range(0, Months).Select(i => BillingPeriod.Containing(first.FirstDay.AddMonths(i)))
            .ToDictionary(month => month, _ => RevenueSummary.Zero(reseller.Currency));
        var customers = new List<CustomerRevenue>();
        foreach (var customer in all)
        {
            var schedule = pricing.CreateSchedule(reseller, customer);
            var ofCustomer = usage[customer.Id].ToLookup(item => BillingPeriod.Containing(item.Day));
            foreach (var month in months.Keys)
            {
                var summary = RevenueSummary.FromRated(Rating.Rate(ofCustomer[month], schedule, reseller.Currency, month));
                months[month] += summary;
                if (month == present && ofCustomer.Contains(month))
                {
                    customers.Add(new CustomerRevenue(customer.Id, customer.Name, summary));
                }
            }
        }

        var lots = await db.CreditLots.AsNoTracking()
            .Where(l => l.ExpiresAtUtc > now && l.Used < l.Conversions)
            .OrderBy(l => l.ExpiresAtUtc)
            .ToListAsync(cancellationToken);
        var alerts = await UsageAlertQueries.Latest(db, Alerts).ToListAsync(cancellationToken);
        return new ResellerOverview(
            reseller.Name,
            reseller.Currency,
            lots,
            alerts,
            [.. months.OrderBy(m => m.Key).Select(m => new MonthRevenue(m.Key, m.Value))],
            [.. customers.OrderByDescending(c => c.Summary.Conversions)],
            all.Count,
            await db.PlanOrders.CountAsync(o => o.Status == PlanOrderStatus.Ordered, cancellationToken));
    }
}
