using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Workers;

namespace ResellerPortal.Core.Auditing;

/// <summary>
/// Assigns numbers and hashes to new audit entries shortly after they are written. Sealing is not part of the audited transactions,
/// because locking the end of a chain would serialise all of a reseller's operations. If two nodes seal at once, both move the chain's end
/// (<see cref="HistoryChain"/>) from the same number, and only one succeeds.
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
        catch (Exception failure) when (failure is DbException or DbUpdateException)
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
            foreach (var chain in waiting.GroupBy(a => a.Chain).OrderBy(c => c.Key))
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
        var end = await db.HistoryChains.AsNoTracking().SingleOrDefaultAsync(c => c.Chain == chain, cancellationToken);
        var (sequence, previous) = (end?.LastSequence ?? 0, end?.LastHash ?? AuditHash.Start);
        var seals = new List<(AuditEntry Entry, long Sequence, byte[] Salt, byte[] Commitment, byte[] Hash)>();
        foreach (var entry in entries)
        {
            sequence++;
            var salt = AuditHash.NewSalt();
            var commitment = AuditHash.ComputeCommitment(entry, salt);
            previous = AuditHash.Compute(entry, sequence, commitment, previous);
            seals.Add((entry, sequence, salt, commitment, previous));
        }

        await MoveEndAsync(db, chain, end, sequence, previous, cancellationToken);
        foreach (var (entry, number, salt, commitment, hash) in seals)
        {
            await db.AuditEntries.Where(a => a.Chain == chain && a.Id == entry.Id && a.AtUtc == entry.AtUtc).ExecuteUpdateAsync(
                set => set
                    .SetProperty(a => a.Sequence, number)
                    .SetProperty(a => a.Salt, salt)
                    .SetProperty(a => a.Commitment, commitment)
                    .SetProperty(a => a.Hash, hash),
                cancellationToken);
        }
    }

    /// <exception cref="DbUpdateException">Another node has moved it.</exception>
    private static async Task MoveEndAsync(
        PortalDbContext db,
        Guid chain,
        HistoryChain? end,
        long sequence,
        byte[] hash,
        CancellationToken cancellationToken)
    {
        if (end is null)
        {
            db.HistoryChains.Add(new HistoryChain
            {
                Chain = chain,
                ResellerId = chain == Guid.Empty ? null : new ResellerId(chain),
                LastSequence = sequence,
                LastHash = hash,
            });
            await db.SaveChangesAsync(cancellationToken);
        }
        else if (await db.HistoryChains.Where(c => c.Chain == chain && c.LastSequence == end.LastSequence).ExecuteUpdateAsync(
            set => set.SetProperty(c => c.LastSequence, sequence).SetProperty(c => c.LastHash, hash), cancellationToken) == 0)
        {
            throw new DbUpdateConcurrencyException($"Another node seals the history {chain}.");
        }
    }
}
