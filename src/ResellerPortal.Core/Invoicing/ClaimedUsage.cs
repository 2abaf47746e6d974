using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Archives;
using ResellerPortal.Core.Credits;
using ResellerPortal.Core.Metering;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Pricing;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Time;
using ResellerPortal.Core.Tokens;

namespace ResellerPortal.Core.Invoicing;

/// <summary>The ledger entries that an invoice claims: a range of one customer's sequence.</summary>
/// <param name="Tokens">Conversions per token and local day.</param>
internal sealed record ClaimedUsage(
    long FirstSequence,
    long LastSequence,
    IReadOnlyList<UsageItem> Items,
    IReadOnlyDictionary<(Guid TokenId, DateOnly Day), long> Tokens)
{
    public bool IsEmpty => LastSequence < FirstSequence;

    public IReadOnlyList<SnapshotDay> Days =>
        [.. Items.GroupBy(i => i.Day).OrderBy(g => g.Key).Select(g => new SnapshotDay(g.Key, g.Sum(i => i.Quantity)))];

    /// <summary>Claimed conversions by token, most used first.</summary>
    public async Task<IReadOnlyList<SnapshotToken>> ReadByTokenAsync(
        PortalDbContext db,
        Customer customer,
        CancellationToken cancellationToken)
    {
        if (Tokens.Count == 0)
        {
            return [];
        }

        var known = await db.ApiTokens
            .Where(t => t.CustomerId == customer.Id)
            .Select(t => new { t.Id, t.Environment, t.SecretEnding })
            .ToDictionaryAsync(t => t.Id, cancellationToken);
        return [.. Tokens.Where(used => used.Value != 0)
            .GroupBy(used => used.Key.TokenId)
            .OrderByDescending(token => token.Sum(used => used.Value))
            .ThenBy(token => token.Key)
            .Select(token => new SnapshotToken(
                known[token.Key].Environment,
                known[token.Key].SecretEnding,
                [.. token.OrderBy(used => used.Key.Day).Select(used => new SnapshotDay(used.Key.Day, used.Value))]))];
    }

    /// <summary>
    /// Reads what a period's invoice claims: everything unbilled up to the first entry of a later period. Entries recorded after that go on
    /// the next invoice, whatever their date.
    /// </summary>
    public static async Task<ClaimedUsage> ReadPeriodAsync(
        PortalDbContext db,
        Customer customer,
        BillingPeriod period,
        TimeZoneInfo zone,
        CancellationToken cancellationToken)
    {
        var endsAtUtc = period.EndsAtUtc(zone);
        var first = customer.BilledThroughSequence + 1;
        var firstOfLaterPeriod = await db.LedgerEntries
            .Where(e => e.CustomerId == customer.Id && e.Sequence >= first && e.OccurredAtUtc >= endsAtUtc)
            .MinAsync(e => (long?)e.Sequence, cancellationToken);
        var last = firstOfLaterPeriod - 1 ?? customer.LastSequence;
        return await ReadDaysAsync(db, customer, first, last, period, zone, cancellationToken)
            ?? await ReadRangeAsync(db, customer, first, last, zone, cancellationToken);
    }

    /// <summary>Reads usage before an instant that no invoice has billed yet.</summary>
    public static async Task<IReadOnlyList<UsageItem>> ReadUnbilledBeforeAsync(
        PortalDbContext db,
        Customer customer,
        DateTimeOffset until,
        TimeZoneInfo zone,
        CancellationToken cancellationToken) =>
        (await ReadAsync(
            db,
            1,
            0,
            db.LedgerEntries.Where(
                e => e.CustomerId == customer.Id && e.Sequence > customer.BilledThroughSequence && e.OccurredAtUtc < until),
            zone,
            cancellationToken)).Items;

    /// <summary>Reads what earlier invoices billed for a period, so that late usage is priced on top of it.</summary>
    /// <exception cref="ArchivedUsageException">Some of it is in the archive.</exception>
    public static async Task<IReadOnlyList<UsageItem>> ReadBilledAsync(
        PortalDbContext db,
        Customer customer,
        DateTimeOffset from,
        DateTimeOffset until,
        TimeZoneInfo zone,
        CancellationToken cancellationToken)
    {
        if (customer.BilledThroughSequence == 0)
        {
            return [];
        }

        await CheckKeptAsync(db, db.ArchivedEntries(customer.Id).Where(r => r.LastOccurredAtUtc >= from), cancellationToken);
        return (await ReadAsync(
            db,
            1,
            customer.BilledThroughSequence,
            db.LedgerEntries.Where(e => e.CustomerId == customer.Id
                && e.Sequence <= customer.BilledThroughSequence
                && e.OccurredAtUtc >= from
                && e.OccurredAtUtc < until),
            zone,
            cancellationToken)).Items;
    }

    /// <exception cref="ArchivedUsageException">Some of it is in the archive.</exception>
    private static async Task<ClaimedUsage> ReadRangeAsync(
        PortalDbContext db,
        Customer customer,
        long first,
        long last,
        TimeZoneInfo zone,
        CancellationToken cancellationToken)
    {
        await CheckKeptAsync(
            db,
            db.ArchivedEntries(customer.Id).Where(r => r.FirstSequence <= last && r.LastSequence >= first),
            cancellationToken);
        return await ReadAsync(
            db,
            first,
            last,
            db.LedgerEntries.Where(e => e.CustomerId == customer.Id && e.Sequence >= first && e.Sequence <= last),
            zone,
            cancellationToken);
    }

    /// <summary>Refuses to compute from a part of the entries.</summary>
    private static async Task CheckKeptAsync(
        PortalDbContext db,
        IQueryable<ArchivedRange> needed,
        CancellationToken cancellationToken)
    {
        if (await needed.MaxAsync(r => (DateOnly?)r.Month, cancellationToken) is { } month)
        {
            throw new ArchivedUsageException(month.AddMonths(1));
        }
    }

    /// <summary>
    /// Reads the claim from the daily rollups, which have far fewer rows than the ledger. They agree when nothing claimed is late and both
    /// count the same entries and conversions, because the claim is then exactly the period's usage.
    /// </summary>
    /// <returns>Null if the rollups may disagree with the ledger.</returns>
    private static async Task<ClaimedUsage?> ReadDaysAsync(
        PortalDbContext db,
        Customer customer,
        long first,
        long last,
        BillingPeriod period,
        TimeZoneInfo zone,
        CancellationToken cancellationToken)
    {
        var claimed = await db.LedgerEntries
            .Where(e => e.CustomerId == customer.Id && e.Sequence >= first && e.Sequence <= last)
            .GroupBy(e => e.CustomerId)
            .Select(g => new { Entries = g.LongCount(), Quantity = g.Sum(e => e.Quantity), Earliest = g.Min(e => e.OccurredAtUtc) })
            .SingleOrDefaultAsync(cancellationToken);
        if (claimed is null || claimed.Earliest < period.StartsAtUtc(zone))
        {
            return null;
        }

        var (from, to) = (period.FirstDay, period.LastDay);
        var days = await db.UsageRollups.AsNoTracking()
            .Where(r => r.CustomerId == customer.Id && r.Day >= from && r.Day <= to)
            .ToListAsync(cancellationToken);
        if ((days.Sum(d => d.Entries), days.Sum(d => d.Quantity)) != (claimed.Entries, claimed.Quantity))
        {
            return null;
        }

        var totals = new UsageTotals();
        foreach (var day in days)
        {
            totals.Add(day.Day, day.TokenId, day.Converter, day.Environment, new UnitPrice(day.UnitCostMicros, day.Currency), day.Quantity);
        }

        return totals.Claim(first, last);
    }

    private static async Task<ClaimedUsage> ReadAsync(
        PortalDbContext db,
        long first,
        long last,
        IQueryable<LedgerEntry> entries,
        TimeZoneInfo zone,
        CancellationToken cancellationToken)
    {
        var rows = entries
            .Join(
                db.LotDraws,
                e => new { e.ResellerId, e.CustomerId, e.Sequence, e.RecordedAtUtc },
                d => new { d.ResellerId, d.CustomerId, d.Sequence, d.RecordedAtUtc },
                (e, d) => new { e.OccurredAtUtc, e.TokenId, e.Converter, e.Environment, d.UnitCostMicros, d.Currency, d.Quantity })
            .AsAsyncEnumerable();
        var totals = new UsageTotals();
        await foreach (var row in rows.WithCancellation(cancellationToken))
        {
            totals.Add(
                zone.GetDay(row.OccurredAtUtc),
                row.TokenId,
                row.Converter,
                row.Environment,
                new UnitPrice(row.UnitCostMicros, row.Currency),
                row.Quantity);
        }

        return totals.Claim(first, last);
    }

    /// <summary>Usage summed for pricing and by token.</summary>
    private sealed class UsageTotals
    {
        private readonly Dictionary<(DateOnly Day, string Converter, string Environment, UnitPrice UnitCost), long> _quantities = [];
        private readonly Dictionary<(Guid TokenId, DateOnly Day), long> _tokens = [];

        public void Add(DateOnly day, Guid tokenId, string converter, string environment, UnitPrice unitCost, long quantity)
        {
            var key = (day, converter, environment, unitCost);
            _quantities[key] = _quantities.GetValueOrDefault(key) + quantity;
            _tokens[(tokenId, day)] = _tokens.GetValueOrDefault((tokenId, day)) + quantity;
        }

        public ClaimedUsage Claim(long first, long last) =>
            new(
                first,
                last,
                [.. _quantities.Select(q => new UsageItem(q.Key.Day, q.Key.Converter, q.Key.Environment, q.Key.UnitCost, q.Value))],
                _tokens);
    }
}
