using Microsoft.EntityFrameworkCore;
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
/// <param name="Tokens">Conversions of each token on each local day.</param>
internal sealed record ClaimedUsage(long FirstSequence, long LastSequence, IReadOnlyList<UsageItem> Items, IReadOnlyDictionary<(Guid TokenId, DateOnly Day), long> Tokens)
{
    public bool IsEmpty => LastSequence < FirstSequence;

    public IReadOnlyList<SnapshotDay> Days =>
        [.. Items.GroupBy(i => i.Day).OrderBy(g => g.Key).Select(g => new SnapshotDay(g.Key, g.Sum(i => i.Quantity)))];

    /// <summary>What each token did, most used first.</summary>
    public async Task<IReadOnlyList<SnapshotToken>> ByTokenAsync(PortalDbContext db, Customer customer, CancellationToken cancellationToken)
    {
        if (Tokens.Count == 0)
        {
            return [];
        }

        var known = await db.ApiTokens.Where(t => t.CustomerId == customer.Id).Select(t => new { t.Id, t.Environment, t.SecretEnding }).ToDictionaryAsync(t => t.Id, cancellationToken);
        return [.. Tokens.Where(used => used.Value != 0)
            .GroupBy(used => used.Key.TokenId)
            .OrderByDescending(token => token.Sum(used => used.Value))
            .ThenBy(token => token.Key)
            .Select(token => new SnapshotToken(
                known[token.Key].Environment, known[token.Key].SecretEnding, [.. token.OrderBy(used => used.Key.Day).Select(used => new SnapshotDay(used.Key.Day, used.Value))]))];
    }

    /// <summary>
    /// What a period's invoice claims: all that is not billed yet, up to the first entry of a later period. An entry that is
    /// recorded after that belongs to the next invoice, whenever it happened.
    /// </summary>
    public static async Task<ClaimedUsage> OfPeriodAsync(PortalDbContext db, Customer customer, BillingPeriod period, TimeZoneInfo zone, CancellationToken cancellationToken)
    {
        var endsAtUtc = period.EndsAtUtc(zone);
        var first = customer.BilledThroughSequence + 1;
        var firstOfLaterPeriod = await db.LedgerEntries
            .Where(e => e.CustomerId == customer.Id && e.Sequence >= first && e.OccurredAtUtc >= endsAtUtc)
            .MinAsync(e => (long?)e.Sequence, cancellationToken);
        return await OfRangeAsync(db, customer, first, firstOfLaterPeriod - 1 ?? customer.LastSequence, zone, cancellationToken);
    }

    /// <summary>What happened before an instant and no invoice has billed yet.</summary>
    public static async Task<IReadOnlyList<UsageItem>> UnbilledBeforeAsync(PortalDbContext db, Customer customer, DateTimeOffset until, TimeZoneInfo zone, CancellationToken cancellationToken) =>
        (await ReadAsync(
            db, 1, 0, db.LedgerEntries.Where(e => e.CustomerId == customer.Id && e.Sequence > customer.BilledThroughSequence && e.OccurredAtUtc < until), zone, cancellationToken)).Items;

    /// <summary>What earlier invoices billed of a time, for months whose late usage is priced on top of it.</summary>
    public static async Task<IReadOnlyList<UsageItem>> BilledAsync(PortalDbContext db, Customer customer, DateTimeOffset from, DateTimeOffset until, TimeZoneInfo zone, CancellationToken cancellationToken) =>
        customer.BilledThroughSequence == 0 ? [] : (await ReadAsync(
            db, 1, customer.BilledThroughSequence, db.LedgerEntries.Where(e => e.CustomerId == customer.Id && e.Sequence <= customer.BilledThroughSequence && e.OccurredAtUtc >= from && e.OccurredAtUtc < until), zone, cancellationToken)).Items;

    public static Task<ClaimedUsage> OfRangeAsync(PortalDbContext db, Customer customer, long first, long last, TimeZoneInfo zone, CancellationToken cancellationToken) =>
        ReadAsync(db, first, last, db.LedgerEntries.Where(e => e.CustomerId == customer.Id && e.Sequence >= first && e.Sequence <= last), zone, cancellationToken);

    private static async Task<ClaimedUsage> ReadAsync(PortalDbContext db, long first, long last, IQueryable<LedgerEntry> entries, TimeZoneInfo zone, CancellationToken cancellationToken)
    {
        var rows = entries
            .Join(
                db.LotDraws,
                e => new { e.CustomerId, e.Sequence },
                d => new { d.CustomerId, d.Sequence },
                (e, d) => new { e.OccurredAtUtc, e.TokenId, e.Converter, e.Environment, d.UnitCostMicros, d.Currency, d.Quantity })
            .AsAsyncEnumerable();
        var quantities = new Dictionary<(DateOnly Day, string Converter, string Environment, UnitPrice UnitCost), long>();
        var tokens = new Dictionary<(Guid TokenId, DateOnly Day), long>();
        await foreach (var row in rows.WithCancellation(cancellationToken))
        {
            var day = zone.DayOf(row.OccurredAtUtc);
            var key = (day, row.Converter, row.Environment, new UnitPrice(row.UnitCostMicros, row.Currency));
            quantities[key] = quantities.GetValueOrDefault(key) + row.Quantity;
            tokens[(row.TokenId, day)] = tokens.GetValueOrDefault((row.TokenId, day)) + row.Quantity;
        }

        return new ClaimedUsage(first, last, [.. quantities.Select(q => new UsageItem(q.Key.Day, q.Key.Converter, q.Key.Environment, q.Key.UnitCost, q.Value))], tokens);
    }
}
