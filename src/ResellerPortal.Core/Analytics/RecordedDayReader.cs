using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Archives;
using ResellerPortal.Core.Credits;
using ResellerPortal.Core.Metering;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Analytics;

/// <summary>
/// Reads what was recorded on a UTC day, along the ledger's key. No index orders entries by when they were recorded, but those of a
/// customer are nearly in that order, so a search finds the first of a day.
/// </summary>
public sealed class RecordedDayReader(PortalDatabase database)
{
    /// <summary>
    /// How long a day stays open after its end, and how far an entry's stamp may lie behind that of an entry before it. An entry is stamped
    /// when its transaction begins, which ends within a minute, by a node whose clock may differ by minutes.
    /// </summary>
    public static readonly TimeSpan Tolerance = TimeSpan.FromHours(1);

    private const int PageSize = 2000;

    /// <summary>The last day that nothing is recorded on any more.</summary>
    public static DateOnly GetLastFinalDay(DateTimeOffset now) => GetDay(now - Tolerance).AddDays(-1);

    /// <summary>The first day of which nothing is archived; null if nothing is.</summary>
    public async Task<DateOnly?> FindFirstKeptDayAsync(CancellationToken cancellationToken)
    {
        await using var db = database.Open(TenantScope.ServedTenants("analytics: the archived months of all resellers"));
        return await db.FindFirstKeptDayAsync(cancellationToken);
    }

    /// <summary>
    /// The first day that something may have been recorded on which is not archived; null if the reseller's ledger has nothing else.
    /// </summary>
    public async Task<DateOnly?> FindFirstDayAsync(ResellerId reseller, CancellationToken cancellationToken)
    {
        await using var db = database.Open(TenantScope.ForReseller(reseller));
        IQueryable<LedgerEntry> entries = db.LedgerEntries;
        var first = await db.Customers
            .Select(c => entries.Where(e => e.CustomerId == c.Id)
                .OrderBy(e => e.Sequence)
                .Select(e => (DateTimeOffset?)e.RecordedAtUtc)
                .FirstOrDefault())
            .Where(recorded => recorded != null)
            .OrderBy(recorded => recorded)
            .FirstOrDefaultAsync(cancellationToken);
        if (first is not { } instant)
        {
            return null;
        }

        var (day, kept) = (GetDay(instant - Tolerance), await db.FindFirstKeptDayAsync(cancellationToken));
        return kept > day ? kept : day;
    }

    /// <summary>Reads all entries that were recorded on a day, by customer and sequence, a page at a time.</summary>
    public async IAsyncEnumerable<LedgerEntryCost> ReadAsync(
        ResellerId reseller,
        DateOnly day,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var from = new DateTimeOffset(day.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero);
        var (until, earliest, latest) = (from.AddDays(1), from - Tolerance, from.AddDays(1) + Tolerance);
        await using var db = database.Open(TenantScope.ForReseller(reseller));

        // A customer whose last entry is older than all of the day's has none of them.
        var customers = await db.Customers.AsNoTracking()
            .Join(
                db.LedgerEntries.Where(e => e.RecordedAtUtc >= earliest),
                c => new { CustomerId = c.Id, Sequence = c.LastSequence },
                e => new { e.CustomerId, e.Sequence },
                (c, e) => new { c.Id, c.LastSequence })
            .OrderBy(c => c.Id)
            .ToListAsync(cancellationToken);
        foreach (var customer in customers)
        {
            var after = await FindLastBeforeAsync(db, customer.Id, customer.LastSequence, earliest, cancellationToken);
            for (var isPast = false; !isPast;)
            {
                var page = await db.LedgerEntries.AsNoTracking()
                    .Where(e => e.CustomerId == customer.Id && e.Sequence > after)
                    .OrderBy(e => e.Sequence)
                    .Take(PageSize)
                    .ToListAsync(cancellationToken);
                await foreach (var entry in AddCostAsync(
                    db, page.FindAll(e => e.RecordedAtUtc >= from && e.RecordedAtUtc < until), cancellationToken))
                {
                    yield return entry;
                }

                isPast = page.Count < PageSize || page.Exists(e => e.RecordedAtUtc >= latest);
                after = page.Count > 0 ? page[^1].Sequence : after;
            }
        }
    }

    /// <summary>
    /// Searches from the ledger's end for two neighbors, one recorded before an instant and one not. Returns the former, or 0: all before
    /// it were recorded earlier than the instant and the tolerance. An archived entry was recorded before the instant or little later, so
    /// where the search ends at one, everything that is kept is read.
    /// </summary>
    /// <param name="last">An entry that was not recorded before the instant.</param>
    private static async Task<long> FindLastBeforeAsync(
        PortalDbContext db,
        CustomerId customer,
        long last,
        DateTimeOffset instant,
        CancellationToken cancellationToken)
    {
        var (before, notBefore, isArchived) = (0L, last, false);
        for (var (step, isBracketed) = (1L, false); notBefore - before > 1;)
        {
            isBracketed |= notBefore - step <= 0;
            var probe = isBracketed ? before + ((notBefore - before) / 2) : notBefore - step;
            var recorded = await db.LedgerEntries
                .Where(e => e.CustomerId == customer && e.Sequence == probe)
                .Select(e => (DateTimeOffset?)e.RecordedAtUtc)
                .SingleOrDefaultAsync(cancellationToken);
            if (recorded is null || recorded < instant)
            {
                (before, isBracketed, isArchived) = (probe, true, recorded is null);
            }
            else
            {
                (notBefore, step) = (probe, step * 2);
            }
        }

        return isArchived
            ? await db.LedgerEntries.Where(e => e.CustomerId == customer).MinAsync(e => e.Sequence, cancellationToken) - 1
            : before;
    }

    private static async IAsyncEnumerable<LedgerEntryCost> AddCostAsync(
        PortalDbContext db,
        List<LedgerEntry> entries,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (entries.Count == 0)
        {
            yield break;
        }

        var (customer, first, last) = (entries[0].CustomerId, entries[0].Sequence, entries[^1].Sequence);
        var draws = (await db.LotDraws
            .Where(d => d.CustomerId == customer && d.Sequence >= first && d.Sequence <= last)
            .Select(d => new { d.Sequence, d.CostMicros, d.Currency })
            .ToListAsync(cancellationToken)).ToLookup(d => d.Sequence, d => (d.CostMicros, d.Currency));
        foreach (var entry in entries)
        {
            var cost = draws[entry.Sequence].Aggregate((sum, draw) => (checked(sum.CostMicros + draw.CostMicros), sum.Currency));
            yield return new LedgerEntryCost(entry, cost.CostMicros, cost.Currency);
        }
    }

    private static DateOnly GetDay(DateTimeOffset instant) => DateOnly.FromDateTime(instant.UtcDateTime);
}
