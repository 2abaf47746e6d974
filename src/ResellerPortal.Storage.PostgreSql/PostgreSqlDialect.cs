using System.Data;
using System.Data.Common;
using System.Globalization;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Storage.PostgreSql;

/// <summary>PostgreSQL, READ COMMITTED. Rows are locked with FOR UPDATE; many statements go in one round trip.</summary>
public sealed partial class PostgreSqlDialect : IDatabaseDialect
{
    public string Name => "PostgreSql";

    public bool HasRowLocks => true;

    public IsolationLevel SnapshotLevel => IsolationLevel.RepeatableRead;

    public void Configure(DbContextOptionsBuilder<PortalDbContext> builder, string connectionString) =>
        builder.UseNpgsql(connectionString, npgsql => npgsql.MigrationsAssembly(typeof(PostgreSqlDialect).Assembly)).AddInterceptors(
            new ScopedConnections());

    public void PrepareStorage(string connectionString)
    {
        // The server keeps its own files.
    }

    /// <summary>NO KEY: what refers to the rows may still be inserted by others.</summary>
    public string SelectStatement(string table, IReadOnlyList<string> columns, string where, bool isLocking) =>
        $"SELECT {Names(columns)} FROM \"{table}\" WHERE {where}{(isLocking ? " FOR NO KEY UPDATE" : "")}";

    public async Task ExecuteManyAsync<TRow>(
        PortalDbContext db,
        BulkStatement statement,
        IReadOnlyCollection<TRow> rows,
        Action<TRow, IRowValues> values,
        CancellationToken cancellationToken)
    {
        await using var batch = Batch(db, statement, BoxedValues.FromRows(rows, values));
        await batch.PrepareAsync(cancellationToken);
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    public async Task QueryManyAsync(
        PortalDbContext db,
        BulkStatement query,
        IReadOnlyList<object?[]> rows,
        Action<DbDataReader> found,
        CancellationToken cancellationToken)
    {
        await using var batch = Batch(db, query, rows);
        await batch.PrepareAsync(cancellationToken);
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

    public string MergeStatement(
        string table,
        IReadOnlyList<string> columns,
        IReadOnlyList<string> keys,
        IReadOnlyList<string> sums,
        IReadOnlyList<string> maxima)
    {
        var set = sums.Select(c => $"\"{c}\" = \"{table}\".\"{c}\" + excluded.\"{c}\"").Concat(
            maxima.Select(c => $"\"{c}\" = greatest(\"{table}\".\"{c}\", excluded.\"{c}\")"));
        return $"INSERT INTO \"{table}\" ({Names(columns)}) VALUES ({string.Join(", ", columns.Select((_, i) => "@p" + i))}) "
            + $"ON CONFLICT ({Names(keys)}) DO UPDATE SET {string.Join(", ", set)}"
            + (sums.Count > 0 ? "" : " WHERE " + string.Join(" OR ", maxima.Select(c => $"excluded.\"{c}\" > \"{table}\".\"{c}\"")));
    }

    public IDelayedDurability? DelayDurability(PortalDbContext db) => null;

    public long? ReadDataVersion(PortalDbContext db) => null;

    public bool IsTransient(DbException failure) =>
        failure.IsTransient
            || failure is PostgresException { SqlState: PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown }
            || failure.InnerException is SocketException or IOException;

    private static string Names(IReadOnlyList<string> names) => string.Join(", ", names.Select(n => $"\"{n}\""));

    /// <summary>One round trip for all rows; positional parameters spare the driver from rewriting the statement for each.</summary>
    private static NpgsqlBatch Batch(PortalDbContext db, BulkStatement statement, IReadOnlyList<object?[]> rows)
    {
        using var shape = new NpgsqlCommand();
        var types = Array.ConvertAll(statement.Parameters(shape), p => ((NpgsqlParameter)p).NpgsqlDbType);
        var text = ParameterName().Replace(
            statement.Text,
            match => "$" + (int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture) + 1).ToString(CultureInfo.InvariantCulture));
        var batch = new NpgsqlBatch(
            (NpgsqlConnection)db.Database.GetDbConnection(), (NpgsqlTransaction?)db.Database.CurrentTransaction?.GetDbTransaction());
        foreach (var row in rows)
        {
            var command = new NpgsqlBatchCommand(text);
            for (var i = 0; i < row.Length; i++)
            {
                command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = types[i], Value = row[i] ?? DBNull.Value });
            }

            batch.BatchCommands.Add(command);
        }

        return batch;
    }

    [GeneratedRegex("@p([0-9]+)")]
    private static partial Regex ParameterName();
}

/// <summary>For <c>dotnet ef migrations add</c> alone.</summary>
internal sealed class DesignTimeContext : IDesignTimeDbContextFactory<PortalDbContext>
{
    public PortalDbContext CreateDbContext(string[] args) =>
        new(PortalDatabase.OptionsFor(new PostgreSqlDialect(), "Host=design-time;Database=portal"), TenantScope.None);
}
