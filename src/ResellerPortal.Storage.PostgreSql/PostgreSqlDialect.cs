using System.Data;
using System.Data.Common;
using System.Net.Sockets;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Storage.PostgreSql;

/// <summary>PostgreSQL at READ COMMITTED. Many rows are passed as arrays, and several statements in one round trip.</summary>
public class PostgreSqlDialect(ScopeKey scopeKey) : ServerDialect
{
    private const string SetTenant =
        "SELECT set_config('portal.reseller', @reseller, false), set_config('portal.customer', @customer, false), "
        + "set_config('portal.signature', @signature, false)";

    public override string Name => "PostgreSql";

    public override IsolationLevel SnapshotLevel => IsolationLevel.RepeatableRead;

    /// <summary>
    /// Scopes of one tenant connect as a role without rights on users and their credentials; those of all tenants as the only one that
    /// sees every row.
    /// </summary>
    public override string GetConnectionString(string connectionString, TenantScope scope)
    {
        var builder = new NpgsqlConnectionStringBuilder(connectionString);
        builder.ApplicationName = GetApplicationName(builder.ApplicationName, scope);
        builder.Username += scope.CrossesTenants ? PostgreSqlAccess.AllTenantsRoleSuffix
            : scope.Reseller is null ? ""
            : PostgreSqlAccess.TenantRoleSuffix;
        return builder.ConnectionString;
    }

    public override void Configure(DbContextOptionsBuilder<PortalDbContext> builder, string connectionString)
    {
        builder.UseNpgsql(connectionString, npgsql => npgsql.MigrationsAssembly(typeof(PostgreSqlDialect).Assembly));
        SetScopes(builder);
    }

    public override async Task<IAsyncDisposable?> LockSetUpAsync(PortalDbContext owner, CancellationToken cancellationToken) =>
        await SetUpLock.LockAsync(owner, cancellationToken);

    public override Task SetUpAccessAsync(PortalDbContext owner, string runtimeConnectionString, CancellationToken cancellationToken) =>
        PostgreSqlAccess.SetUpAsync(owner, ScopeKey, new NpgsqlConnectionStringBuilder(runtimeConnectionString), cancellationToken);

    public override Task<bool> IsOwnerAsync(PortalDbContext db, CancellationToken cancellationToken) =>
        PostgreSqlAccess.IsOwnerAsync(db, cancellationToken);

    public override async Task CheckSettingsAsync(PortalDbContext db, CancellationToken cancellationToken)
    {
        if (await CitusAccess.IsDistributedAsync(db, cancellationToken))
        {
            throw new InvalidOperationException(
                "The database is distributed among servers by Citus: set Database:Distributed to true on every node.");
        }
    }

    public override MonthPartitions Partitions { get; } = new PostgreSqlPartitions();

    public override TableStatements Statements { get; } = new SetStatements();

    /// <summary>
    /// One statement a step and one round trip for all steps. Statements are prepared only in the scope of all tenants: they survive the
    /// pool, and one that a tenant's statement has replaced would run in the next tenant's scope. Without any, the driver resets the
    /// whole session (DISCARD ALL).
    /// </summary>
    public override async Task RunAsync(PortalDbContext db, IReadOnlyList<BulkStep> steps, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(
            (NpgsqlConnection)db.Database.GetDbConnection(), (NpgsqlTransaction?)db.Database.CurrentTransaction?.GetDbTransaction());
        foreach (var step in steps)
        {
            batch.BatchCommands.Add(ArrayParameters.CreateCommand(step));
        }

        if (db.Scope.CrossesTenants)
        {
            await batch.PrepareAsync(cancellationToken);
        }

        await RunAsync(batch, steps, cancellationToken);
    }

    public override async Task<IDelayedDurability?> DelayDurabilityAsync(PortalDbContext db) =>
        await ServerLog.OpenAsync((NpgsqlConnection)db.Database.GetDbConnection());

    public override bool IsTransient(DbException failure) =>
        failure.IsTransient
            || failure is PostgresException { SqlState: PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown }
            || failure.InnerException is SocketException or IOException;

    protected ScopeKey ScopeKey => scopeKey;

    /// <summary>Lets the database know each context's scope.</summary>
    protected virtual void SetScopes(DbContextOptionsBuilder<PortalDbContext> builder) =>
        builder.AddInterceptors(new TenantConnectionInterceptor(SetTenant, scopeKey.Sign));
}

/// <summary>Used only by <c>dotnet ef migrations add</c>.</summary>
internal sealed class DesignTimeContext : IDesignTimeDbContextFactory<PortalDbContext>
{
    public PortalDbContext CreateDbContext(string[] args) =>
        new(
            PortalDatabase.OptionsFor(
                new PostgreSqlDialect(new ScopeKey("used by the tools of design time alone")), "Host=design-time;Database=portal"),
            TenantScope.None);
}
