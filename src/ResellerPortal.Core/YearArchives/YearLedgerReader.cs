using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Archives;
using ResellerPortal.Core.Credits;
using ResellerPortal.Core.Metering;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.YearArchives;

/// <summary>Reads the ledger of a year, in part or as a whole from archived months.</summary>
/// <param name="ranges">The archived numbers of the reseller's customers around the year.</param>
internal sealed class YearLedgerReader(
    PortalDatabase database,
    TenantScope scope,
    ArchiveFolder archive,
    ILookup<Guid, ArchivedRange> ranges)
{
    private const int Chunk = 2000;

    public async Task<YearLedger> FindAsync(
        PortalDbContext db,
        CustomerId customer,
        CalendarYear year,
        CancellationToken cancellationToken) => new(
            customer,
            await FindLastBeforeAsync(db, customer, year.StartsAtUtc, cancellationToken),
            await FindLastBeforeAsync(db, customer, year.EndsAtUtc, cancellationToken));

    /// <summary>Reads the entries in chain order with what they drew.</summary>
    /// <exception cref="InvalidDataException">An entry is missing or does not follow from the one before it.</exception>
    public async IAsyncEnumerable<ExportedEntry> ReadAsync(
        YearLedger ledger,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (sequence, head) = (ledger.Before.Sequence, Convert.ToHexStringLower(ledger.Before.Hash));
        await foreach (var entry in ReadUncheckedAsync(ledger, cancellationToken))
        {
            if (entry.Sequence != sequence + 1 || entry.Previous != head)
            {
                throw new InvalidDataException(
                    $"Entry {entry.Sequence} of the customer {ledger.CustomerId} does not follow entry {sequence}. Run verify-ledger.");
            }

            yield return entry;
            (sequence, head) = (entry.Sequence, entry.Hash);
        }

        if (sequence != ledger.Last.Sequence || head != Convert.ToHexStringLower(ledger.Last.Hash))
        {
            throw new InvalidDataException(
                $"The ledger of the customer {ledger.CustomerId} ends at entry {sequence} instead of {ledger.Last.Sequence}. "
                    + "Run verify-ledger.");
        }
    }

    private async IAsyncEnumerable<ExportedEntry> ReadUncheckedAsync(
        YearLedger ledger,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (position, last) = (ledger.Before.Sequence, ledger.Last.Sequence);
        foreach (var range in ranges[ledger.CustomerId.Value].Where(r => r.LastSequence > position && r.FirstSequence <= last))
        {
            await foreach (var entry in ReadKeptAsync(ledger.CustomerId, position, range.FirstSequence - 1, cancellationToken))
            {
                yield return entry;
            }

            var (from, to) = (Math.Max(range.FirstSequence, position + 1), Math.Min(range.LastSequence, last));
            foreach (var line in archive.ReadLines(ArchiveKind.Ledger, range.Month, ledger.CustomerId.Value))
            {
                if (ExportedEntry.Parse(line) is var entry && entry.Sequence >= from && entry.Sequence <= to)
                {
                    yield return entry;
                }
            }

            position = to;
        }

        await foreach (var entry in ReadKeptAsync(ledger.CustomerId, position, last, cancellationToken))
        {
            yield return entry;
        }
    }

    /// <summary>Reads entries that are in the database, in chunks so that memory use stays constant.</summary>
    private async IAsyncEnumerable<ExportedEntry> ReadKeptAsync(
        CustomerId customer,
        long after,
        long last,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (after < last)
        {
            await using var db = database.Open(scope);
            var entries = await db.LedgerEntries.AsNoTracking()
                .Where(e => e.CustomerId == customer && e.Sequence > after && e.Sequence <= last)
                .OrderBy(e => e.Sequence)
                .Take(Chunk)
                .ToListAsync(cancellationToken);
            if (entries.Count == 0)
            {
                yield break;
            }

            var (first, end) = (entries[0].Sequence, entries[^1].Sequence);
            var draws = (await db.LotDraws.AsNoTracking()
                .Where(d => d.CustomerId == customer && d.Sequence >= first && d.Sequence <= end)
                .ToListAsync(cancellationToken)).ToLookup(d => d.Sequence);
            foreach (var entry in entries)
            {
                yield return ExportedEntry.FromEntry(
                    entry, draws[entry.Sequence].OrderBy(d => d.LotId.ToString(), StringComparer.Ordinal));
            }

            after = end;
        }
    }

    private async Task<ChainPosition> FindLastBeforeAsync(
        PortalDbContext db,
        CustomerId customer,
        DateTimeOffset instant,
        CancellationToken cancellationToken)
    {
        var kept = await db.LedgerEntries.AsNoTracking()
            .Where(e => e.CustomerId == customer && e.RecordedAtUtc < instant)
            .OrderByDescending(e => e.Sequence)
            .Select(e => new ChainPosition(e.Sequence, e.Hash))
            .FirstOrDefaultAsync(cancellationToken);
        return ranges[customer.Value]
            .Select(range => FindLastBefore(range, instant))
            .Append(kept)
            .OfType<ChainPosition>()
            .MaxBy(position => position.Sequence) ?? ChainPosition.Start;
    }

    private ChainPosition? FindLastBefore(ArchivedRange range, DateTimeOffset instant)
    {
        if (ArchivedUsage.StartsAtUtc(range.Month) >= instant)
        {
            return null;
        }

        if (ArchivedUsage.StartsAtUtc(range.Month.AddMonths(1)) <= instant)
        {
            return new ChainPosition(range.LastSequence, range.LastHash);
        }

        // The year begins or ends within the month, which is one of UTC.
        var limit = UtcMicroseconds.From(instant);
        return archive.ReadLines(ArchiveKind.Ledger, range.Month, range.Chain)
            .Select(ExportedEntry.Parse)
            .Where(e => e.Recorded < limit && e.Sequence >= range.FirstSequence && e.Sequence <= range.LastSequence)
            .Select(e => new ChainPosition(e.Sequence, Convert.FromHexString(e.Hash)))
            .MaxBy(position => position.Sequence);
    }
}
