using System.Data.Common;
using ResellerPortal.Core.Archives;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Metering;

/// <summary>A request id is in the ledger already.</summary>
public sealed class DuplicateRequestException(Guid requestId) : DbException($"The request {requestId} is in the ledger already.");

/// <summary>
/// Finds what the ledger has recorded of requests. A database that divides the ledger into months refuses a request id only within one, so
/// whoever records usage looks here first, with the tokens locked.
/// </summary>
internal static class RequestLookup
{
    public static async Task<List<LedgerEntry>> ReadAsync(LedgerRowCache rows, IEnumerable<RowKey> requests)
    {
        var entries = new List<LedgerEntry>();
        var batch = new RowBatch(rows.Database, rows.Db);
        batch.Read<LedgerEntry>(
            [nameof(LedgerEntry.ResellerId), nameof(LedgerEntry.RequestId)],
            requests.Select(request => (object?[])[request.Reseller, request.Id]),
            isLocking: false,
            null,
            entries.Add);
        await batch.RunAsync();
        return entries;
    }

    /// <summary>Checks that usage to be recorded is not in the ledger, nor old enough to be in the archive.</summary>
    /// <param name="rows">The usage's tokens are locked in it, so that nobody records the same meanwhile.</param>
    /// <exception cref="DuplicateRequestException">A request id is in the ledger already, or twice among the facts.</exception>
    /// <exception cref="ArchivedUsageException">Usage of the time may be in the archive.</exception>
    public static async Task ValidateAsync(
        LedgerRowCache rows,
        IReadOnlyList<UsageFact> facts,
        CancellationToken cancellationToken)
    {
        var ids = new HashSet<Guid>(facts.Count);
        var repeated = facts.Where(f => !ids.Add(f.RequestId)).Select(f => f.RequestId).ToList();
        var recorded = await ReadAsync(rows, facts.Select(f => new RowKey(rows.GetToken(f.TokenId).ResellerId, f.RequestId)));
        repeated.AddRange(recorded.Select(e => e.RequestId));
        if (repeated.Count > 0)
        {
            throw new DuplicateRequestException(repeated[0]);
        }

        // Read after the ledger: a month leaves it only when nobody reads it any more.
        var archived = await rows.Db.ReadLatestArchivedAsync(cancellationToken);
        if (archived.Count > 0 && facts.Any(IsArchived))
        {
            throw new ArchivedUsageException((await rows.Db.FindFirstKeptDayAsync(cancellationToken))!.Value);
        }

        bool IsArchived(UsageFact fact)
        {
            var token = rows.GetToken(fact.TokenId);
            return ArchivedUsage.Overlaps(
                archived.GetValueOrDefault(token.CustomerId.Value), fact.OccurredAtUtc, rows.GetReseller(token.ResellerId).Zone);
        }
    }
}
