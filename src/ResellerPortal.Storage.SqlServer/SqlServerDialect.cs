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

/// <summary>SQL Server. Rows are locked with UPDLOCK until the end of the transaction, and sets of rows divided.</summary>
public sealed class SqlServerDialect : ServerDialect
{
    /// <summary>Beyond 5,000 locks, of rows and of entries in their indexes, a statement locks the whole table.</summary>
    private const int MaxStatementRows = 500;

    private const int MaxBatchStatements = 20;

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
        var parts = steps.SelectMany(step => Divide(step.Count).Select(rows => (Step: step, Rows: rows)));
        foreach (var part in parts.Chunk(MaxBatchStatements))
        {
            await using var batch = new SqlBatch(
                (SqlConnection)db.Database.GetDbConnection(), (SqlTransaction?)db.Database.CurrentTransaction?.GetDbTransaction());
            foreach (var (step, rows) in part)
            {
                batch.BatchCommands.Add(RowSet.CreateCommand(step, rows));
            }

            await RunAsync(batch, part.Select(one => one.Step), cancellationToken);
        }
    }

    public override bool IsTransient(DbException failure) => failure is SqlException reason && TransientFaults.IsTransient(reason);

    /// <summary>Divides a step's rows among statements.</summary>
    internal static IEnumerable<Range> Divide(int count)
    {
        for (var first = 0; first < count; first += MaxStatementRows)
        {
            yield return first..Math.Min(count, first + MaxStatementRows);
        }
    }
}

/// <summary>Used only by <c>dotnet ef migrations add</c>.</summary>
internal sealed class DesignTimeContext : IDesignTimeDbContextFactory<PortalDbContext>
{
    public PortalDbContext CreateDbContext(string[] args) =>
        new(PortalDatabase.OptionsFor(new SqlServerDialect(), "Server=design-time;Database=portal"), TenantScope.None);
}
