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

    public int Writers => inner.Writers;

    public bool CommitsByReseller => inner.CommitsByReseller;

    public IsolationLevel SnapshotLevel => inner.SnapshotLevel;

    public string GetConnectionString(string connectionString, TenantScope scope) => inner.GetConnectionString(connectionString, scope);

    public void Configure(DbContextOptionsBuilder<PortalDbContext> builder, string connectionString) =>
        inner.Configure(builder, connectionString);

    public void PrepareStorage(string connectionString) => inner.PrepareStorage(connectionString);

    public Task<IAsyncDisposable?> LockSetUpAsync(PortalDbContext owner, CancellationToken cancellationToken) =>
        inner.LockSetUpAsync(owner, cancellationToken);

    public Task SetUpAccessAsync(PortalDbContext owner, string runtimeConnectionString, CancellationToken cancellationToken) =>
        inner.SetUpAccessAsync(owner, runtimeConnectionString, cancellationToken);

    public Task<bool> IsOwnerAsync(PortalDbContext db, CancellationToken cancellationToken) =>
        inner.IsOwnerAsync(db, cancellationToken);

    public Task CheckSettingsAsync(PortalDbContext db, CancellationToken cancellationToken) =>
        inner.CheckSettingsAsync(db, cancellationToken);

    public MonthPartitions? Partitions => inner.Partitions;

    public TableStatements Statements => inner.Statements;

    public virtual Task<IRowTransaction> BeginAsync(PortalDbContext db) => inner.BeginAsync(db);

    public virtual Task RunAsync(PortalDbContext db, IReadOnlyList<BulkStep> steps, CancellationToken cancellationToken) =>
        inner.RunAsync(db, steps, cancellationToken);

    public virtual Task<IDelayedDurability?> DelayDurabilityAsync(PortalDbContext db) => inner.DelayDurabilityAsync(db);

    public virtual long? ReadDataVersion(PortalDbContext db) => inner.ReadDataVersion(db);

    public bool IsTransient(DbException failure) => inner.IsTransient(failure);
}
