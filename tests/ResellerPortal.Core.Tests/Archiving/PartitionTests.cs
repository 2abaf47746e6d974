using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using ResellerPortal.Core.Archiving;
using ResellerPortal.Core.Auditing;
using ResellerPortal.Core.Credits;
using ResellerPortal.Core.Metering;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Tests.Invoicing;
using ResellerPortal.Testing;

namespace ResellerPortal.Core.Tests.Archiving;

/// <summary>The tables that grow for ever are divided into months on PostgreSQL.</summary>
public sealed class PartitionTests(DatabaseServers databases) : IClassFixture<DatabaseServers>
{
    private static readonly string[] Divided = ["AuditEntry", "LedgerEntry", "LotDraw"];

    [Fact]
    public async Task Nodes_create_the_partitions_of_the_months_ahead_once()
    {
        await using var database = await databases.OpenAsync("PostgreSql");
        database.Clock.SetUtcNow(new DateTimeOffset(2031, 2, 27, 0, 0, 0, TimeSpan.Zero));

        var made = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => CreateAsync(database))));

        Assert.Equal(12, made.Sum());
        Assert.Equal(0, await CreateAsync(database));
        await using var owner = database.OpenAsOwner();
        foreach (var table in Divided)
        {
            var months = await database.Database.Dialect.Partitions!.ListAsync(owner, table, default);
            Assert.Equal(
                [new(2031, 2, 1), new(2031, 3, 1), new(2031, 4, 1), new(2031, 5, 1)], months.Where(m => m.Year == 2031));
        }
    }

    [Fact]
    public async Task A_new_partition_refuses_its_owner_what_its_table_refuses_and_every_role_of_the_portal_everything()
    {
        await using var database = await databases.OpenAsync("PostgreSql");
        await CreateAsync(database);
        await database.UseAsync(await database.SellAsync());
        await using var owner = database.OpenAsOwner();
        var reseller = await owner.Resellers.SingleAsync();
        foreach (var table in Divided.SelectMany(t => (string[])[$"{t}_2026_10", $"{t}_default"]))
        {
            Assert.True(await ReadAsync(owner, $"SELECT relrowsecurity AS \"Value\" FROM pg_class WHERE relname = '{table}'"));
            string[] refused = [$"DELETE FROM \"{table}\"", $"TRUNCATE \"{table}\""];
            foreach (var statement in refused)
            {
                Assert.Contains("is append-only", await FailAsync(owner, statement), StringComparison.Ordinal);
            }

            foreach (var scope in (TenantScope[])[
                TenantScope.CrossTenants("test"), TenantScope.ForReseller(reseller.Id), TenantScope.None])
            {
                await using var db = database.Database.Open(scope);
                foreach (var statement in (string[])[$"SELECT 1 FROM \"{table}\"", $"INSERT INTO \"{table}\" DEFAULT VALUES", .. refused])
                {
                    Assert.Contains("permission denied for table", await FailAsync(db, statement), StringComparison.Ordinal);
                }
            }
        }

        foreach (var (table, column) in ((string, string)[])[
            ("LedgerEntry_2026_10", "Quantity"), ("LotDraw_2026_10", "CostMicros"), ("AuditEntry_2026_10", "ActorName")])
        {
            var value = column == "ActorName" ? "'nobody'" : "0";
            Assert.Contains(
                "is append-only", await FailAsync(owner, $"UPDATE \"{table}\" SET \"{column}\" = {value}"), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Only_the_role_of_all_tenants_creates_partitions_and_only_of_a_few_months()
    {
        await using var database = await databases.OpenAsync("PostgreSql");
        var (reseller, _) = await database.Data.AddResellerAsync("northwind");
        foreach (var scope in (TenantScope[])[TenantScope.ForReseller(reseller.Id), TenantScope.None])
        {
            await using var db = database.Database.Open(scope);
            Assert.Contains(
                "permission denied for function", await FailAsync(db, "SELECT make_partitions('2031-01-01', 1)"), StringComparison.Ordinal);
        }

        await using var all = database.OpenAll();
        Assert.Contains("1 to 36 months", await FailAsync(all, "SELECT make_partitions('2031-01-01', 1000)"), StringComparison.Ordinal);
        Assert.Contains("permission denied for schema", await FailAsync(all, "CREATE TABLE public.x ()"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rows_that_came_before_their_months_partition_are_moved_to_it()
    {
        await using var database = await databases.OpenAsync("PostgreSql");
        database.Clock.SetUtcNow(new DateTimeOffset(2031, 2, 27, 0, 0, 0, TimeSpan.Zero));
        await database.UseAsync(await database.SellAsync());
        await using var owner = database.OpenAsOwner();
        Assert.Equal(1, await CountAsync(owner, "LedgerEntry_default"));

        await CreateAsync(database);

        foreach (var table in Divided)
        {
            Assert.Equal(0, await CountAsync(owner, table + "_default"));
            Assert.NotEqual(0, await CountAsync(owner, table + "_2031_02"));
            Assert.Contains("is append-only", await FailAsync(owner, $"DELETE FROM \"{table}_default\""), StringComparison.Ordinal);
        }

        await database.AssertLedgerIsCleanAsync();
    }

    [Theory]
    [EachProvider]
    public async Task A_request_id_is_refused_in_a_later_month_as_in_its_own(string provider)
    {
        await using var database = await databases.OpenAsync(provider);
        await CreateAsync(database);
        var (_, owner) = await database.Data.AddResellerAsync("northwind");
        await database.Data.BuyAsync(owner, 100, 1m);
        var token = await database.Data.IssueAsync(owner, await database.Data.AddCustomerAsync(owner, "Fabrikam"));
        var fact = TestData.Fact(token, database.Clock.GetUtcNow());
        await database.Data.Recorder.RecordAsync(owner.Scope, [fact]);

        await AssertRefusedAsync(fact);
        database.Clock.Advance(TimeSpan.FromDays(31));
        await AssertRefusedAsync(fact);
        var other = fact with { RequestId = Guid.NewGuid() };
        await AssertRefusedAsync(other, other);

        await using var db = database.OpenAll();
        Assert.Equal(1, await db.LedgerEntries.CountAsync());
        await database.AssertLedgerIsCleanAsync();

        async Task AssertRefusedAsync(params UsageFact[] facts)
        {
            DbException refused = await Assert.ThrowsAsync<DuplicateRequestException>(
                () => database.Data.Recorder.RecordAsync(owner.Scope, facts));
            Assert.Contains(facts[0].RequestId.ToString(), refused.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Metering_and_month_ends_work_over_three_partitions()
    {
        await using var database = await databases.OpenAsync("PostgreSql");
        await CreateAsync(database);
        var fixture = await InvoicingFixture.OpenAsync(database);

        for (var month = 0; month < 3; month++)
        {
            Assert.Equal(month + 1, (await fixture.InvoiceAsync()).LastSequence);
        }

        await using var db = database.OpenAsOwner();
        Assert.Equal(
            ["LedgerEntry_2026_10", "LedgerEntry_2026_11", "LedgerEntry_2026_12"],
            await db.Database.SqlQueryRaw<string>(
                "SELECT DISTINCT relname::text AS \"Value\" FROM \"LedgerEntry\" e JOIN pg_class c ON c.oid = e.tableoid ORDER BY 1")
                .ToListAsync());
        Assert.Equal(
            await CountAsync(db, "LedgerEntry"),
            await db.LedgerEntries.Join(
                db.LotDraws,
                e => new { e.Sequence, e.RecordedAtUtc },
                d => new { d.Sequence, d.RecordedAtUtc },
                (e, d) => e).CountAsync());
        await database.AssertLedgerIsCleanAsync();
    }

    /// <summary>The way back unites the tables, so that the way there is taken with rows of several months.</summary>
    [Fact]
    public async Task A_filled_database_is_divided_and_united_again_without_a_loss()
    {
        await using var database = await databases.OpenAsync("PostgreSql");
        await CreateAsync(database);
        var fixture = await InvoicingFixture.OpenAsync(database);
        await fixture.InvoiceAsync();
        await fixture.InvoiceAsync();
        await SealAsync(database);
        await using var owner = database.OpenAsOwner();
        var before = await CountAllAsync();

        await owner.GetService<IMigrator>().MigrateAsync("TenantKeys");
        Assert.Equal(before, await CountAllAsync());
        Assert.False(await ReadAsync(owner, "SELECT relkind = 'p' AS \"Value\" FROM pg_class WHERE relname = 'LotDraw'"));
        Assert.Contains("is append-only", await FailAsync(owner, "DELETE FROM \"LotDraw\""), StringComparison.Ordinal);
        await database.Database.MigrateAsync(owner.Database.GetConnectionString());

        Assert.Equal(before, await CountAllAsync());
        Assert.Equal(0, await CountAsync(owner, "LotDraw_default"));
        Assert.True(await ReadAsync(owner, "SELECT relrowsecurity AS \"Value\" FROM pg_class WHERE relname = 'LotDraw'"));
        await fixture.InvoiceAsync();
        await SealAsync(database);
        Assert.Empty((await new AuditVerifier(database.Database).VerifyAsync()).Faults);
        await database.AssertLedgerIsCleanAsync();

        async Task<(long Events, long Entries, long Draws)> CountAllAsync() => (
            await CountAsync(owner, "AuditEntry"), await CountAsync(owner, "LedgerEntry"), await CountAsync(owner, "LotDraw"));
    }

    internal static async Task<int> CreateAsync(TestDatabase database)
    {
        using var worker = new PartitionWorker(database.Database, database.Clock, NullLogger<PartitionWorker>.Instance);
        return await worker.RunAsync();
    }

    private static Task SealAsync(TestDatabase database) =>
        new AuditSealingWorker(database.Database, database.Clock, NullLogger<AuditSealingWorker>.Instance).SealAsync();

    private static Task<long> CountAsync(PortalDbContext db, string table) =>
        ReadAsync<long>(db, $"SELECT count(*) AS \"Value\" FROM \"{table}\"");

    private static Task<bool> ReadAsync(PortalDbContext db, string sql) => ReadAsync<bool>(db, sql);

    private static Task<T> ReadAsync<T>(PortalDbContext db, string sql) => db.Database.SqlQueryRaw<T>(sql).SingleAsync();

    /// <returns>What the database says.</returns>
    private static async Task<string> FailAsync(PortalDbContext db, string sql) =>
        (await Assert.ThrowsAsync<PostgresException>(() => db.Database.ExecuteSqlRawAsync(sql))).MessageText;
}
