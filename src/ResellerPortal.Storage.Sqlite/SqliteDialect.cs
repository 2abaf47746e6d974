using System.Data;
using System.Data.Common;
using System.Runtime.CompilerServices;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Migrations;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Persistence.Copying;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Storage.Sqlite;

/// <summary>
/// SQLite in one file. Write transactions begin IMMEDIATE and hold the only write lock from the first statement, so rows need no locks.
/// </summary>
public sealed class SqliteDialect : IDatabaseDialect
{
    private static readonly BulkStatement DataVersion = new("PRAGMA data_version", _ => []);

    public string Name => "Sqlite";

    public bool HasRowLocks => false;

    public bool HasRoles => false;

    public int Writers => 1;

    /// <summary>The level for which the driver begins a DEFERRED transaction, which reads a snapshot in WAL mode.</summary>
    public IsolationLevel SnapshotLevel => IsolationLevel.ReadUncommitted;

    public string GetConnectionString(string connectionString, TenantScope scope) => connectionString;

    public void Configure(DbContextOptionsBuilder<PortalDbContext> builder, string connectionString)
    {
        builder
            .UseSqlite(WithLockTimeout(connectionString), sqlite => sqlite.MigrationsAssembly(typeof(SqliteDialect).Assembly))
            .ReplaceService<IRelationalAnnotationProvider, ClusteredTableAnnotations>()
            .ReplaceService<IMigrationsSqlGenerator, ClusteredTableSqlGenerator>()
            .AddInterceptors(new DurableConnections());
        ((IDbContextOptionsBuilderInfrastructure)builder).AddOrUpdateExtension(new CompactIds());
    }

    public void PrepareStorage(string connectionString)
    {
        var file = new SqliteConnectionStringBuilder(connectionString).DataSource;
        if (Path.GetDirectoryName(Path.GetFullPath(file)) is { } folder)
        {
            Directory.CreateDirectory(folder);
        }
    }

    /// <summary>
    /// A file has no roles: whoever can open it can change it. But resellers that have moved, or are about to, stay closed after a
    /// migration that copied their tables and so dropped the triggers.
    /// </summary>
    public async Task SetUpAccessAsync(PortalDbContext owner, string runtimeConnectionString, CancellationToken cancellationToken)
    {
        if (await owner.Resellers.AnyAsync(r => r.MovingSinceUtc != null, cancellationToken))
        {
            foreach (var statement in new SqliteCopyDialect().GuardStatements(CopyTable.FromModel(owner)))
            {
                await owner.Database.ExecuteSqlRawAsync(statement, cancellationToken);
            }
        }
    }

    public Task<bool> IsOwnerAsync(PortalDbContext db, CancellationToken cancellationToken) => Task.FromResult(false);

    public TableStatements Statements { get; } = new SqliteStatements();

    public Task<IRowTransaction> BeginAsync(PortalDbContext db) => Task.FromResult<IRowTransaction>(RawTransaction.Begin(db));

    public Task RunAsync(PortalDbContext db, IReadOnlyList<BulkStep> steps, CancellationToken cancellationToken)
    {
        foreach (var step in steps)
        {
            PreparedStatements.Run(db, step);
        }

        return Task.CompletedTask;
    }

    public Task<IDelayedDurability?> DelayDurabilityAsync(PortalDbContext db)
    {
        var connection = (SqliteConnection)db.Database.GetDbConnection();
        DurableConnections.Reset(connection);
        return Task.FromResult<IDelayedDurability?>(new WriteAheadLog(connection, RandomAccess.FlushToDisk));
    }

    /// <summary>https://www.sqlite.org/pragma.html#pragma_data_version</summary>
    public long? ReadDataVersion(PortalDbContext db)
    {
        var version = 0L;
        PreparedStatements.Query(db, DataVersion, row => version = row.GetInt64(0));
        return version;
    }

    /// <summary>Busy, locked, unreachable or out of space.</summary>
    public bool IsTransient(DbException failure) => failure is SqliteException { SqliteErrorCode: 5 or 6 or 10 or 13 or 14 };

    /// <summary>
    /// Sets the lock timeout to 5 seconds unless configured; the driver's default of 30 seconds is too long for a request.
    /// </summary>
    private static string WithLockTimeout(string connectionString)
    {
        var connection = new SqliteConnectionStringBuilder(connectionString);
        if (!connection.ShouldSerialize("Default Timeout"))
        {
            connection.DefaultTimeout = 5;
        }

        return connection.ToString();
    }

    /// <summary>WAL lets readers proceed without waiting for the writer; FULL ensures that a commit is on disk before it returns.</summary>
    private sealed class DurableConnections : DbConnectionInterceptor
    {
        private const string Pragmas =
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 1000; PRAGMA cache_size = -16384;";

        /// <summary>Handles already configured, because pooled connections reuse handles.</summary>
        private static readonly ConditionalWeakTable<object, object> Configured = [];

        /// <summary>Marks a handle whose settings were changed, so that the pool's next use restores them.</summary>
        public static void Reset(SqliteConnection connection) => Configured.Remove(connection.Handle!);

        public override void ConnectionOpened(DbConnection connection, ConnectionEndEventData eventData)
        {
            if (Configured.TryAdd(((SqliteConnection)connection).Handle!, this))
            {
                using var command = connection.CreateCommand();
                command.CommandText = Pragmas;
                command.ExecuteNonQuery();
            }
        }

        public override Task ConnectionOpenedAsync(
            DbConnection connection,
            ConnectionEndEventData eventData,
            CancellationToken cancellationToken = default)
        {
            ConnectionOpened(connection, eventData);
            return Task.CompletedTask;
        }
    }
}

/// <summary>Statements with INSERT … ON CONFLICT; rows need no locks.</summary>
internal sealed class SqliteStatements : TableStatements
{
    public override string Merge(
        string table,
        IReadOnlyList<string> columns,
        IReadOnlyList<string> keys,
        IReadOnlyList<string> sums,
        IReadOnlyList<string> maxima) =>
        InsertOrMerge(table, columns, $"VALUES ({Parameters(columns)})", keys, sums, maxima, "max");
}

/// <summary>Used only by <c>dotnet ef migrations add</c>.</summary>
internal sealed class DesignTimeContext : IDesignTimeDbContextFactory<PortalDbContext>
{
    public PortalDbContext CreateDbContext(string[] args) =>
        new(PortalDatabase.OptionsFor(new SqliteDialect(), "Data Source=design-time.db"), TenantScope.None);
}
