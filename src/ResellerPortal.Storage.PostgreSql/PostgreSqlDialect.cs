using System.Data;
using System.Data.Common;
using System.Net.Sockets;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;
using Npgsql;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Storage.PostgreSql;

/// <summary>PostgreSQL, READ COMMITTED. Rows are locked with FOR UPDATE; many statements go in one round trip.</summary>
public sealed class PostgreSqlDialect : IDatabaseDialect
{
    public string Name => "PostgreSql";

    public IsolationLevel SnapshotLevel => IsolationLevel.RepeatableRead;

    public void Configure(DbContextOptionsBuilder<PortalDbContext> builder, string connectionString) =>
        builder.UseNpgsql(connectionString, npgsql => npgsql.MigrationsAssembly(typeof(PostgreSqlDialect).Assembly));

    public void PrepareStorage(string connectionString)
    {
        // The server keeps its own files.
    }

    public async Task<bool> LockRowsAsync(PortalDbContext db, string table, string keyColumn, IReadOnlyList<Guid> ids, CancellationToken cancellationToken)
    {
        await db.Database.ExecuteSqlRawAsync(LockStatement(table, keyColumn), [new NpgsqlParameter("ids", ids.ToArray())], cancellationToken);
        return true;
    }

    /// <summary>The names come from the model, never from a person. The server sorts before it locks.</summary>
    public static string LockStatement(string table, string keyColumn) =>
        $"SELECT 1 FROM \"{table}\" WHERE \"{keyColumn}\" = ANY(@ids) ORDER BY \"{keyColumn}\" FOR NO KEY UPDATE";

    public async Task ExecuteManyAsync(
        PortalDbContext db, string statement, Func<DbCommand, DbParameter[]> samples, IReadOnlyList<object?[]> rows, CancellationToken cancellationToken)
    {
        var connection = (NpgsqlConnection)db.Database.GetDbConnection();
        await using var batch = new NpgsqlBatch(connection);
        await using var shape = new NpgsqlCommand();
        var parameters = samples(shape);
        var positional = Positional(statement, parameters.Length);
        foreach (var row in rows)
        {
            var command = new NpgsqlBatchCommand(positional);
            for (var i = 0; i < row.Length; i++)
            {
                command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = ((NpgsqlParameter)parameters[i]).NpgsqlDbType, Value = row[i] ?? DBNull.Value });
            }

            batch.BatchCommands.Add(command);
        }

        await batch.PrepareAsync(cancellationToken);
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    public string MergeStatement(string table, IReadOnlyList<string> columns, IReadOnlyList<string> keys, IReadOnlyList<string> sums, IReadOnlyList<string> maxima)
    {
        var set = sums.Select(c => $"\"{c}\" = \"{table}\".\"{c}\" + excluded.\"{c}\"").Concat(maxima.Select(c => $"\"{c}\" = greatest(\"{table}\".\"{c}\", excluded.\"{c}\")"));
        return $"INSERT INTO \"{table}\" ({Names(columns)}) VALUES ({string.Join(", ", columns.Select((_, i) => "@p" + i))}) "
            + $"ON CONFLICT ({Names(keys)}) DO UPDATE SET {string.Join(", ", set)}";

        static string Names(IReadOnlyList<string> names) => string.Join(", ", names.Select(n => $"\"{n}\""));
    }

    public bool IsPassing(DbException failure) =>
        failure.IsTransient || failure is PostgresException { SqlState: PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown } || failure.InnerException is SocketException or IOException;

    /// <summary>Positional parameters spare the driver from rewriting the statement for each row.</summary>
    private static string Positional(string statement, int count)
    {
        for (var i = count - 1; i >= 0; i--)
        {
            statement = statement.Replace($"@p{i}", $"${i + 1}", StringComparison.Ordinal);
        }

        return statement;
    }
}

/// <summary>For <c>dotnet ef migrations add</c> alone.</summary>
internal sealed class DesignTimeContext : IDesignTimeDbContextFactory<PortalDbContext>
{
    public PortalDbContext CreateDbContext(string[] args) =>
        new(PortalDatabase.OptionsFor(new PostgreSqlDialect(), "Host=design-time;Database=portal"), TenantScope.None);
}
