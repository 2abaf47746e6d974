using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Tokens;

namespace ResellerPortal.Core.Metering;

/// <summary>Records usage that happened elsewhere and is not reserved first (imports, made-up history).</summary>
public sealed class UsageRecorder(PortalDatabase database, TimeProvider clock)
{
    /// <summary>Appends facts of one reseller in the order given, in one transaction.</summary>
    /// <exception cref="DbUpdateException">A request id is in the ledger already; nothing was recorded.</exception>
    public async Task RecordAsync(TenantScope scope, IReadOnlyList<UsageFact> facts, CancellationToken cancellationToken = default)
    {
        if (facts.Count == 0)
        {
            return;
        }

        await using var db = database.Open(scope);
        db.ChangeTracker.AutoDetectChangesEnabled = false;
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        Guid[] tokenIds = [.. facts.Select(f => f.TokenId).Distinct()];
        await database.LockRowsAsync<ApiToken>(db, tokenIds, cancellationToken);
        var tokens = await db.ApiTokens.Where(t => tokenIds.Contains(t.Id)).ToDictionaryAsync(t => t.Id, cancellationToken);
        var book = await LedgerBook.OpenAsync(database, db, tokens.Values, [], facts.Min(f => f.OccurredAtUtc), clock.GetUtcNow());
        foreach (var fact in facts)
        {
            book.Append(tokens[fact.TokenId], fact, preferredLots: []);
        }

        db.ChangeTracker.DetectChanges();
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }
}
