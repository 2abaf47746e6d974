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

    /// <summary>
    /// Only in the scope of all tenants: prepared statements survive the pool, and one that a tenant's statement has replaced would run in
    /// the next tenant's scope. Without any, the driver resets the whole session (DISCARD ALL).
    /// </summary>
    protected override Task PrepareAsync(PortalDbContext db, DbBatch batch, CancellationToken cancellationToken) =>
        db.Scope.CrossesTenants ? batch.PrepareAsync(cancellationToken) : Task.CompletedTask;

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
