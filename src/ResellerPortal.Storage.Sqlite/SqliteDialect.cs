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
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Storage.Sqlite;

/// <summary>
/// SQLite in one file. A write transaction begins IMMEDIATE, so it holds the only write lock from its first statement and
/// rows need no locks of their own.
/// </summary>
public sealed class SqliteDialect : IDatabaseDialect
{
    private static readonly BulkStatement DataVersion = new("PRAGMA data_version", _ => []);

    public string Name => "Sqlite";

    public bool HasRowLocks => false;

    /// <summary>What the driver begins a DEFERRED transaction for; in WAL mode that reads a snapshot.</summary>
    public IsolationLevel SnapshotLevel => IsolationLevel.ReadUncommitted;

    public void Configure(DbContextOptionsBuilder<PortalDbContext> builder, string connectionString)
    {
        builder
            .UseSqlite(Patient(connectionString), sqlite => sqlite.MigrationsAssembly(typeof(SqliteDialect).Assembly))
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

    public string SelectStatement(string table, IReadOnlyList<string> columns, string where, bool isLocking) =>
        $"SELECT {OnConflictSql.Quote(columns)} FROM \"{table}\" WHERE {where}";

    public string MergeStatement(
        string table,
        IReadOnlyList<string> columns,
        IReadOnlyList<string> keys,
        IReadOnlyList<string> sums,
        IReadOnlyList<string> maxima) => OnConflictSql.Merge(table, columns, keys, sums, maxima, "max");

    public Task<IRowTransaction> BeginAsync(PortalDbContext db) => Task.FromResult<IRowTransaction>(NativeTransaction.Begin(db));

    public Task ExecuteManyAsync<TRow>(
        PortalDbContext db,
        BulkStatement statement,
        IReadOnlyCollection<TRow> rows,
        Action<TRow, IRowValues> values,
        CancellationToken cancellationToken)
    {
        PreparedStatements.Execute(db, statement, rows, values);
        return Task.CompletedTask;
    }

    public Task QueryManyAsync(
        PortalDbContext db,
        BulkStatement query,
        IReadOnlyList<object?[]> rows,
        Action<DbDataReader> found,
        CancellationToken cancellationToken)
    {
        PreparedStatements.Query(db, query, rows, found);
        return Task.CompletedTask;
    }

    public IDelayedDurability DelayDurability(PortalDbContext db)
    {
        var connection = (SqliteConnection)db.Database.GetDbConnection();
        DurableConnections.TellAgain(connection);
        return new WriteAheadLog(connection, RandomAccess.FlushToDisk);
    }

    /// <summary>https://www.sqlite.org/pragma.html#pragma_data_version</summary>
    public long? ReadDataVersion(PortalDbContext db)
    {
        var version = 0L;
        PreparedStatements.Query(db, DataVersion, [[]], row => version = row.GetInt64(0));
        return version;
    }

    /// <summary>Busy, locked, out of reach or out of space.</summary>
    public bool IsTransient(DbException failure) => failure is SqliteException { SqliteErrorCode: 5 or 6 or 10 or 13 or 14 };

    /// <summary>A request waits for the file's one writer, but not for ever; the driver's own half minute is too long for that.</summary>
    private static string Patient(string connectionString)
    {
        var connection = new SqliteConnectionStringBuilder(connectionString);
        if (!connection.ShouldSerialize("Default Timeout"))
        {
            connection.DefaultTimeout = 5;
        }

        return connection.ToString();
    }

    /// <summary>Readers do not wait for the writer (WAL), and a commit is on the disk before it is answered (FULL).</summary>
    private sealed class DurableConnections : DbConnectionInterceptor
    {
        private const string Pragmas =
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 1000; PRAGMA cache_size = -16384;";

        /// <summary>Connections come from a pool; each of its handles is told once.</summary>
        private static readonly ConditionalWeakTable<object, object> Told = [];

        /// <summary>For a handle whose settings were changed: it is told again when the pool next hands it out.</summary>
        public static void TellAgain(SqliteConnection connection) => Told.Remove(connection.Handle!);

        public override void ConnectionOpened(DbConnection connection, ConnectionEndEventData eventData)
        {
            if (Told.TryAdd(((SqliteConnection)connection).Handle!, this))
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

/// <summary>For <c>dotnet ef migrations add</c> alone.</summary>
internal sealed class DesignTimeContext : IDesignTimeDbContextFactory<PortalDbContext>
{
    public PortalDbContext CreateDbContext(string[] args) =>
        new(PortalDatabase.OptionsFor(new SqliteDialect(), "Data Source=design-time.db"), TenantScope.None);
}
