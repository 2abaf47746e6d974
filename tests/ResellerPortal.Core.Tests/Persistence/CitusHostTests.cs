using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Archiving;
using ResellerPortal.Core.Metering;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Tests.Metering;
using ResellerPortal.Core.Time;
using ResellerPortal.Storage.PostgreSql;
using ResellerPortal.Testing;

namespace ResellerPortal.Core.Tests.Persistence;

/// <summary>What only a cluster can prove. Where one is given, all tests of every server run there as well.</summary>
public sealed class CitusHostTests(DatabaseServers databases) : IClassFixture<DatabaseServers>
{
    private const string Skipped = "TEST_CITUS is not set, so nothing runs on a distributed database.";

    [Fact(Skip = Skipped, SkipUnless = nameof(CitusHost.IsGiven), SkipType = typeof(CitusHost))]
    public async Task Rows_of_another_reseller_are_neither_seen_nor_written_whatever_a_statement_sets()
    {
        await using var database = await databases.OpenAsync("Citus");
        var (northwind, owner) = await database.Data.AddResellerAsync("northwind");
        var (rival, other) = await database.Data.AddResellerAsync("fabrikam");
        await database.Data.BuyAsync(owner, 10, 1);
        await database.Data.BuyAsync(other, 10, 1);
        await using var own = database.Database.Open(TenantScope.ForReseller(northwind.Id));
        await using var rivals = database.Database.Open(TenantScope.ForReseller(rival.Id));
        await using var none = database.Database.Open(TenantScope.None);
        const string count = "SELECT count(*)::int AS \"Value\" FROM \"CreditLot\"";

        Assert.Equal(1, await ReadAsync(own, count));
        Assert.Equal(1, await ReadAsync(rivals, count));
        Assert.Equal(0, await ReadAsync(none, count));
        Assert.Equal(1, await ReadAsync(own, "SELECT count(*)::int AS \"Value\" FROM \"Reseller\""));
        await Assert.ThrowsAsync<PostgresException>(
            () => ReadAsync(own, "SELECT count(*)::int AS \"Value\" FROM identity.\"AspNetUsers\""));

        // A scope that is not signed, and a write into another reseller's rows.
        await using (var transaction = await own.Database.BeginTransactionAsync())
        {
            await ExecuteAsync(own, $"SET LOCAL portal.reseller = '{rival.Id}'");
            Assert.Equal(0, await ReadAsync(own, count));
        }

        Assert.Equal(
            0, await ExecuteAsync(own, $"UPDATE \"CreditLot\" SET \"Used\" = 5 WHERE \"ResellerId\" = '{rival.Id}'"));
        var refused = await Assert.ThrowsAsync<PostgresException>(() => ExecuteAsync(
            own, $"INSERT INTO \"Logo\" (\"ResellerId\", \"Hash\", \"Image\") VALUES ('{rival.Id}', 'a', '')"));
        Assert.Contains("row-level security", refused.Message, StringComparison.Ordinal);
        Assert.Equal(1, await ReadAsync(own, count));
    }

    [Fact(Skip = Skipped, SkipUnless = nameof(CitusHost.IsGiven), SkipType = typeof(CitusHost))]
    public async Task The_months_ahead_get_their_partitions_and_take_rows()
    {
        await using var database = await databases.OpenAsync("Citus");
        var (_, owner) = await database.Data.AddResellerAsync("northwind");
        database.Clock.SetUtcNow(new DateTimeOffset(2031, 2, 27, 0, 0, 0, TimeSpan.Zero));
        await database.Data.BuyAsync(owner, 10, 1);
        using var worker = new PartitionWorker(database.Database, database.Clock, NullLogger<PartitionWorker>.Instance);

        Assert.Equal(12, await worker.RunAsync());
        await database.UseAsync((await database.Data.IssueAsync(owner, await database.Data.AddCustomerAsync(owner, "Acme"))).Secret);

        await using var db = database.OpenAll();
        Assert.Equal(1, await ReadAsync(db, "SELECT count(*)::int AS \"Value\" FROM \"LedgerEntry\""));
        await using var tables = database.OpenAsOwner();
        Assert.Equal(4, (await database.Database.Dialect.Partitions!.ListAsync(tables, "LedgerEntry", default)).Count(m => m.Year == 2031));
    }

    [Fact(Skip = Skipped, SkipUnless = nameof(CitusHost.IsGiven), SkipType = typeof(CitusHost))]
    public async Task A_partition_that_is_made_later_refuses_its_owner_changes_on_every_server()
    {
        await using var database = await databases.OpenAsync("Citus");
        database.Clock.SetUtcNow(new DateTimeOffset(2031, 2, 27, 0, 0, 0, TimeSpan.Zero));
        await database.UseAsync(await database.SellAsync());
        using var worker = new PartitionWorker(database.Database, database.Clock, NullLogger<PartitionWorker>.Instance);
        await worker.RunAsync();
        await using var owner = database.OpenAsOwner();
        await database.Database.Dialect.Partitions!.CreateAsync(owner, "LotDraw", new DateOnly(2019, 5, 1), default);
        await using var coordinator = new NpgsqlConnection(
            CitusHost.Given!.AdministratorConnections(owner.Database.GetDbConnection().Database).First());
        await coordinator.OpenAsync();

        // The first three have rows, which came before them.
        foreach (var (table, column) in ((string, string)[])[
            ("AuditEntry_2031_02", ""), ("LedgerEntry_2031_02", "Quantity"), ("LotDraw_2031_02", "CostMicros"),
            ("AuditEntry_2031_05", ""), ("LedgerEntry_2031_05", "Quantity"), ("LotDraw_2019_05", "CostMicros")])
        {
            Assert.Equal(
                table.EndsWith("2031_02", StringComparison.Ordinal),
                await ReadAsync(owner, $"SELECT count(*)::int AS \"Value\" FROM \"{table}\"") > 0);
            foreach (var statement in (string[])[
                $"DELETE FROM \"{table}\"", $"TRUNCATE \"{table}\"",
                .. column.Length > 0 ? [$"UPDATE \"{table}\" SET \"{column}\" = 0"] : Array.Empty<string>()])
            {
                var refused = await Assert.ThrowsAsync<PostgresException>(() => ExecuteAsync(owner, statement));
                Assert.Contains("append-only", refused.Message, StringComparison.Ordinal);
            }

            await using var unprotected = new NpgsqlCommand(
                $"""
                SELECT count(*) FROM run_command_on_shards('"{table}"', $$SELECT relrowsecurity FROM pg_class WHERE oid = '%s'::regclass$$)
                WHERE result <> 't'
                """,
                coordinator);
            Assert.Equal(0L, await unprotected.ExecuteScalarAsync());
        }

        await database.AssertLedgerIsCleanAsync();
    }

    /// <summary>A migration that replaces the function takes its settings, without which the portal's role makes no partition.</summary>
    [Fact(Skip = Skipped, SkipUnless = nameof(CitusHost.IsGiven), SkipType = typeof(CitusHost))]
    public async Task A_divided_database_that_is_migrated_still_makes_partitions()
    {
        await using var database = await databases.OpenAsync("Citus");
        await using var owner = database.OpenAsOwner();
        await owner.GetService<IMigrator>().MigrateAsync("ElectronicAddresses");
        await database.Database.MigrateAsync(owner.Database.GetConnectionString());
        database.Clock.SetUtcNow(new DateTimeOffset(2031, 2, 27, 0, 0, 0, TimeSpan.Zero));
        using var worker = new PartitionWorker(database.Database, database.Clock, NullLogger<PartitionWorker>.Instance);

        Assert.Equal(12, await worker.RunAsync());

        var refused = await Assert.ThrowsAsync<PostgresException>(() => ExecuteAsync(owner, "DELETE FROM \"LedgerEntry_2031_02\""));
        Assert.Contains("append-only", refused.Message, StringComparison.Ordinal);
    }

    [Fact(Skip = Skipped, SkipUnless = nameof(CitusHost.IsGiven), SkipType = typeof(CitusHost))]
    public async Task No_statement_of_a_tenant_reaches_a_server_by_a_function_of_the_extension()
    {
        await using var database = await databases.OpenAsync("Citus");
        var (northwind, owner) = await database.Data.AddResellerAsync("northwind");
        await database.Data.BuyAsync(owner, 10, 1);
        await using var own = database.Database.Open(TenantScope.ForReseller(northwind.Id));
        foreach (var call in (string[])[
            "master_run_on_worker(ARRAY['127.0.0.1'], ARRAY[1], ARRAY['SELECT 1'], false)",
            "run_command_on_workers('SELECT 1')",
            "run_command_on_all_nodes('SELECT 1')",
            "run_command_on_coordinator('SELECT 1')",
            "citus_check_connection_to_node('127.0.0.1', 1)",
            "citus_check_cluster_node_health()",
            "fetch_intermediate_results(ARRAY['a'], '127.0.0.1', 1)",
            "broadcast_intermediate_result('a', 'SELECT 1')",
            "citus_stat_activity()",
            "pg_terminate_backend(1::bigint, 0::bigint)",
        ])
        {
            // A query of one reseller runs as a whole, with the function, on the server that has the rows.
            foreach (var statement in (string[])[
                $"SELECT 1 AS \"Value\" FROM {call}",
                $"SELECT 1 AS \"Value\" FROM (SELECT {call} FROM \"CreditLot\" WHERE \"ResellerId\" = '{northwind.Id}' OFFSET 0) t",
            ])
            {
                var refused = await Assert.ThrowsAsync<PostgresException>(() => ReadAsync(own, statement));
                Assert.Contains("permission denied for function", refused.Message, StringComparison.Ordinal);
            }
        }

        foreach (var connection in CitusHost.Given!.AdministratorConnections(own.Database.GetDbConnection().Database))
        {
            await using var server = new NpgsqlConnection(connection);
            await server.OpenAsync();
            await using var reaching = new NpgsqlCommand(
                """
                SELECT p.oid::regprocedure::text FROM pg_proc p, unnest(p.proargnames[:p.pronargs]) argument
                WHERE p.oid >= 16384 AND argument ~ 'port' AND has_function_privilege('portal_tenant', p.oid, 'EXECUTE')
                """,
                server);
            Assert.Null(await reaching.ExecuteScalarAsync());
        }
    }

    [Fact(Skip = Skipped, SkipUnless = nameof(CitusHost.IsGiven), SkipType = typeof(CitusHost))]
    public async Task A_month_is_metered_with_commits_on_one_server_each_then_invoiced_and_verified()
    {
        await using var database = await databases.OpenAsync("Citus");
        await using var db = database.OpenAll();
        var shops = new List<(Actor Owner, string Secret)>();

        // More resellers than writers, so that some share one.
        for (var i = 0; i < 12; i++)
        {
            var (_, owner) = await database.Data.AddResellerAsync($"northwind{i}");
            await database.Data.BuyAsync(owner, 100, 1, validityDays: 100);
            shops.Add((owner, (await database.Data.IssueAsync(owner, await database.Data.AddCustomerAsync(owner, "Acme"))).Secret));
        }

        await Task.WhenAll(shops.Select(shop => database.ReserveAsync(shop.Secret)));
        const string prepared = "SELECT count(*)::int AS \"Value\" FROM pg_dist_transaction";
        await using (var owner = database.OpenAsOwner())
        {
            // A commit on several servers leaves a record there until the cluster has cleared it away.
            var before = await ReadAsync(owner, prepared);
            await Task.WhenAll(Enumerable.Range(0, 120).Select(i => database.UseAsync(shops[i % 12].Secret)));
            Assert.InRange(await ReadAsync(owner, prepared), 0, before);
        }

        database.Clock.Advance(TimeSpan.FromDays(31));
        foreach (var (owner, _) in shops)
        {
            var draft = (await database.Data.Drafter.DraftAsync(owner, new BillingPeriod(2026, 10))).Value.Results.Single();
            var invoice = await TestData.Valued(database.Data.Invoices.FinaliseAsync(owner, draft.InvoiceId!.Value));
            Assert.Equal(10, invoice.Lines.Sum(line => line.Quantity));
        }

        await database.SweepAsync();
        await database.AssertLedgerIsCleanAsync();
        Assert.Equal(120, await db.LedgerEntries.Where(e => e.Flags == EntryFlags.None).SumAsync(e => e.Quantity));
    }

    [Fact(Skip = Skipped, SkipUnless = nameof(CitusHost.IsGiven), SkipType = typeof(CitusHost))]
    public async Task A_filled_database_is_divided_with_its_rows_and_its_protection_and_a_repetition_changes_nothing()
    {
        var (server, name) = (CitusHost.Given!, $"portal_{Guid.NewGuid():N}");
        server.CreateEmpty(name);
        await using var database = await TestDatabase.OpenAsync(
            PostgreSqlFixture.Dialect, server.Connection(name), () => server.Drop(name), ownerConnection: server.OwnerConnection(name));
        var secret = await database.SellAsync();
        await database.UseAsync(secret);
        await database.StopAsync();
        NpgsqlConnection.ClearAllPools();

        var divided = new PortalDatabase(new CitusDialect(new ScopeKey(PostgreSqlServer.ScopeKey)), server.Connection(name));
        await divided.MigrateAsync(server.OwnerConnection(name));
        await divided.MigrateAsync(server.OwnerConnection(name));

        await divided.CheckSettingsAsync();
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => database.Database.CheckSettingsAsync());
        Assert.Contains("Database:Distributed", refused.Message, StringComparison.Ordinal);
        Assert.Empty((await new LedgerVerifier(divided).VerifyAsync()).Faults);
        await using var all = divided.Open(TenantScope.CrossTenants("test"));
        var entry = await all.LedgerEntries.SingleAsync();
        await using var own = divided.Open(TenantScope.ForReseller(entry.ResellerId));
        Assert.Equal(entry.RequestId, (await own.LedgerEntries.SingleAsync()).RequestId);
        await using var owner = database.OpenAsOwner();
        Assert.Equal(
            0,
            await ReadAsync(
                owner,
                "SELECT count(*)::int AS \"Value\" FROM pg_dist_partition WHERE pg_relation_size(logicalrelid) > 0"));
        foreach (var sql in (string[])[
            "UPDATE \"LedgerEntry\" SET \"Quantity\" = 0",
            "DELETE FROM \"LedgerEntry\"",
            "TRUNCATE TABLE \"LotDraw\"",
            "DELETE FROM \"AuditEntry\"",
        ])
        {
            var change = await Assert.ThrowsAsync<PostgresException>(() => owner.Database.ExecuteSqlRawAsync(sql));
            Assert.Contains("append-only", change.Message, StringComparison.Ordinal);
        }
    }

    private static Task<int> ExecuteAsync(PortalDbContext db, string statement) => db.Database.ExecuteSqlRawAsync(statement);

    private static Task<int> ReadAsync(PortalDbContext db, string query) => db.Database.SqlQueryRaw<int>(query).SingleAsync();
}
