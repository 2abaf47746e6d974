using System.Data;
using System.Data.Common;
using System.Runtime.CompilerServices;
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
    private const int MaxBatchRows = 1_000;

    private static readonly ConditionalWeakTable<BulkStatement, DbParameter[]> Shapes = [];

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

    public override TableStatements Statements { get; } = new SqlServerStatements();

    public override async Task RunAsync(PortalDbContext db, IReadOnlyList<BulkStep> steps, CancellationToken cancellationToken)
    {
        foreach (var part in Divide(steps.SelectMany(step => BoxedValues.FromRows(step).Select(values => (Step: step, Values: values)))))
        {
            await using var batch = new SqlBatch(
                (SqlConnection)db.Database.GetDbConnection(), (SqlTransaction?)db.Database.CurrentTransaction?.GetDbTransaction());
            foreach (var (step, values) in part)
            {
                batch.BatchCommands.Add(CreateCommand(step.Statement, values));
            }

            await RunAsync(batch, part.Select(row => row.Step), cancellationToken);
        }
    }

    public override bool IsTransient(DbException failure) => failure is SqlException reason && TransientFaults.IsTransient(reason);

    /// <summary>Divides rows into batches: each is a command, and more would take longer than a batch may.</summary>
    internal static IEnumerable<TRow[]> Divide<TRow>(IEnumerable<TRow> rows) => rows.Chunk(MaxBatchRows);

    private static SqlBatchCommand CreateCommand(BulkStatement statement, object?[] values)
    {
        var command = new SqlBatchCommand(statement.Text);
        var parameters = Shapes.GetValue(statement, static s =>
        {
            using var shape = new SqlCommand();
            return s.Parameters(shape);
        });
        for (var i = 0; i < values.Length; i++)
        {
            var parameter = (SqlParameter)((ICloneable)parameters[i]).Clone();
            parameter.Value = values[i] ?? DBNull.Value;
            parameter.Size = GetSize(parameter.Size, values[i]);
            command.Parameters.Add(parameter);
        }

        return command;
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
