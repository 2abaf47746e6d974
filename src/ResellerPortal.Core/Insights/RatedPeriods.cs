using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Metering;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Pricing;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Insights;

/// <summary>Reads daily rollups and prices them, customer by customer, with the one rating function.</summary>
internal static class RatedPeriods
{
    /// <summary>The usage of each customer from one local day to another, both included.</summary>
    public static async Task<ILookup<CustomerId, UsageItem>> UsageAsync(
        PortalDbContext db, DateOnly from, DateOnly to, IReadOnlyCollection<CustomerId>? customers, CancellationToken cancellationToken)
    {
        var rollups = db.UsageRollups.AsNoTracking().Where(r => r.Day >= from && r.Day <= to);
        if (customers is not null)
        {
            rollups = rollups.Where(r => customers.Contains(r.CustomerId));
        }

        var rows = await rollups
            .GroupBy(r => new { r.CustomerId, r.Day, r.Converter, r.Environment, r.UnitCostMicros, r.Currency })
            .Select(g => new { g.Key, Quantity = g.Sum(r => r.Quantity) })
            .ToListAsync(cancellationToken);
        return rows.ToLookup(
            r => r.Key.CustomerId,
            r => new UsageItem(r.Key.Day, r.Key.Converter, r.Key.Environment, new UnitPrice(r.Key.UnitCostMicros, r.Key.Currency), r.Quantity));
    }

    public static async Task<List<RateCard>> CardsAsync(PortalDbContext db, CancellationToken cancellationToken) =>
        await db.RateCards.AsNoTracking().ToListAsync(cancellationToken);
}
