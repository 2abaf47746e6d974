using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Workers;

namespace ResellerPortal.Core.Metering;

/// <summary>Writes what the node has counted of its requests, and deletes counts that are too old.</summary>
public sealed class TokenRequestCountWorker(
    PortalDatabase database,
    TokenRequestRecorder requests,
    TimeProvider clock,
    ILogger<TokenRequestCountWorker> logger) : PeriodicWorker(clock, logger)
{
    private static readonly TenantScope Scope = TenantScope.ServedTenants("request counts: tokens of all tenants");
    private static readonly TimeSpan DeletionInterval = TimeSpan.FromHours(1);

    private DateTimeOffset _deletedAtUtc = DateTimeOffset.MinValue;

    public override TimeSpan Interval => TimeSpan.FromSeconds(15);

    /// <summary>Writes what was counted until the end of the last request.</summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await WriteAsync(cancellationToken);
    }

    /// <returns>The number of counters written.</returns>
    public override async Task<int> RunAsync(CancellationToken cancellationToken = default)
    {
        var written = await WriteAsync(cancellationToken);
        var now = Clock.GetUtcNow();
        if (now - _deletedAtUtc >= DeletionInterval)
        {
            var oldest = now - TokenRequestCount.KeptFor;
            await using var db = database.Open(Scope);
            await db.TokenRequestCounts
                .Where(c => c.HourStartsAtUtc < oldest)
                .OrderBy(c => c.HourStartsAtUtc)
                .DeleteAllAsync(cancellationToken);
            _deletedAtUtc = now;
        }

        return written;
    }

    private async Task<int> WriteAsync(CancellationToken cancellationToken)
    {
        var taken = requests.Take();
        if (taken.Count == 0)
        {
            return 0;
        }

        var isWritten = false;
        try
        {
            await using var db = database.Open(Scope);
            await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
            var resellers = taken.Select(c => c.ResellerId).Distinct().ToList();
            var served = await db.Resellers.Where(r => resellers.Contains(r.Id)).Select(r => r.Id).ToListAsync(cancellationToken);
            var batch = new RowBatch(database, db);
            batch.Merge<TokenRequestCount>(
                [.. taken.Where(c => served.Contains(c.ResellerId))], [nameof(TokenRequestCount.Requests)], []);
            await batch.RunAsync(cancellationToken);
            await transaction.CommitAsync(cancellationToken);
            isWritten = true;
            return taken.Count;
        }
        finally
        {
            if (!isWritten)
            {
                requests.Return(taken);
            }
        }
    }
}
