using System.Data;
using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Persistence;

/// <summary>Behaviour shared by database servers: row locks, roles, and batches of several statements in one round trip.</summary>
public abstract class ServerDialect : IDatabaseDialect
{
    public abstract string Name { get; }

    public bool HasRowLocks => true;

    public bool HasRoles => true;

    public virtual int Writers => Math.Clamp(Environment.ProcessorCount, 2, 8);

    public virtual bool CommitsByReseller => false;

    public abstract IsolationLevel SnapshotLevel { get; }

    public abstract string GetConnectionString(string connectionString, TenantScope scope);

    public abstract void Configure(DbContextOptionsBuilder<PortalDbContext> builder, string connectionString);

    public void PrepareStorage(string connectionString)
    {
        // The server manages its own files.
    }

    public virtual Task<IAsyncDisposable?> LockSetUpAsync(PortalDbContext owner, CancellationToken cancellationToken) =>
        Task.FromResult<IAsyncDisposable?>(null);

    public abstract Task SetUpAccessAsync(PortalDbContext owner, string runtimeConnectionString, CancellationToken cancellationToken);

    public abstract Task<bool> IsOwnerAsync(PortalDbContext db, CancellationToken cancellationToken);

    public virtual Task CheckSettingsAsync(PortalDbContext db, CancellationToken cancellationToken) => Task.CompletedTask;

    public virtual MonthPartitions? Partitions => null;

    public abstract TableStatements Statements { get; }

    public abstract Task RunAsync(PortalDbContext db, IReadOnlyList<BulkStep> steps, CancellationToken cancellationToken);

    public virtual Task<IDelayedDurability?> DelayDurabilityAsync(PortalDbContext db) => Task.FromResult<IDelayedDurability?>(null);

    public long? ReadDataVersion(PortalDbContext db) => null;

    public abstract bool IsTransient(DbException failure);

    /// <summary>The name that the server shows for a scope's connections, by which the driver keeps them apart.</summary>
    protected static string GetApplicationName(string? configured, TenantScope scope)
    {
        var pool = scope.CrossesTenants ? "all tenants" : scope.Reseller is null ? "no tenant" : "one tenant";
        return $"{(configured is { Length: > 0 } ? configured : "Reseller Portal")}, {pool}";
    }

    /// <summary>Runs a batch and passes the rows of each query to its step.</summary>
    /// <param name="steps">The step of each command.</param>
    protected static async Task RunAsync(DbBatch batch, IEnumerable<BulkStep> steps, CancellationToken cancellationToken)
    {
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        foreach (var step in steps.Where(step => step.Found is not null))
        {
            while (await reader.ReadAsync(cancellationToken))
            {
                step.Found!(reader);
            }

            await reader.NextResultAsync(cancellationToken);
        }

        // A failure of a later statement is seen only by asking for its result.
        while (await reader.NextResultAsync(cancellationToken))
        {
        }
    }
}
