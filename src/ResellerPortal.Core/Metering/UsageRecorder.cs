using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Metering;

/// <summary>Records usage without a prior reservation (imports, demonstration data).</summary>
public sealed class UsageRecorder(PortalDatabase database, TimeProvider clock)
{
    /// <summary>Appends usage of one reseller in the given order, in one transaction.</summary>
    /// <param name="scope">The reseller's.</param>
    /// <exception cref="DuplicateRequestException">A request id is already in the ledger; nothing was recorded.</exception>
    /// <exception cref="Archives.ArchivedUsageException">Usage of that time may be in the archive; nothing was recorded.</exception>
    public async Task RecordAsync(TenantScope scope, IReadOnlyList<UsageFact> facts, CancellationToken cancellationToken = default)
    {
        await using var db = database.Open(scope);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        await AppendAsync(db, facts, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>Appends usage in the caller's transaction.</summary>
    internal async Task AppendAsync(PortalDbContext db, IReadOnlyList<UsageFact> facts, CancellationToken cancellationToken)
    {
        if (facts.Count == 0)
        {
            return;
        }

        Guid[] tokenIds = [.. facts.Select(f => f.TokenId).Distinct()];
        var rows = new LedgerRowCache(database, db);
        await rows.LockAsync(LedgerKeys.FromTokenIds(db.Scope.Reseller!.Value, tokenIds));
        var keys = LedgerKeys.FromTokens(tokenIds.Select(rows.GetToken));
        var now = clock.GetUtcNow();
        var counters = await UsageCounters.LoadAsync(rows, keys, [], facts.Min(f => f.OccurredAtUtc), now);
        await RequestLookup.ValidateAsync(rows, facts, cancellationToken);
        var posting = new LedgerPosting(rows, counters, now);
        foreach (var fact in facts)
        {
            posting.Append(counters.GetToken(fact.TokenId), fact, preferredLots: []);
        }

        await posting.WriteAsync(new RowBatch(database, db), cancellationToken);
    }
}
