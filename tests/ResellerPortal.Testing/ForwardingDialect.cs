using System.Data;
using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Testing;

/// <summary>Forwards every call to another dialect; subclasses observe or break individual calls.</summary>
public abstract class ForwardingDialect(IDatabaseDialect inner) : IDatabaseDialect
{
    public string Name => inner.Name;

    public bool HasRowLocks => inner.HasRowLocks;

    public bool HasRoles => inner.HasRoles;

    public IsolationLevel SnapshotLevel => inner.SnapshotLevel;

    public string GetConnectionString(string connectionString, TenantScope scope) => inner.GetConnectionString(connectionString, scope);

    public void Configure(DbContextOptionsBuilder<PortalDbContext> builder, string connectionString) =>
        inner.Configure(builder, connectionString);

    public void PrepareStorage(string connectionString) => inner.PrepareStorage(connectionString);

    public Task SetUpAccessAsync(PortalDbContext owner, string runtimeConnectionString, CancellationToken cancellationToken) =>
        inner.SetUpAccessAsync(owner, runtimeConnectionString, cancellationToken);

    public Task<bool> IsOwnerAsync(PortalDbContext db, CancellationToken cancellationToken) =>
        inner.IsOwnerAsync(db, cancellationToken);

    public string SelectStatement(string table, IReadOnlyList<string> columns, string where, bool isLocking) =>
        inner.SelectStatement(table, columns, where, isLocking);

    public string MergeStatement(
        string table,
        IReadOnlyList<string> columns,
        IReadOnlyList<string> keys,
        IReadOnlyList<string> sums,
        IReadOnlyList<string> maxima) =>
        inner.MergeStatement(table, columns, keys, sums, maxima);

    public virtual Task<IRowTransaction> BeginAsync(PortalDbContext db) => inner.BeginAsync(db);

    public virtual Task ExecuteManyAsync<TRow>(
        PortalDbContext db,
        BulkStatement statement,
        IReadOnlyCollection<TRow> rows,
        Action<TRow, IRowValues> values,
        CancellationToken cancellationToken) =>
        inner.ExecuteManyAsync(db, statement, rows, values, cancellationToken);

    public virtual Task QueryManyAsync(
        PortalDbContext db,
        BulkStatement query,
        IReadOnlyList<object?[]> rows,
        Action<DbDataReader> found,
        CancellationToken cancellationToken) =>
        inner.QueryManyAsync(db, query, rows, found, cancellationToken);

    public virtual IDelayedDurability? DelayDurability(PortalDbContext db) => inner.DelayDurability(db);

    public virtual long? ReadDataVersion(PortalDbContext db) => inner.ReadDataVersion(db);

    public bool IsTransient(DbException failure) => inner.IsTransient(failure);
}
