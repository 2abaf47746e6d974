using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Archives;
using ResellerPortal.Core.Credits;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Metering;

/// <summary>A customer's entries in the order of their numbers, from archive files and the database.</summary>
/// <param name="ranges">What is archived of the customer, in order.</param>
/// <param name="archive">Null if the archive is not at hand.</param>
internal sealed class LedgerSource(
    PortalDbContext db,
    Customer customer,
    IReadOnlyList<ArchivedRange> ranges,
    ArchiveFolder? archive)
{
    private const int Chunk = 5000;

    private readonly Queue<ArchivedRange> _ranges = new(ranges);

    public async Task ReadAsync(CustomerLedgerVerifier check, List<string> faults, CancellationToken cancellationToken)
    {
        for (var after = 0L; ;)
        {
            var entries = await db.LedgerEntries.AsNoTracking()
                .Where(e => e.ResellerId == customer.ResellerId && e.CustomerId == customer.Id && e.Sequence > after)
                .OrderBy(e => e.Sequence)
                .Take(Chunk)
                .ToListAsync(cancellationToken);
            if (entries.Count == 0)
            {
                ReadArchived(check, faults, before: long.MaxValue);
                return;
            }

            var last = entries[^1].Sequence;
            var draws = (await db.LotDraws.AsNoTracking()
                .Where(d => d.ResellerId == customer.ResellerId
                    && d.CustomerId == customer.Id
                    && d.Sequence > after
                    && d.Sequence <= last)
                .ToListAsync(cancellationToken)).ToLookup(d => d.Sequence);
            foreach (var entry in entries)
            {
                ReadArchived(check, faults, before: entry.Sequence);
                check.Read(entry, [.. draws[entry.Sequence]]);
            }

            after = last;
        }
    }

    private void ReadArchived(CustomerLedgerVerifier check, List<string> faults, long before)
    {
        while (_ranges.TryPeek(out var range) && range.FirstSequence < before)
        {
            _ranges.Dequeue();
            if (archive?.Holds(ArchiveKind.Ledger, range.Month) == true)
            {
                ReadFile(archive, range, check, faults);
            }
            else
            {
                check.Skip(range);
            }
        }
    }

    private void ReadFile(ArchiveFolder folder, ArchivedRange range, CustomerLedgerVerifier check, List<string> faults)
    {
        try
        {
            foreach (var line in folder.ReadLines(ArchiveKind.Ledger, range.Month, range.Chain))
            {
                var exported = ExportedEntry.Parse(line);
                if (exported.Sequence >= range.FirstSequence && exported.Sequence <= range.LastSequence)
                {
                    check.Read(exported.ToEntry(), exported.ToDraws());
                }
            }
        }
        catch (Exception unreadable) when (unreadable is JsonException or FormatException or InvalidDataException or KeyNotFoundException)
        {
            faults.Add($"{customer.Name}: the archive of {range.Month:yyyy-MM} cannot be read: {unreadable.Message}");
        }
    }
}
