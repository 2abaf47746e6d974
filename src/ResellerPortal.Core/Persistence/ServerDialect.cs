using System.Data;
using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Persistence;

/// <summary>Behaviour shared by database servers: row locks, a flush on every commit, and batches in one round trip.</summary>
public abstract class ServerDialect : IDatabaseDialect
{
    public abstract string Name { get; }

    public bool HasRowLocks => true;

    public bool HasRoles => true;

    public abstract IsolationLevel SnapshotLevel { get; }

    public abstract string GetConnectionString(string connectionString, TenantScope scope);

    public abstract void Configure(DbContextOptionsBuilder<PortalDbContext> builder, string connectionString);

    public void PrepareStorage(string connectionString)
    {
        // The server manages its own files.
    }

    public abstract Task SetUpAccessAsync(PortalDbContext owner, string runtimeConnectionString, CancellationToken cancellationToken);

    public abstract Task<bool> IsOwnerAsync(PortalDbContext db, CancellationToken cancellationToken);

    public abstract string SelectStatement(string table, IReadOnlyList<string> columns, string where, bool isLocking);

    public abstract string MergeStatement(
        string table,
        IReadOnlyList<string> columns,
        IReadOnlyList<string> keys,
        IReadOnlyList<string> sums,
        IReadOnlyList<string> maxima);

    public async Task ExecuteManyAsync<TRow>(
        PortalDbContext db,
        BulkStatement statement,
        IReadOnlyCollection<TRow> rows,
        Action<TRow, IRowValues> values,
        CancellationToken cancellationToken)
    {
        foreach (var part in Divide(rows))
        {
            await using var batch = CreateBatch(db, statement, BoxedValues.FromRows(part, values));
            await PrepareAsync(db, batch, cancellationToken);
            await batch.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    public async Task QueryManyAsync(
        PortalDbContext db,
        BulkStatement query,
        IReadOnlyList<object?[]> rows,
        Action<DbDataReader> found,
        CancellationToken cancellationToken)
    {
        foreach (var part in Divide(rows))
        {
            await using var batch = CreateBatch(db, query, part);
            await PrepareAsync(db, batch, cancellationToken);
            await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
            do
            {
                while (await reader.ReadAsync(cancellationToken))
                {
                    found(reader);
                }
            }
            while (await reader.NextResultAsync(cancellationToken));
        }
    }

    public IDelayedDurability? DelayDurability(PortalDbContext db) => null;

    public long? ReadDataVersion(PortalDbContext db) => null;

    public abstract bool IsTransient(DbException failure);

    /// <summary>The most rows of one batch; more of them are sent in several, in the same transaction.</summary>
    protected virtual int MaxBatchRows => int.MaxValue;

    /// <summary>Creates a batch that runs the statement once per row of values, in the context's transaction.</summary>
    protected abstract DbBatch CreateBatch(PortalDbContext db, BulkStatement statement, IReadOnlyList<object?[]> rows);

    /// <summary>The name that the server shows for a scope's connections, by which the driver keeps them apart.</summary>
    protected static string GetApplicationName(string? configured, TenantScope scope)
    {
        var pool = scope.CrossesTenants ? "all tenants" : scope.Reseller is null ? "no tenant" : "one tenant";
        return $"{(configured is { Length: > 0 } ? configured : "Reseller Portal")}, {pool}";
    }

    /// <summary>Prepares a batch before it runs, if the driver benefits from it.</summary>
    protected virtual Task PrepareAsync(PortalDbContext db, DbBatch batch, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Divides rows into batches; no rows are no batch, which drivers refuse.</summary>
    internal IEnumerable<IReadOnlyList<TRow>> Divide<TRow>(IReadOnlyCollection<TRow> rows) =>
        rows.Count == 0 ? [] : rows.Count <= MaxBatchRows ? [rows as IReadOnlyList<TRow> ?? [.. rows]] : rows.Chunk(MaxBatchRows);
}
