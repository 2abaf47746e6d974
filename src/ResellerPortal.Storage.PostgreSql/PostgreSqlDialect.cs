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

/// <summary>PostgreSQL at READ COMMITTED. Rows are locked with FOR UPDATE; batches take one round trip.</summary>
public sealed partial class PostgreSqlDialect(ScopeKey scopeKey) : ServerDialect
{
    private const string SetTenant =
        "SELECT set_config('portal.reseller', @reseller, false), set_config('portal.customer', @customer, false), "
        + "set_config('portal.signature', @signature, false)";

    public override string Name => "PostgreSql";

    public override IsolationLevel SnapshotLevel => IsolationLevel.RepeatableRead;

    public override void Configure(DbContextOptionsBuilder<PortalDbContext> builder, string connectionString) =>
        builder.UseNpgsql(connectionString, npgsql => npgsql.MigrationsAssembly(typeof(PostgreSqlDialect).Assembly)).AddInterceptors(
            new TenantConnectionInterceptor(SetTenant, scopeKey.Sign));

    public override Task SetUpAccessAsync(PortalDbContext owner, string runtimeConnectionString, CancellationToken cancellationToken) =>
        PostgreSqlAccess.SetUpAsync(owner, scopeKey, new NpgsqlConnectionStringBuilder(runtimeConnectionString), cancellationToken);

    public override Task<bool> IsOwnerAsync(PortalDbContext db, CancellationToken cancellationToken) =>
        PostgreSqlAccess.IsOwnerAsync(db, cancellationToken);

    /// <summary>NO KEY, so that others can still insert rows that reference the locked ones.</summary>
    public override string SelectStatement(string table, IReadOnlyList<string> columns, string where, bool isLocking) =>
        $"SELECT {OnConflictSql.Quote(columns)} FROM \"{table}\" WHERE {where}{(isLocking ? " FOR NO KEY UPDATE" : "")}";

    public override string MergeStatement(
        string table,
        IReadOnlyList<string> columns,
        IReadOnlyList<string> keys,
        IReadOnlyList<string> sums,
        IReadOnlyList<string> maxima) => OnConflictSql.Merge(table, columns, keys, sums, maxima, "greatest");

    public override bool IsTransient(DbException failure) =>
        failure.IsTransient
            || failure is PostgresException { SqlState: PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown }
            || failure.InnerException is SocketException or IOException;

    /// <summary>One round trip for all rows; positional parameters avoid rewriting the statement for each row.</summary>
    protected override DbBatch CreateBatch(PortalDbContext db, BulkStatement statement, IReadOnlyList<object?[]> rows)
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

    protected override Task PrepareAsync(DbBatch batch, CancellationToken cancellationToken) => batch.PrepareAsync(cancellationToken);

    [GeneratedRegex("@p([0-9]+)")]
    private static partial Regex ParameterName();
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
