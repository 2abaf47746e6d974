using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Archives;
using ResellerPortal.Core.Auditing;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Archiving;

/// <summary>The events of a month, as <see cref="ArchivedEvent"/> says.</summary>
internal sealed class HistoryMonthRows : MonthRows
{
    public override ArchiveKind Kind => ArchiveKind.History;

    public override IReadOnlyList<string> Tables => [nameof(AuditEntry)];

    public override async Task<IReadOnlyList<string>> FindReasonsToWaitAsync(
        PortalDbContext db,
        DateOnly month,
        CancellationToken cancellationToken)
    {
        var (from, until) = GetInterval(month);
        var waiting = await db.AuditEntries.LongCountAsync(
            a => a.AtUtc >= from && a.AtUtc < until && a.Sequence == null, cancellationToken);
        return waiting == 0 ? [] : [$"{waiting:N0} events of the history are not sealed; the running portal does it within seconds."];
    }

    /// <summary>Nothing but the rows themselves, which are locked.</summary>
    public override Task LockAsync(PortalDatabase database, PortalDbContext db, DateOnly month, CancellationToken cancellationToken) =>
        Task.CompletedTask;

    public override Task<long> CountAsync(PortalDbContext db, DateOnly month, CancellationToken cancellationToken)
    {
        var (from, until) = GetInterval(month);
        return db.AuditEntries.LongCountAsync(a => a.AtUtc >= from && a.AtUtc < until, cancellationToken);
    }

    public override async Task WriteAsync(
        PortalDbContext db,
        DateOnly month,
        ArchiveFileWriter writer,
        CancellationToken cancellationToken)
    {
        var (from, until) = GetInterval(month);
        foreach (var chain in await ListChainsAsync(db, month, cancellationToken))
        {
            await writer.BeginAsync(chain);
            await foreach (var entry in db.AuditEntries.AsNoTracking()
                .Where(a => a.Chain == chain && a.AtUtc >= from && a.AtUtc < until)
                .OrderBy(a => a.Sequence)
                .AsAsyncEnumerable()
                .WithCancellation(cancellationToken))
            {
                await writer.WriteAsync(ArchivedEvent.FromEntry(entry).ToJson());
            }
        }
    }

    protected override async Task<IReadOnlyList<ArchivedRange>> ReadRangesAsync(
        PortalDbContext db,
        ArchiveFolder archive,
        DateOnly month,
        CancellationToken cancellationToken)
    {
        var ranges = new List<ArchivedRange>();
        foreach (var chain in await ListChainsAsync(db, month, cancellationToken))
        {
            ResellerId? reseller = chain == Guid.Empty ? null : new ResellerId(chain);
            var read = new RangeBuilder(Kind, month, chain, reseller, customer: null);
            var (last, head) = (0L, AuditHash.Start);
            foreach (var line in archive.ReadLines(Kind, month, chain))
            {
                var entry = ArchivedEvent.Parse(line).ToEntry();
                var sequence = entry.Sequence!.Value;
                var previous = sequence == last + 1 ? head : await ReadHashAsync(db, chain, sequence - 1, cancellationToken);
                if (AuditVerifier.FindFaults(entry, sequence, previous).FirstOrDefault() is { } fault)
                {
                    throw new ArchiveFileException(
                        $"Entry {sequence} of the history {chain}: {fault}. Run verify-ledger; nothing was dropped.");
                }

                read.Add(sequence, previous, entry.Hash!, entry.AtUtc);
                (last, head) = (sequence, entry.Hash!);
            }

            ranges.AddRange(read.Build());
        }

        return ranges;
    }

    /// <summary>The hash of an entry that is in another month, or archived.</summary>
    private static async Task<byte[]> ReadHashAsync(PortalDbContext db, Guid chain, long sequence, CancellationToken cancellationToken) =>
        await db.AuditEntries.Where(a => a.Chain == chain && a.Sequence == sequence).Select(a => a.Hash)
            .SingleOrDefaultAsync(cancellationToken)
        ?? await db.ArchivedRanges
            .Where(r => r.Kind == ArchiveKind.History && r.Chain == chain && r.LastSequence == sequence)
            .Select(r => r.LastHash)
            .SingleOrDefaultAsync(cancellationToken)
        ?? AuditHash.Start;

    private static Task<List<Guid>> ListChainsAsync(PortalDbContext db, DateOnly month, CancellationToken cancellationToken)
    {
        var (from, until) = GetInterval(month);
        return db.AuditEntries
            .Where(a => a.AtUtc >= from && a.AtUtc < until)
            .Select(a => a.Chain)
            .Distinct()
            .OrderBy(c => c)
            .ToListAsync(cancellationToken);
    }
}
