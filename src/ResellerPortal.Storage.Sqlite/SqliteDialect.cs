using System.Data;
using System.Data.Common;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Storage;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Storage.Sqlite;

/// <summary>
/// SQLite in one file. A write transaction begins IMMEDIATE, so it holds the only write lock from its first statement and
/// rows need no locks of their own.
/// </summary>
public sealed class SqliteDialect : IDatabaseDialect
{
    public string Name => "Sqlite";

    /// <summary>What the driver begins a DEFERRED transaction for; in WAL mode that reads a snapshot.</summary>
    public IsolationLevel SnapshotLevel => IsolationLevel.ReadUncommitted;

    public void Configure(DbContextOptionsBuilder<PortalDbContext> builder, string connectionString) =>
        builder
            .UseSqlite(connectionString, sqlite => sqlite
                .MigrationsAssembly(typeof(SqliteDialect).Assembly)
                .UseParameterizedCollectionMode(ParameterTranslationMode.Parameter))
            .AddInterceptors(new DurableConnections());

    public void PrepareStorage(string connectionString)
    {
        var file = new SqliteConnectionStringBuilder(connectionString).DataSource;
        if (Path.GetDirectoryName(Path.GetFullPath(file)) is { } folder)
        {
            Directory.CreateDirectory(folder);
        }
    }

    public Task<bool> LockRowsAsync(PortalDbContext db, string table, string keyColumn, IReadOnlyList<Guid> ids, CancellationToken cancellationToken) =>
        Task.FromResult(false);

    /// <summary>One prepared statement, run row by row: SQLite is in this process, so there is no round trip to save.</summary>
    public Task ExecuteManyAsync(
        PortalDbContext db, string statement, Func<DbCommand, DbParameter[]> samples, IReadOnlyList<object?[]> rows, CancellationToken cancellationToken)
    {
        using var command = db.Database.GetDbConnection().CreateCommand();
        command.Transaction = db.Database.CurrentTransaction?.GetDbTransaction();
        command.CommandText = statement;
        var parameters = samples(command);
        command.Prepare();
        foreach (var row in rows)
        {
            for (var i = 0; i < row.Length; i++)
            {
                parameters[i].Value = row[i] ?? DBNull.Value;
            }

            command.ExecuteNonQuery();
        }

        return Task.CompletedTask;
    }

    public string MergeStatement(string table, IReadOnlyList<string> columns, IReadOnlyList<string> keys, IReadOnlyList<string> sums, IReadOnlyList<string> maxima)
    {
        var set = sums.Select(c => $"\"{c}\" = \"{table}\".\"{c}\" + excluded.\"{c}\"").Concat(maxima.Select(c => $"\"{c}\" = max(\"{table}\".\"{c}\", excluded.\"{c}\")"));
        return $"INSERT INTO \"{table}\" ({Names(columns)}) VALUES ({string.Join(", ", columns.Select((_, i) => "@p" + i))}) "
            + $"ON CONFLICT ({Names(keys)}) DO UPDATE SET {string.Join(", ", set)}";

        static string Names(IReadOnlyList<string> names) => string.Join(", ", names.Select(n => $"\"{n}\""));
    }

    /// <summary>Busy, locked, out of reach or out of space.</summary>
    public bool IsPassing(DbException failure) => failure is SqliteException { SqliteErrorCode: 5 or 6 or 10 or 13 or 14 };

    /// <summary>Readers do not wait for the writer (WAL), and a commit is on the disk before it is answered (FULL).</summary>
    private sealed class DurableConnections : DbConnectionInterceptor
    {
        private const string Pragmas = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;";

        public override void ConnectionOpened(DbConnection connection, ConnectionEndEventData eventData)
        {
            using var command = connection.CreateCommand();
            command.CommandText = Pragmas;
            command.ExecuteNonQuery();
        }

        public override async Task ConnectionOpenedAsync(DbConnection connection, ConnectionEndEventData eventData, CancellationToken cancellationToken = default)
        {
            await using var command = connection.CreateCommand();
            command.CommandText = Pragmas;
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
    }
}

/// <summary>For <c>dotnet ef migrations add</c> alone.</summary>
internal sealed class DesignTimeContext : IDesignTimeDbContextFactory<PortalDbContext>
{
    public PortalDbContext CreateDbContext(string[] args) =>
        new(PortalDatabase.OptionsFor(new SqliteDialect(), "Data Source=design-time.db"), TenantScope.None);
}
