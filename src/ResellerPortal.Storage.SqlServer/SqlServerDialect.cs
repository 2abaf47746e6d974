using System.Data;
using System.Data.Common;
using Microsoft.Data.SqlClient;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Storage.SqlServer;

/// <summary>SQL Server. Rows are locked with UPDLOCK until the end of the transaction, and batches divided.</summary>
public sealed class SqlServerDialect : ServerDialect
{
    public override string Name => "SqlServer";

    /// <summary>Requires ALLOW_SNAPSHOT_ISOLATION, which <see cref="SqlServerSettings"/> enables.</summary>
    public override IsolationLevel SnapshotLevel => IsolationLevel.Snapshot;

    public override string GetConnectionString(string connectionString, TenantScope scope)
    {
        var builder = new SqlConnectionStringBuilder(connectionString);
        builder.ApplicationName = GetApplicationName(
            builder.ShouldSerialize("Application Name") ? builder.ApplicationName : null, scope);

        // A connection that the driver restored by itself would have no tenant, and a failure that it repeats from memory outlasts the
        // meter's patience.
        (builder.ConnectRetryCount, builder.PoolBlockingPeriod) = (0, PoolBlockingPeriod.NeverBlock);
        return builder.ConnectionString;
    }

    public override void Configure(DbContextOptionsBuilder<PortalDbContext> builder, string connectionString) =>
        builder
            .UseSqlServer(connectionString, server => server.MigrationsAssembly(typeof(SqlServerDialect).Assembly))
            .ReplaceService<IModelCustomizer, SqlServerModel>()
            .AddInterceptors(new SqlServerSession());

    public override async Task SetUpAccessAsync(
        PortalDbContext owner,
        string runtimeConnectionString,
        CancellationToken cancellationToken)
    {
        await SqlServerSettings.SetUpAsync(owner, cancellationToken);
        await SqlServerAccess.SetUpAsync(owner, new SqlConnectionStringBuilder(runtimeConnectionString).UserID, cancellationToken);
    }

    public override Task<bool> IsOwnerAsync(PortalDbContext db, CancellationToken cancellationToken) =>
        SqlServerAccess.IsOwnerAsync(db, cancellationToken);

    /// <summary>
    /// Locks the rows that are found and no key beside them, which would be locked in the server's order of ids. Without FORCESEEK a
    /// small table is scanned, and every row of it locked.
    /// </summary>
    public override string SelectStatement(string table, IReadOnlyList<string> columns, string where, bool isLocking) =>
        $"SELECT {string.Join(
            ", ", columns.Select(c => $"[{c}]"))} FROM [{table}]{(isLocking ? " WITH (UPDLOCK, ROWLOCK, FORCESEEK)" : "")} WHERE {where}";

    /// <summary>Safe as two statements, because the rows' owner is locked and nobody else can insert in between.</summary>
    public override string MergeStatement(
        string table,
        IReadOnlyList<string> columns,
        IReadOnlyList<string> keys,
        IReadOnlyList<string> sums,
        IReadOnlyList<string> maxima)
    {
        var set = sums.Select(c => $"[{c}] = [{c}] + {Value(c)}").Concat(
            maxima.Select(c => $"[{c}] = CASE WHEN [{c}] < {Value(c)} THEN {Value(c)} ELSE [{c}] END"));
        return $"UPDATE [{table}] SET {string.Join(", ", set)} WHERE {string.Join(" AND ", keys.Select(k => $"[{k}] = {Value(k)}"))}; "
            + $"IF @@ROWCOUNT = 0 INSERT INTO [{table}] ({string.Join(
                ", ", columns.Select(c => $"[{c}]"))}) VALUES ({string.Join(", ", columns.Select(Value))})";

        string Value(string column) => "@p" + columns.ToList().IndexOf(column);
    }

    public override bool IsTransient(DbException failure) => failure is SqlException reason && TransientFaults.IsTransient(reason);

    /// <summary>Each row is a command, so that more would take longer than a command may.</summary>
    protected override int MaxBatchRows => 1_000;

    protected override DbBatch CreateBatch(PortalDbContext db, BulkStatement statement, IReadOnlyList<object?[]> rows)
    {
        using var shape = new SqlCommand();
        var parameters = statement.Parameters(shape);
        var batch = new SqlBatch(
            (SqlConnection)db.Database.GetDbConnection(), (SqlTransaction?)db.Database.CurrentTransaction?.GetDbTransaction());
        foreach (var row in rows)
        {
            var command = new SqlBatchCommand(statement.Text);
            for (var i = 0; i < row.Length; i++)
            {
                var parameter = (SqlParameter)((ICloneable)parameters[i]).Clone();
                parameter.Value = row[i] ?? DBNull.Value;
                parameter.Size = GetSize(parameter.Size, row[i]);
                command.Parameters.Add(parameter);
            }

            batch.BatchCommands.Add(command);
        }

        return batch;
    }

    /// <summary>The driver cuts a longer value to the parameter's size without a word; at any size, the server refuses it.</summary>
    internal static int GetSize(int size, object? value) => value switch
    {
        string text when text.Length > size => -1,
        byte[] bytes when bytes.Length > size => -1,
        _ => size,
    };
}

/// <summary>Used only by <c>dotnet ef migrations add</c>.</summary>
internal sealed class DesignTimeContext : IDesignTimeDbContextFactory<PortalDbContext>
{
    public PortalDbContext CreateDbContext(string[] args) =>
        new(PortalDatabase.OptionsFor(new SqlServerDialect(), "Server=design-time;Database=portal"), TenantScope.None);
}
