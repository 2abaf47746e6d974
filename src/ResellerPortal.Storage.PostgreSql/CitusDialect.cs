using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;
using ResellerPortal.Core.Persistence;

namespace ResellerPortal.Storage.PostgreSql;

/// <summary>
/// PostgreSQL with Citus, which divides the tables by reseller among servers. A statement names its reseller, so that it runs on the one
/// server that has its rows, and a transaction of one reseller commits there alone.
/// </summary>
public sealed class CitusDialect(ScopeKey scopeKey) : PostgreSqlDialect(scopeKey)
{
    /// <summary>
    /// A node that the network cuts off amid a batch leaves its locks to the others soon. The workers flush each commit of their own, so
    /// that nothing is delayed.
    /// </summary>
    private const string WriterSettings = "SET idle_in_transaction_session_timeout = '10s'";

    private const string Place =
        $"INSERT INTO \"{CitusStatements.Placements}\" (\"ResellerId\") VALUES ($1) ON CONFLICT DO NOTHING";

    private readonly LocalScope _scope = new(scopeKey);

    public override TableStatements Statements { get; } = new CitusSharedStatements();

    public override bool CommitsByReseller => true;

    /// <summary>More than on one server, because a commit is of one reseller and waits for a worker's disk.</summary>
    public override int Writers => 4 * base.Writers;

    public override Task SetUpAccessAsync(PortalDbContext owner, string runtimeConnectionString, CancellationToken cancellationToken) =>
        CitusAccess.SetUpAsync(owner, ScopeKey, new NpgsqlConnectionStringBuilder(runtimeConnectionString), cancellationToken);

    public override async Task CheckSettingsAsync(PortalDbContext db, CancellationToken cancellationToken)
    {
        if (!await CitusAccess.IsDistributedAsync(db, cancellationToken))
        {
            throw new InvalidOperationException(
                "Database:Distributed is true, but the database is not distributed. Run 'migrate' with this setting, or remove it.");
        }
    }

    /// <summary>A command for each reseller of each step, and one round trip for all.</summary>
    public override async Task RunAsync(PortalDbContext db, IReadOnlyList<BulkStep> steps, CancellationToken cancellationToken)
    {
        var transaction = (NpgsqlTransaction?)db.Database.CurrentTransaction?.GetDbTransaction();
        await using var batch = new NpgsqlBatch((NpgsqlConnection)db.Database.GetDbConnection(), transaction);
        List<BulkStep> ofCommands = [];
        var placed = new HashSet<object>();
        foreach (var step in steps)
        {
            if (step is { Written: not null, Statement.Shared: { } shared })
            {
                // Rows of a reseller that has no placement yet could not be inserted.
                foreach (var reseller in BoxedValues.FromRows(step).Select(row => row[shared]!).Distinct().Where(placed.Add))
                {
                    batch.BatchCommands.Add(new NpgsqlBatchCommand(Place) { Parameters = { new() { Value = reseller } } });
                    ofCommands.Add(step);
                }
            }

            foreach (var command in ArrayParameters.CreateCommands(step))
            {
                batch.BatchCommands.Add(command);
                ofCommands.Add(step);
            }
        }

        if (db.Scope.CrossesTenants)
        {
            await batch.PrepareAsync(cancellationToken);
        }
        else if (transaction is null)
        {
            batch.BatchCommands.Insert(0, new NpgsqlBatchCommand(_scope.Begin(db.Scope)));
            batch.BatchCommands.Add(new NpgsqlBatchCommand("COMMIT"));
        }

        await RunAsync(batch, ofCommands, cancellationToken);
    }

    public override async Task<IDelayedDurability?> DelayDurabilityAsync(PortalDbContext db)
    {
        await using var settings = new NpgsqlCommand(WriterSettings, (NpgsqlConnection)db.Database.GetDbConnection());
        await settings.ExecuteNonQueryAsync();
        return null;
    }

    protected override void SetScopes(DbContextOptionsBuilder<PortalDbContext> builder) =>
        builder.AddInterceptors(_scope.CreateInterceptors());
}
