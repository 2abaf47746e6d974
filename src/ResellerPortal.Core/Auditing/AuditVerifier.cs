using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Archives;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Auditing;

/// <param name="Sealed">Entries that are in a chain.</param>
/// <param name="Waiting">Entries that are not sealed yet.</param>
/// <param name="Erased">Entries with erased personal data.</param>
/// <param name="Unverified">What could not be verified because its archive was not given.</param>
public sealed record AuditReport(
    long Sealed,
    long Waiting,
    long Erased,
    IReadOnlyList<string> Faults,
    IReadOnlyList<string> Unverified);

/// <summary>Verifies the history: gapless numbers, the hash chain and its end, and unchanged texts.</summary>
public sealed class AuditVerifier(PortalDatabase database)
{
    private static readonly TenantScope Scope = TenantScope.CrossTenants("verifying the history: all tenants");

    public Task<AuditReport> VerifyAsync(ArchiveFolder? archive = null, CancellationToken cancellationToken = default) =>
        VerifyAsync(Scope, archive, cancellationToken);

    /// <summary>Verifies what a scope sees.</summary>
    /// <param name="archive">The archived months; null if they are not at hand.</param>
    public async Task<AuditReport> VerifyAsync(TenantScope scope, ArchiveFolder? archive, CancellationToken cancellationToken)
    {
        await using var db = database.Open(scope);

        // One snapshot, so that the ends of chains and entries are consistent while the portal keeps sealing.
        await using var transaction = await db.Database.BeginTransactionAsync(database.Dialect.SnapshotLevel, cancellationToken);
        var ranges = (await db.ArchivedRanges.AsNoTracking()
            .Where(r => r.Kind == ArchiveKind.History)
            .OrderBy(r => r.FirstSequence)
            .ToListAsync(cancellationToken)).ToLookup(r => r.Chain);
        var ends = await db.HistoryChains.AsNoTracking().ToDictionaryAsync(c => c.Chain, cancellationToken);
        var present = await db.AuditEntries.Where(a => a.Sequence != null).Select(a => a.Chain).Distinct().ToListAsync(cancellationToken);
        var run = new Run();
        foreach (var chain in present.Union(ends.Keys).Union(ranges.Select(r => r.Key)).Order())
        {
            run.Begin(chain, ranges[chain], archive);
            await foreach (var entry in db.AuditEntries.AsNoTracking()
                .Where(a => a.Chain == chain && a.Sequence != null)
                .OrderBy(a => a.Sequence)
                .AsAsyncEnumerable()
                .WithCancellation(cancellationToken))
            {
                run.Read(entry);
            }

            run.End(ends.GetValueOrDefault(chain));
        }

        var waiting = await db.AuditEntries.LongCountAsync(a => a.Sequence == null, cancellationToken);
        return new AuditReport(run.Count, waiting, run.Erased, run.Faults, run.Unverified);
    }

    /// <summary>Verifies an entry against the one before it.</summary>
    internal static IEnumerable<string> FindFaults(AuditEntry entry, long sequence, byte[] previous)
    {
        if (entry.Sequence != sequence)
        {
            yield return $"number {sequence} is missing";
        }

        if (entry.Salt is { } salt && !AuditHash.ComputeCommitment(entry, salt).AsSpan().SequenceEqual(entry.Commitment))
        {
            yield return "its text differs from the sealed text";
        }

        if (!AuditHash.Compute(entry, entry.Sequence!.Value, entry.Commitment!, previous).AsSpan().SequenceEqual(entry.Hash))
        {
            yield return "its hash does not follow from the previous entry";
        }
    }

    /// <summary>One chain after the other, each from the archive and the database in the order of its numbers.</summary>
    private sealed class Run
    {
        private readonly Queue<ArchivedRange> _ranges = [];
        private ArchiveFolder? _archive;
        private Guid _chain;
        private long _last;
        private byte[] _head = AuditHash.Start;

        public long Count { get; private set; }

        public long Erased { get; private set; }

        public List<string> Faults { get; } = [];

        public List<string> Unverified { get; } = [];

        public void Begin(Guid chain, IEnumerable<ArchivedRange> ranges, ArchiveFolder? archive)
        {
            (_chain, _last, _head, _archive) = (chain, 0, AuditHash.Start, archive);
            foreach (var range in ranges)
            {
                _ranges.Enqueue(range);
            }
        }

        public void Read(AuditEntry entry)
        {
            ReadArchived(before: entry.Sequence!.Value);
            Verify(entry);
        }

        public void End(HistoryChain? end)
        {
            ReadArchived(before: long.MaxValue);
            if (end?.LastSequence != _last || !end.LastHash.AsSpan().SequenceEqual(_head))
            {
                Faults.Add($"history {_chain}: it ends at entry {_last}, but was sealed through {end?.LastSequence ?? 0}");
            }
        }

        private void ReadArchived(long before)
        {
            while (_ranges.TryPeek(out var range) && range.FirstSequence < before)
            {
                _ranges.Dequeue();
                if (_archive?.Holds(ArchiveKind.History, range.Month) == true)
                {
                    ReadFile(_archive, range);
                }
                else
                {
                    Skip(range);
                }
            }
        }

        private void ReadFile(ArchiveFolder archive, ArchivedRange range)
        {
            try
            {
                foreach (var line in archive.ReadLines(ArchiveKind.History, range.Month, _chain))
                {
                    if (ArchivedEvent.Parse(line).ToEntry() is { } entry
                        && entry.Sequence >= range.FirstSequence
                        && entry.Sequence <= range.LastSequence)
                    {
                        Verify(entry);
                    }
                }
            }
            catch (Exception unreadable) when (unreadable is JsonException or FormatException or InvalidDataException)
            {
                Faults.Add($"history {_chain}: its archive of {range.Month:yyyy-MM} cannot be read: {unreadable.Message}");
            }
        }

        private void Skip(ArchivedRange range)
        {
            if (range.FirstSequence != _last + 1 || !range.PreviousHash.AsSpan().SequenceEqual(_head))
            {
                Faults.Add($"history {_chain}: the archived entries from {range.FirstSequence} on do not follow from entry {_last}");
            }

            Unverified.Add(
                $"history {_chain}: entries {range.FirstSequence} to {range.LastSequence} are in "
                    + $"{ArchiveFolder.GetFileName(ArchiveKind.History, range.Month)}, which was not given");
            (_last, _head) = (range.LastSequence, range.LastHash);
        }

        private void Verify(AuditEntry entry)
        {
            Count++;
            Erased += entry.Salt is null ? 1 : 0;
            Faults.AddRange(FindFaults(entry, _last + 1, _head).Select(fault => $"history {_chain}, entry {entry.Sequence}: {fault}"));
            (_last, _head) = (entry.Sequence!.Value, entry.Hash!);
        }
    }
}
