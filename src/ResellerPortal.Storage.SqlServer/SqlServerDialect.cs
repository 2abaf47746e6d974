using System.Data;
using System.Data.Common;
using Microsoft.Data.SqlClient;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;
using Microsoft.EntityFrameworkCore.Storage;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Storage.SqlServer;

/// <summary>SQL Server. Rows are locked with UPDLOCK, held to the end of the transaction.</summary>
public sealed class SqlServerDialect : IDatabaseDialect
{
    public string Name => "SqlServer";

    /// <summary>Needs ALLOW_SNAPSHOT_ISOLATION, which the first migration switches on.</summary>
    public IsolationLevel SnapshotLevel => IsolationLevel.Snapshot;

    public void Configure(DbContextOptionsBuilder<PortalDbContext> builder, string connectionString) =>
        builder.UseSqlServer(connectionString, server => server
            .MigrationsAssembly(typeof(SqlServerDialect).Assembly)
            .UseParameterizedCollectionMode(ParameterTranslationMode.Parameter));

    public void PrepareStorage(string connectionString)
    {
        // The server keeps its own files.
    }

    public async Task<bool> LockRowsAsync(PortalDbContext db, string table, string keyColumn, IReadOnlyList<Guid> ids, CancellationToken cancellationToken)
    {
        // One statement a row keeps the order of locks ours, whatever plan the server would choose for a list.
        var statement = LockStatement(table, keyColumn);
        foreach (var id in ids)
        {
            await db.Database.ExecuteSqlRawAsync(statement, [new SqlParameter("@id", id)], cancellationToken);
        }

        return true;
    }

    public async Task ExecuteManyAsync(
        PortalDbContext db, string statement, Func<DbCommand, DbParameter[]> samples, IReadOnlyList<object?[]> rows, CancellationToken cancellationToken)
    {
        await using var batch = new SqlBatch((SqlConnection)db.Database.GetDbConnection(), (SqlTransaction?)db.Database.CurrentTransaction?.GetDbTransaction());
        using var shape = new SqlCommand();
        var parameters = samples(shape);
        foreach (var row in rows)
        {
            var command = new SqlBatchCommand(statement);
            for (var i = 0; i < row.Length; i++)
            {
                var parameter = (SqlParameter)((ICloneable)parameters[i]).Clone();
                parameter.Value = row[i] ?? DBNull.Value;
                command.Parameters.Add(parameter);
            }

            batch.BatchCommands.Add(command);
        }

        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>The owner of the rows is locked, so nobody else can insert between the two statements.</summary>
    public string MergeStatement(string table, IReadOnlyList<string> columns, IReadOnlyList<string> keys, IReadOnlyList<string> sums, IReadOnlyList<string> maxima)
    {
        var set = sums.Select(c => $"[{c}] = [{c}] + {Value(c)}").Concat(maxima.Select(c => $"[{c}] = CASE WHEN [{c}] < {Value(c)} THEN {Value(c)} ELSE [{c}] END"));
        return $"UPDATE [{table}] SET {string.Join(", ", set)} WHERE {string.Join(" AND ", keys.Select(k => $"[{k}] = {Value(k)}"))}; "
            + $"IF @@ROWCOUNT = 0 INSERT INTO [{table}] ({string.Join(", ", columns.Select(c => $"[{c}]"))}) VALUES ({string.Join(", ", columns.Select(Value))})";

        string Value(string column) => "@p" + columns.ToList().IndexOf(column);
    }

    public bool IsPassing(DbException failure) => failure.IsTransient;

    /// <summary>The names come from the model, never from a person.</summary>
    public static string LockStatement(string table, string keyColumn) =>
        $"SELECT [{keyColumn}] FROM [{table}] WITH (UPDLOCK, ROWLOCK, HOLDLOCK) WHERE [{keyColumn}] = @id";
}

/// <summary>For <c>dotnet ef migrations add</c> alone.</summary>
internal sealed class DesignTimeContext : IDesignTimeDbContextFactory<PortalDbContext>
{
    public PortalDbContext CreateDbContext(string[] args) =>
        new(PortalDatabase.OptionsFor(new SqlServerDialect(), "Server=design-time;Database=portal"), TenantScope.None);
}
