using System.Globalization;
using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Time;

namespace ResellerPortal.Core.Archives;

/// <summary>Something needs ledger entries that are in the archive, and must not be done with a part of them.</summary>
public sealed class ArchivedUsageException(DateOnly kept) : InvalidOperationException(ArchivedUsage.Describe(kept));

/// <summary>How far back the ledger in the database goes.</summary>
public static class ArchivedUsage
{
    extension(PortalDbContext db)
    {
        /// <summary>The first day, UTC, since which everything that was recorded is in the database; null if nothing is archived.</summary>
        public async Task<DateOnly?> FindFirstKeptDayAsync(
            CancellationToken cancellationToken,
            ArchiveKind kind = ArchiveKind.Ledger) =>
            (await db.ArchivedMonths.Where(m => m.Kind == kind).MaxAsync(m => (DateOnly?)m.Month, cancellationToken))?.AddMonths(1);

        /// <summary>When each customer's latest archived usage happened, by the customer's id.</summary>
        public async Task<IReadOnlyDictionary<Guid, DateTimeOffset?>> ReadLatestArchivedAsync(CancellationToken cancellationToken) =>
            await db.ArchivedRanges
                .Where(r => r.Kind == ArchiveKind.Ledger)
                .GroupBy(r => r.Chain)
                .Select(g => new { g.Key, Latest = g.Max(r => r.LastOccurredAtUtc) })
                .ToDictionaryAsync(g => g.Key, g => (DateTimeOffset?)g.Latest, cancellationToken);

        /// <summary>The archived numbers of one customer's ledger, in order.</summary>
        public IQueryable<ArchivedRange> ArchivedEntries(CustomerId customer)
        {
            var chain = customer.Value;
            return db.ArchivedRanges.AsNoTracking()
                .Where(r => r.Kind == ArchiveKind.Ledger && r.Chain == chain)
                .OrderBy(r => r.FirstSequence);
        }
    }

    /// <summary>
    /// Whether usage of the same billing period is in the archive: further usage cannot be priced any more on top of the period's, nor be
    /// compared with what was recorded.
    /// </summary>
    /// <param name="latest">When the customer's latest archived usage happened; null if there is none.</param>
    public static bool Overlaps(DateTimeOffset? latest, DateTimeOffset occurredAtUtc, TimeZoneInfo zone) =>
        latest >= BillingPeriod.Containing(occurredAtUtc, zone).StartsAtUtc(zone);

    public static DateTimeOffset StartsAtUtc(DateOnly day) => new(day, TimeOnly.MinValue, TimeSpan.Zero);

    public static string Describe(DateOnly kept) =>
        $"Entries recorded before {kept.ToString("d MMMM yyyy", CultureInfo.InvariantCulture)} (UTC) are in the archive.";
}
