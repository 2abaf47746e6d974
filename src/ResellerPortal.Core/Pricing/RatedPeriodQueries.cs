using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Metering;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Time;

namespace ResellerPortal.Core.Pricing;

/// <summary>Reads daily rollups and rates them per customer.</summary>
internal static class RatedPeriodQueries
{
    /// <summary>
    /// Reads each customer's usage between two local days, both included: summed per month on its first day, or per day if a price changes
    /// within the month.
    /// </summary>
    public static async Task<ILookup<CustomerId, UsageItem>> ReadUsageByMonthAsync(
        PortalDbContext db,
        BillingPeriod first,
        BillingPeriod last,
        PricingContext pricing,
        IReadOnlyCollection<CustomerId>? customers,
        CancellationToken cancellationToken)
    {
        var split = pricing.Cards
            .Where(c => c.EffectiveFrom.Day > 1)
            .Select(c => BillingPeriod.Containing(c.EffectiveFrom))
            .Where(m => m >= first && m <= last)
            .Distinct()
            .ToList();
        var months = await Between(db, first.FirstDay, last.LastDay, customers)
            .GroupBy(r => new { r.CustomerId, r.Day.Year, r.Day.Month, r.Converter, r.Environment, r.UnitCostMicros, r.Currency })
            .Select(g => new { g.Key, Quantity = g.Sum(r => r.Quantity) })
            .ToListAsync(cancellationToken);
        var items = months
            .Select(m => (m.Key.CustomerId, Item: new UsageItem(
                new DateOnly(m.Key.Year, m.Key.Month, 1),
                m.Key.Converter,
                m.Key.Environment,
                new UnitPrice(m.Key.UnitCostMicros, m.Key.Currency),
                m.Quantity)))
            .Where(m => !split.Contains(BillingPeriod.Containing(m.Item.Day)))
            .ToList();
        foreach (var month in split)
        {
            var days = await ReadUsageByDayAsync(db, month, customers, cancellationToken);
            items.AddRange(days.SelectMany(ofCustomer => ofCustomer.Select(item => (ofCustomer.Key, item))));
        }

        return items.ToLookup(i => i.CustomerId, i => i.Item);
    }

    /// <summary>Reads each customer's daily usage of a month.</summary>
    public static async Task<ILookup<CustomerId, UsageItem>> ReadUsageByDayAsync(
        PortalDbContext db, BillingPeriod month, IReadOnlyCollection<CustomerId>? customers, CancellationToken cancellationToken)
    {
        var rows = await Between(db, month.FirstDay, month.LastDay, customers)
            .GroupBy(r => new { r.CustomerId, r.Day, r.Converter, r.Environment, r.UnitCostMicros, r.Currency })
            .Select(g => new { g.Key, Quantity = g.Sum(r => r.Quantity) })
            .ToListAsync(cancellationToken);
        return rows.ToLookup(
            r => r.Key.CustomerId,
            r => new UsageItem(
                r.Key.Day, r.Key.Converter, r.Key.Environment, new UnitPrice(r.Key.UnitCostMicros, r.Key.Currency), r.Quantity));
    }

    private static IQueryable<UsageRollup> Between(
        PortalDbContext db,
        DateOnly from,
        DateOnly to,
        IReadOnlyCollection<CustomerId>? customers)
    {
        var rollups = db.UsageRollups.AsNoTracking().Where(r => r.Day >= from && r.Day <= to);
        return customers is null ? rollups : rollups.Where(r => customers.Contains(r.CustomerId));
    }
}
