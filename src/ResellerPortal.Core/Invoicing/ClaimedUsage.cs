using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Credits;
using ResellerPortal.Core.Metering;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Pricing;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Time;

namespace ResellerPortal.Core.Invoicing;

/// <summary>The ledger entries that an invoice claims: a range of one customer's sequence.</summary>
internal sealed record ClaimedUsage(long FirstSequence, long LastSequence, IReadOnlyList<UsageItem> Items)
{
    public bool IsEmpty => LastSequence < FirstSequence;

    public IReadOnlyList<SnapshotDay> Days =>
        [.. Items.GroupBy(i => i.Day).OrderBy(g => g.Key).Select(g => new SnapshotDay(g.Key, g.Sum(i => i.Quantity)))];

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

    /// <summary>What earlier invoices billed of a time, for months whose late usage is priced on top of it.</summary>
    public static async Task<IReadOnlyList<UsageItem>> BilledAsync(PortalDbContext db, Customer customer, DateTimeOffset from, DateTimeOffset until, TimeZoneInfo zone, CancellationToken cancellationToken) =>
        customer.BilledThroughSequence == 0 ? [] : await ItemsAsync(
            db, db.LedgerEntries.Where(e => e.CustomerId == customer.Id && e.Sequence <= customer.BilledThroughSequence && e.OccurredAtUtc >= from && e.OccurredAtUtc < until), zone, cancellationToken);

    public static async Task<ClaimedUsage> OfRangeAsync(PortalDbContext db, Customer customer, long first, long last, TimeZoneInfo zone, CancellationToken cancellationToken) =>
        new(first, last, await ItemsAsync(db, db.LedgerEntries.Where(e => e.CustomerId == customer.Id && e.Sequence >= first && e.Sequence <= last), zone, cancellationToken));

    private static async Task<IReadOnlyList<UsageItem>> ItemsAsync(PortalDbContext db, IQueryable<LedgerEntry> entries, TimeZoneInfo zone, CancellationToken cancellationToken)
    {
        var rows = entries
            .Join(
                db.LotDraws,
                e => new { e.CustomerId, e.Sequence },
                d => new { d.CustomerId, d.Sequence },
                (e, d) => new { e.OccurredAtUtc, e.Converter, e.Environment, d.UnitCostMicros, d.Currency, d.Quantity })
            .AsAsyncEnumerable();
        var quantities = new Dictionary<(DateOnly Day, string Converter, string Environment, UnitPrice UnitCost), long>();
        await foreach (var row in rows.WithCancellation(cancellationToken))
        {
            var key = (zone.DayOf(row.OccurredAtUtc), row.Converter, row.Environment, new UnitPrice(row.UnitCostMicros, row.Currency));
            quantities[key] = quantities.GetValueOrDefault(key) + row.Quantity;
        }

        return [.. quantities.Select(q => new UsageItem(q.Key.Day, q.Key.Converter, q.Key.Environment, q.Key.UnitCost, q.Value))];
    }
}
