using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Credits;
using ResellerPortal.Core.Metering;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Insights;

/// <summary>A reseller with its credits and usage, for the operator.</summary>
public sealed class ResellerSummary
{
    public required Reseller Reseller { get; init; }

    public required int Customers { get; init; }

    /// <summary>In paid lots, excluding overage.</summary>
    public required long CreditsLeft { get; init; }

    /// <summary>Since the first day of the current month in UTC; days are the reseller's own.</summary>
    public required long ConversionsThisMonth { get; init; }

    /// <summary>The last day with conversions; null if there was none yet.</summary>
    public required DateOnly? LastActiveDay { get; init; }
}

internal static class ResellerSummaries
{
    extension(DbContext db)
    {
        /// <summary>All resellers, to be filtered, sorted and paged by the database.</summary>
        public IQueryable<ResellerSummary> SummarizeResellers(DateTimeOffset now)
        {
            var today = DateOnly.FromDateTime(now.UtcDateTime);
            var firstOfMonth = today.AddDays(1 - today.Day);
            var (customers, lots, rollups) = (db.Customers, db.CreditLots, db.UsageRollups);
            return db.Resellers.AsNoTracking().Select(r => new ResellerSummary
            {
                Reseller = r,
                Customers = customers.Count(c => c.ResellerId == r.Id),
                CreditsLeft = lots
                    .Where(l => l.ResellerId == r.Id
                        && l.Kind == LotKind.Plan
                        && l.ExpiresAtUtc > now
                        && l.Used + l.Reserved < l.Conversions)
                    .Sum(l => l.Conversions - l.Used - l.Reserved),
                ConversionsThisMonth = rollups.Where(u => u.ResellerId == r.Id && u.Day >= firstOfMonth).Sum(u => u.Quantity),
                LastActiveDay = rollups
                    .Where(u => u.ResellerId == r.Id)
                    .OrderByDescending(u => u.Day)
                    .Select(u => (DateOnly?)u.Day)
                    .FirstOrDefault(),
            });
        }
    }
}
