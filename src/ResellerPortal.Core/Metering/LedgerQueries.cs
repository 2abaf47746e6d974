using System.Linq.Expressions;
using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Archives;
using ResellerPortal.Core.Auditing;
using ResellerPortal.Core.Credits;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Time;

namespace ResellerPortal.Core.Metering;

/// <summary>Filter for entries; null matches all. Days are in the reseller's time zone, both included.</summary>
public sealed record LedgerFilter(
    DateOnly? From = null,
    DateOnly? To = null,
    CustomerId? CustomerId = null,
    string? Environment = null,
    string? Converter = null,
    Guid? TokenId = null,
    Guid? RequestId = null);

public enum LedgerSort
{
    Occurred,
    Customer,
    Converter,
    Quantity,
}

/// <summary>A ledger entry as the reseller sees it, including cost in millionths of the currency unit.</summary>
public sealed record LedgerRow(
    CustomerId CustomerId,
    string CustomerName,
    long Sequence,
    DateTimeOffset OccurredAtUtc,
    string Environment,
    string Converter,
    long Quantity,
    UsageSource Source,
    EntryFlags Flags,
    Guid RequestId,
    ExactAmount Cost,
    long? CorrectsSequence,
    string? Reference,
    byte[] Hash);

/// <param name="Sort">The applied sort order: by time if too many entries match for another order.</param>
/// <param name="KeptSince">The first day, UTC, since which all entries are listed; those recorded before are in the archive.</param>
public sealed record LedgerEntryList(IReadOnlyList<LedgerRow> Rows, long TotalCount, LedgerSort Sort, DateOnly? KeptSince);

/// <summary>
/// The reseller's view of the ledger, paged, filtered and sorted in the database. Entries are counted from daily usage and read along an
/// index, so page cost does not grow with the ledger.
/// </summary>
public sealed class LedgerQueries(PortalDatabase database, TimeProvider clock)
{
    /// <summary>Maximum number of matching entries that are sorted by a column without an index.</summary>
    public const long MostSorted = 50_000;

    private const int ExportChunk = 2000;

    public async Task<LedgerEntryList> ReadPageAsync(
        Actor actor,
        LedgerFilter filter,
        LedgerSort sort,
        bool descending,
        int skip,
        int take,
        CancellationToken cancellationToken = default)
    {
        actor.Demand(Permission.ResellerView);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(take, 200);
        await using var db = database.Open(actor.Scope);
        var zone = (await db.Resellers.AsNoTracking().SingleAsync(r => r.Id == actor.Reseller, cancellationToken)).Zone;
        var kept = await db.FindFirstKeptDayAsync(cancellationToken);
        var count = filter.RequestId is not null || (kept is { } first && (filter.From is null || filter.From <= first.AddDays(1)))
            ? await CountKeptAsync(db, filter, zone, cancellationToken)
            : await CountAsync(db, filter, cancellationToken);
        sort = count <= MostSorted ? sort : LedgerSort.Occurred;

        // The second half is read backwards, so that the last page is as cheap as the first.
        var isFromEnd = skip > count / 2;
        var length = (int)Math.Clamp(count - skip, 0, take);
        var rows = await Sorted(db, Filtered(db, filter, zone), sort, descending ^ isFromEnd)
            .Skip(isFromEnd ? (int)Math.Max(0, count - skip - length) : skip)
            .Take(length)
            .ToListAsync(cancellationToken);
        if (isFromEnd)
        {
            rows.Reverse();
        }

        return new LedgerEntryList(await WithCostAsync(db, rows, cancellationToken), count, sort, kept);
    }

    /// <summary>Exports all matching entries by customer and sequence, in chunks so that memory use stays constant.</summary>
    public async IAsyncEnumerable<LedgerRow> ExportAsync(
        Actor actor,
        LedgerFilter filter,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        actor.Demand(Permission.LedgerExport);
        await using var db = database.Open(actor.Scope);
        db.Audit(actor, clock.GetUtcNow(), Permission.LedgerExport, $"usage ledger exported, {filter}", actor.Reseller);
        await db.SaveChangesAsync(cancellationToken);

        var zone = (await db.Resellers.AsNoTracking().SingleAsync(r => r.Id == actor.Reseller, cancellationToken)).Zone;
        foreach (var customer in await db.Customers
            .Where(c => filter.CustomerId == null || c.Id == filter.CustomerId)
            .OrderBy(c => c.Name)
            .Select(c => c.Id)
            .ToListAsync(cancellationToken))
        {
            var after = 0L;
            while (true)
            {
                var chunk = await Sorted(
                        db, Filtered(db, filter with { CustomerId = customer }, zone)
                            .Where(e => e.Sequence > after)
                            .OrderBy(e => e.Sequence)
                            .Take(ExportChunk), LedgerSort.Occurred, descending: false)
                    .ToListAsync(cancellationToken);
                foreach (var row in await WithCostAsync(db, [.. chunk.OrderBy(r => r.Entry.Sequence)], cancellationToken))
                {
                    yield return row;
                }

                if (chunk.Count < ExportChunk)
                {
                    break;
                }

                after = chunk.Max(r => r.Entry.Sequence);
            }
        }
    }

    /// <summary>The converters and environments with usage, as filter options.</summary>
    public async Task<(IReadOnlyList<string> Converters, IReadOnlyList<string> Environments)> ReadFilterChoicesAsync(
        Actor actor,
        CancellationToken cancellationToken = default)
    {
        actor.Demand(Permission.ResellerView);
        await using var db = database.Open(actor.Scope);
        return (
            await db.UsageRollups.Select(r => r.Converter).Distinct().OrderBy(c => c).ToListAsync(cancellationToken),
            await db.UsageRollups.Select(r => r.Environment).Distinct().OrderBy(c => c).ToListAsync(cancellationToken));
    }

    /// <summary>Counts from the customers' last sequence if whole ledgers match; otherwise from daily usage.</summary>
    private static Task<long> CountAsync(PortalDbContext db, LedgerFilter filter, CancellationToken cancellationToken) =>
        filter is { From: null, To: null, Environment: null, Converter: null, TokenId: null }
            ? db.Customers.Where(c => filter.CustomerId == null || c.Id == filter.CustomerId).SumAsync(
                c => c.LastSequence, cancellationToken)
            : Days(db, filter).SumAsync(r => r.Entries, cancellationToken);

    /// <summary>Counts the entries themselves: sequences and daily usage include those in the archive and know no requests.</summary>
    private static Task<long> CountKeptAsync(
        PortalDbContext db,
        LedgerFilter filter,
        TimeZoneInfo zone,
        CancellationToken cancellationToken) => Filtered(db, filter, zone).LongCountAsync(cancellationToken);

    private static IQueryable<UsageRollup> Days(PortalDbContext db, LedgerFilter filter)
    {
        var days = db.UsageRollups.AsNoTracking();
        days = filter.From is { } from ? days.Where(r => r.Day >= from) : days;
        days = filter.To is { } to ? days.Where(r => r.Day <= to) : days;
        days = filter.CustomerId is { } customer ? days.Where(r => r.CustomerId == customer) : days;
        days = filter.Environment is { } environment ? days.Where(r => r.Environment == environment) : days;
        days = filter.TokenId is { } token ? days.Where(r => r.TokenId == token) : days;
        return filter.Converter is { } converter ? days.Where(r => r.Converter == converter) : days;
    }

    private static IQueryable<LedgerEntry> Filtered(PortalDbContext db, LedgerFilter filter, TimeZoneInfo zone)
    {
        var entries = db.LedgerEntries.AsNoTracking();
        if (filter.From is { } from)
        {
            var fromUtc = zone.StartOfDayUtc(from);
            entries = entries.Where(e => e.OccurredAtUtc >= fromUtc);
        }

        if (filter.To is { } to)
        {
            var untilUtc = zone.StartOfDayUtc(to.AddDays(1));
            entries = entries.Where(e => e.OccurredAtUtc < untilUtc);
        }

        entries = filter.CustomerId is { } customer ? entries.Where(e => e.CustomerId == customer) : entries;
        entries = filter.Environment is { } environment ? entries.Where(e => e.Environment == environment) : entries;
        entries = filter.Converter is { } converter ? entries.Where(e => e.Converter == converter) : entries;
        entries = filter.TokenId is { } token ? entries.Where(e => e.TokenId == token) : entries;
        return filter.RequestId is { } request ? entries.Where(e => e.RequestId == request) : entries;
    }

    private static IQueryable<CustomerEntry> Sorted(PortalDbContext db, IQueryable<LedgerEntry> entries, LedgerSort sort, bool descending)
    {
        var rows = entries.Join(
            db.Customers.AsNoTracking(), e => e.CustomerId, c => c.Id, (e, c) => new CustomerEntry { Entry = e, CustomerName = c.Name });
        var sorted = sort switch
        {
            LedgerSort.Customer => By(r => r.CustomerName),
            LedgerSort.Converter => By(r => r.Entry.Converter),
            LedgerSort.Quantity => By(r => r.Entry.Quantity),
            _ => null,
        };

        // Matches an index: the reseller's entries by time, then the key.
        sorted = sorted is null ? By(r => r.Entry.OccurredAtUtc)
            : descending ? sorted.ThenByDescending(r => r.Entry.OccurredAtUtc)
            : sorted.ThenBy(r => r.Entry.OccurredAtUtc);
        return descending
            ? sorted.ThenByDescending(r => r.Entry.CustomerId).ThenByDescending(r => r.Entry.Sequence)
            : sorted.ThenBy(r => r.Entry.CustomerId).ThenBy(r => r.Entry.Sequence);

        IOrderedQueryable<CustomerEntry> By<TKey>(Expression<Func<CustomerEntry, TKey>> key) =>
            descending ? rows.OrderByDescending(key) : rows.OrderBy(key);
    }

    private static async Task<IReadOnlyList<LedgerRow>> WithCostAsync(
        PortalDbContext db,
        List<CustomerEntry> rows,
        CancellationToken cancellationToken)
    {
        var costs = new Dictionary<(CustomerId, long), ExactAmount>();
        foreach (var ofCustomer in rows.GroupBy(r => r.Entry.CustomerId))
        {
            var (first, last) = (ofCustomer.Min(r => r.Entry.Sequence), ofCustomer.Max(r => r.Entry.Sequence));
            var draws = await db.LotDraws.AsNoTracking()
                .Where(d => d.CustomerId == ofCustomer.Key && d.Sequence >= first && d.Sequence <= last)
                .Select(d => new { d.Sequence, d.CostMicros, d.Currency })
                .ToListAsync(cancellationToken);
            foreach (var draw in draws)
            {
                var key = (ofCustomer.Key, draw.Sequence);
                var cost = new ExactAmount(draw.CostMicros, draw.Currency);
                costs[key] = costs.TryGetValue(key, out var sum) ? sum + cost : cost;
            }
        }

        return [.. rows.Select(r => new LedgerRow(
            r.Entry.CustomerId,
            r.CustomerName,
            r.Entry.Sequence,
            r.Entry.OccurredAtUtc,
            r.Entry.Environment,
            r.Entry.Converter,
            r.Entry.Quantity,
            r.Entry.Source,
            r.Entry.Flags,
            r.Entry.RequestId,
            costs[(r.Entry.CustomerId, r.Entry.Sequence)],
            r.Entry.CorrectsSequence,
            r.Entry.Reference,
            r.Entry.Hash))];
    }

    private sealed class CustomerEntry
    {
        public required LedgerEntry Entry { get; init; }

        public required string CustomerName { get; init; }
    }
}
