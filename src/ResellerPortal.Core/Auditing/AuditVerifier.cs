using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Auditing;

/// <param name="Sealed">Entries that are in a chain.</param>
/// <param name="Waiting">Entries that are not sealed yet.</param>
/// <param name="Erased">Entries with erased personal data.</param>
public sealed record AuditReport(long Sealed, long Waiting, long Erased, IReadOnlyList<string> Faults);

/// <summary>Verifies the history: gapless numbers, the hash chain and unchanged texts.</summary>
public sealed class AuditVerifier(PortalDatabase database)
{
    private static readonly TenantScope Scope = TenantScope.CrossTenants("verifying the history: all tenants");

    public Task<AuditReport> VerifyAsync(CancellationToken cancellationToken = default) => VerifyAsync(Scope, cancellationToken);

    /// <summary>Verifies what a scope sees.</summary>
    public async Task<AuditReport> VerifyAsync(TenantScope scope, CancellationToken cancellationToken)
    {
        await using var db = database.Open(scope);
        var faults = new List<string>();
        var (chain, sequence, previous, count, erased) = (Guid.Empty, 0L, AuditHash.Start, 0L, 0L);
        await foreach (var entry in db.AuditEntries.AsNoTracking()
            .Where(a => a.Sequence != null)
            .OrderBy(a => a.Chain)
            .ThenBy(a => a.Sequence)
            .AsAsyncEnumerable()
            .WithCancellation(cancellationToken))
        {
            if (entry.Chain != chain)
            {
                (chain, sequence, previous) = (entry.Chain, 0, AuditHash.Start);
            }

            count++;
            sequence++;
            erased += entry.Salt is null ? 1 : 0;
            faults.AddRange(
                FindFaults(entry, sequence, previous).Select(fault => $"history {entry.Chain}, entry {entry.Sequence}: {fault}"));
            (sequence, previous) = (entry.Sequence!.Value, entry.Hash!);
        }

        return new AuditReport(count, await db.AuditEntries.LongCountAsync(a => a.Sequence == null, cancellationToken), erased, faults);
    }

    private static IEnumerable<string> FindFaults(AuditEntry entry, long sequence, byte[] previous)
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
}
