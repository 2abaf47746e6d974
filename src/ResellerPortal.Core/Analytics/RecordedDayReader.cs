using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
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

    /// <summary>The first day that something may have been recorded on; null if the reseller's ledger is empty.</summary>
    public async Task<DateOnly?> FindFirstDayAsync(ResellerId reseller, CancellationToken cancellationToken)
    {
        await using var db = database.Open(TenantScope.ForReseller(reseller));
        var first = await db.Customers
            .Join(
                db.LedgerEntries.Where(e => e.Sequence == 1),
                c => c.Id,
                e => e.CustomerId,
                (c, e) => (DateTimeOffset?)e.RecordedAtUtc)
            .OrderBy(recorded => recorded)
            .FirstOrDefaultAsync(cancellationToken);
        return first is { } instant ? GetDay(instant - Tolerance) : null;
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
    /// it were recorded earlier than the instant and the tolerance.
    /// </summary>
    /// <param name="last">An entry that was not recorded before the instant.</param>
    private static async Task<long> FindLastBeforeAsync(
        PortalDbContext db,
        CustomerId customer,
        long last,
        DateTimeOffset instant,
        CancellationToken cancellationToken)
    {
        var (before, notBefore) = (0L, last);
        for (var (step, isBracketed) = (1L, false); notBefore - before > 1;)
        {
            isBracketed |= notBefore - step <= 0;
            var probe = isBracketed ? before + ((notBefore - before) / 2) : notBefore - step;
            var recorded = await db.LedgerEntries
                .Where(e => e.CustomerId == customer && e.Sequence == probe)
                .Select(e => e.RecordedAtUtc)
                .SingleAsync(cancellationToken);
            if (recorded < instant)
            {
                (before, isBracketed) = (probe, true);
            }
            else
            {
                (notBefore, step) = (probe, step * 2);
            }
        }

        return before;
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
