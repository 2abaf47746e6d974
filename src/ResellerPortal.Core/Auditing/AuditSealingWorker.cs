using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Workers;

namespace ResellerPortal.Core.Auditing;

/// <summary>
/// Assigns numbers and hashes to new audit entries shortly after they are written. Sealing is not part of the audited transactions,
/// because locking the end of a chain would serialise all of a reseller's operations. If two nodes seal at once, both use the same next
/// number and the database accepts only one.
/// </summary>
public sealed class AuditSealingWorker(
    PortalDatabase database,
    TimeProvider clock,
    ILogger<AuditSealingWorker> logger) : PeriodicWorker(clock, logger)
{
    private const int Batch = 500;

    public override TimeSpan Interval => TimeSpan.FromSeconds(3);

    private static readonly TenantScope Scope = TenantScope.ServedTenants("sealing the history: all tenants");

    /// <summary>Seals all unsealed entries.</summary>
    /// <returns>The number of entries sealed.</returns>
    public override async Task<int> RunAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            return await SealAsync(cancellationToken);
        }
        catch (DbException failure)
        {
            Logger.LogDebug(failure, "Another node is sealing the history, or the database is unreachable.");
            return 0;
        }
    }

    /// <summary>Seals all unsealed entries; throws if another node seals at the same time.</summary>
    public async Task<int> SealAsync(CancellationToken cancellationToken = default)
    {
        var sealedEntries = 0;
        while (true)
        {
            await using var db = database.Open(Scope);
            if (!await db.AuditEntries.AnyAsync(a => a.Sequence == null, cancellationToken))
            {
                return sealedEntries;
            }

            await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
            var waiting = await db.AuditEntries.AsNoTracking()
                .Where(a => a.Sequence == null)
                .OrderBy(a => a.AtUtc)
                .ThenBy(a => a.Id)
                .Take(Batch)
                .ToListAsync(cancellationToken);
            foreach (var chain in waiting.GroupBy(a => a.Chain))
            {
                await SealAsync(db, chain.Key, chain, cancellationToken);
            }

            await transaction.CommitAsync(cancellationToken);
            sealedEntries += waiting.Count;
            if (waiting.Count < Batch)
            {
                return sealedEntries;
            }
        }
    }

    private static async Task SealAsync(
        PortalDbContext db,
        Guid chain,
        IEnumerable<AuditEntry> entries,
        CancellationToken cancellationToken)
    {
        var head = await db.AuditEntries.AsNoTracking()
            .Where(a => a.Chain == chain && a.Sequence != null)
            .OrderByDescending(a => a.Sequence)
                .Select(a => new { a.Sequence, a.Hash }).FirstOrDefaultAsync(cancellationToken);
        var (sequence, previous) = (head?.Sequence ?? 0, head?.Hash ?? AuditHash.Start);
        foreach (var entry in entries)
        {
            sequence++;
            var salt = AuditHash.NewSalt();
            var commitment = AuditHash.ComputeCommitment(entry, salt);
            var hash = AuditHash.Compute(entry, sequence, commitment, previous);
            await db.AuditEntries.Where(a => a.Chain == entry.Chain && a.Id == entry.Id).ExecuteUpdateAsync(
                set => set
                    .SetProperty(a => a.Sequence, sequence)
                    .SetProperty(a => a.Salt, salt)
                    .SetProperty(a => a.Commitment, commitment)
                    .SetProperty(a => a.Hash, hash),
                cancellationToken);
            previous = hash;
        }
    }
}
