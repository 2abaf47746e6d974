using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Archives;
using ResellerPortal.Core.Credits;
using ResellerPortal.Core.Metering;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Time;

namespace ResellerPortal.Core.Archiving;

/// <summary>The ledger entries recorded in a month and what they drew, as <see cref="LedgerExporter"/> writes them for resellers.</summary>
internal sealed class LedgerMonthRows : MonthRows
{
    public override ArchiveKind Kind => ArchiveKind.Ledger;

    public override IReadOnlyList<string> Tables => [nameof(LedgerEntry), nameof(LotDraw)];

    /// <summary>
    /// Everything recorded in the month is on an invoice, and everything that happened in a billing period that the month touches, since
    /// what is invoiced later of a period is priced on top of the period's earlier usage.
    /// </summary>
    public override async Task<IReadOnlyList<string>> FindReasonsToWaitAsync(
        PortalDbContext db,
        DateOnly month,
        CancellationToken cancellationToken)
    {
        var (_, until) = GetInterval(month);
        var (reasons, entries) = (new List<string>(), db.LedgerEntries.AsQueryable());
        foreach (var reseller in await db.Resellers.AsNoTracking().OrderBy(r => r.Name).ToListAsync(cancellationToken))
        {
            var ends = BillingPeriod.Containing(until.AddTicks(-TimeSpan.TicksPerMicrosecond), reseller.Zone).EndsAtUtc(reseller.Zone);
            var customers = await db.Customers
                .Where(c => c.ResellerId == reseller.Id && entries.Any(e => e.ResellerId == c.ResellerId
                    && e.CustomerId == c.Id
                    && e.Sequence > c.BilledThroughSequence
                    && (e.RecordedAtUtc < until || e.OccurredAtUtc < ends)))
                .OrderBy(c => c.Name)
                .Select(c => c.Name)
                .ToListAsync(cancellationToken);
            reasons.AddRange(customers.Select(
                name => $"the usage of {name} (customer of {reseller.Name}) is not on a finalised invoice; invoice it first."));
        }

        return reasons;
    }

    /// <summary>Customers, as everybody locks them who takes an invoice back or records usage.</summary>
    public override async Task LockAsync(
        PortalDatabase database,
        PortalDbContext db,
        DateOnly month,
        CancellationToken cancellationToken)
    {
        foreach (var customers in (await ListCustomersAsync(db, month, cancellationToken)).GroupBy(c => c.Reseller))
        {
            await database.LockRowsAsync<Customer>(db, customers.Key, customers.Select(c => c.Customer.Value), cancellationToken);
        }
    }

    public override Task<long> CountAsync(PortalDbContext db, DateOnly month, CancellationToken cancellationToken)
    {
        var (from, until) = GetInterval(month);
        return db.LedgerEntries.LongCountAsync(e => e.RecordedAtUtc >= from && e.RecordedAtUtc < until, cancellationToken);
    }

    public override async Task WriteAsync(
        PortalDbContext db,
        DateOnly month,
        ArchiveFileWriter writer,
        CancellationToken cancellationToken)
    {
        var (from, until) = GetInterval(month);
        var written = 0L;
        foreach (var (reseller, customer) in await ListCustomersAsync(db, month, cancellationToken))
        {
            await writer.BeginAsync(customer.Value);
            for (var after = 0L; ;)
            {
                var entries = await db.LedgerEntries.AsNoTracking()
                    .Where(e => e.ResellerId == reseller && e.CustomerId == customer && e.Sequence > after)
                    .Where(e => e.RecordedAtUtc >= from && e.RecordedAtUtc < until)
                    .OrderBy(e => e.Sequence)
                    .Take(Chunk)
                    .ToListAsync(cancellationToken);
                if (entries.Count == 0)
                {
                    break;
                }

                var last = entries[^1].Sequence;
                var draws = (await db.LotDraws.AsNoTracking()
                    .Where(d => d.ResellerId == reseller && d.CustomerId == customer && d.Sequence > after && d.Sequence <= last)
                    .Where(d => d.RecordedAtUtc >= from && d.RecordedAtUtc < until)
                    .OrderBy(d => d.Sequence)
                    .ThenBy(d => d.LotId)
                    .ToListAsync(cancellationToken)).ToLookup(d => d.Sequence);
                foreach (var entry in entries)
                {
                    await writer.WriteAsync(ExportedEntry.FromEntry(entry, draws[entry.Sequence]).ToJson());
                }

                written += draws.Sum(d => d.Count());
                after = last;
            }
        }

        var expected = await db.LotDraws.LongCountAsync(d => d.RecordedAtUtc >= from && d.RecordedAtUtc < until, cancellationToken);
        if (written != expected)
        {
            throw new ArchiveFileException(
                $"The month has {expected:N0} lot draws, but its entries have {written:N0}. Run verify-ledger; nothing was dropped.");
        }
    }

    protected override async Task<IReadOnlyList<ArchivedRange>> ReadRangesAsync(
        PortalDbContext db,
        ArchiveFolder archive,
        DateOnly month,
        CancellationToken cancellationToken)
    {
        var ranges = new List<ArchivedRange>();
        foreach (var (reseller, customer) in await ListCustomersAsync(db, month, cancellationToken))
        {
            var read = new RangeBuilder(Kind, month, customer.Value, reseller, customer);
            foreach (var line in archive.ReadLines(Kind, month, customer.Value))
            {
                var exported = ExportedEntry.Parse(line);
                var entry = exported.ToEntry();
                if (!LedgerHash.Compute(entry).AsSpan().SequenceEqual(entry.Hash)
                    || !LedgerHash.Commit(exported.ToDraws()).AsSpan().SequenceEqual(entry.CostCommitment))
                {
                    throw new ArchiveFileException(
                        $"Entry {entry.Sequence} of the customer {customer} is not what was hashed. Run verify-ledger; nothing was "
                            + "dropped.");
                }

                read.Add(entry.Sequence, entry.PreviousHash, entry.Hash, entry.OccurredAtUtc);
            }

            ranges.AddRange(read.Build());
        }

        return ranges;
    }

    private static async Task<IReadOnlyList<(ResellerId Reseller, CustomerId Customer)>> ListCustomersAsync(
        PortalDbContext db,
        DateOnly month,
        CancellationToken cancellationToken)
    {
        var (from, until) = GetInterval(month);
        var customers = await db.LedgerEntries
            .Where(e => e.RecordedAtUtc >= from && e.RecordedAtUtc < until)
            .Select(e => new { e.ResellerId, e.CustomerId })
            .Distinct()
            .OrderBy(e => e.ResellerId)
            .ThenBy(e => e.CustomerId)
            .ToListAsync(cancellationToken);
        return [.. customers.Select(c => (c.ResellerId, c.CustomerId))];
    }
}
