using Microsoft.Data.SqlClient;
using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Credits;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Testing;

namespace ResellerPortal.Core.Tests.Persistence;

/// <summary>What only a server can prove. Where one is given, all tests of every provider run there as well.</summary>
public sealed class SqlServerHostTests(DatabaseServers databases) : IClassFixture<DatabaseServers>
{
    [Fact(
        Skip = "TEST_SQLSERVER is not set, so nothing runs on SQL Server and its statements are tested as text.",
        SkipUnless = nameof(SqlServerHost.IsGiven),
        SkipType = typeof(SqlServerHost))]
    public async Task SQL_Server_does_as_its_statements_say()
    {
        await using var database = await databases.OpenAsync("SqlServer");
        var (northwind, owner) = await database.Data.AddResellerAsync("northwind");
        var (_, rival) = await database.Data.AddResellerAsync("fabrikam");
        await database.Data.BuyAsync(owner, 10, 1);
        await database.Data.BuyAsync(rival, 10, 1);
        await using var own = database.Database.Open(TenantScope.ForReseller(northwind.Id));
        await using var all = database.OpenAll();

        // Settings.
        Assert.Equal(1, await ReadSettingAsync("snapshot_isolation_state"));
        Assert.Equal(1, await ReadSettingAsync("is_read_committed_snapshot_on"));
        Assert.Equal(
            1,
            await ReadAsync(
                all, "SELECT CAST(value AS int) AS [Value] FROM sys.database_scoped_configurations WHERE name = N'MAXDOP'"));

        // Rights and rows.
        Assert.False(await database.Database.IsOwnerAsync());
        Assert.Equal(2, await ReadAsync(all, "SELECT COUNT(*) AS [Value] FROM [CreditLot]"));
        Assert.Equal(1, await ReadAsync(own, "SELECT COUNT(*) AS [Value] FROM [CreditLot]"));
        Assert.Equal(0, await ReadAsync(own, "SELECT COUNT(*) AS [Value] FROM [identity].[AspNetUsers]"));
        foreach (var statement in (string[])[
            "TRUNCATE TABLE [LotDraw]",
            "UPDATE [LedgerEntry] SET [Quantity] = 0",
            "DROP SECURITY POLICY portal.tenant_policy",
            "EXEC sp_set_session_context N'reseller', N'*'",
        ])
        {
            await Assert.ThrowsAsync<SqlException>(() => own.Database.ExecuteSqlRawAsync(statement));
        }

        // A row at a time is locked, and no other.
        await using var transaction = await all.Database.BeginTransactionAsync();
        await database.Database.LockRowsAsync<Reseller>(all, [northwind.Id.Value], default);
        await using var neighbour = database.OpenAll();
        await using var other = await neighbour.Database.BeginTransactionAsync();
        await database.Database.LockRowsAsync<Reseller>(neighbour, [rival.Reseller.Value], default);

        // The pool.
        await using (var reader = database.OpenAll())
        {
            await using var snapshot = await reader.Database.BeginTransactionAsync(database.Database.Dialect.SnapshotLevel);
            await ReadAsync(reader, "SELECT COUNT(*) AS [Value] FROM [CreditLot]");
        }

        await using var next = database.OpenAll();
        Assert.Equal(
            2,
            await ReadAsync(
                next,
                "SELECT CAST(transaction_isolation_level AS int) AS [Value] FROM sys.dm_exec_sessions WHERE session_id = @@SPID"));

        // Texts.
        Assert.True(await next.Resellers.AnyAsync(r => r.Slug == "northwind"));
        Assert.False(await next.Resellers.AnyAsync(r => r.Slug == "NORTHWIND"));
        var lot = await next.CreditLots.FirstAsync();
        var tooLong = new CreditLot
        {
            PlanName = new string('a', 300),
            ResellerId = lot.ResellerId,
            Currency = lot.Currency,
            Kind = lot.Kind,
            Granted = 1,
            Conversions = 1,
            UnitCostMicros = 1,
            ValidFromUtc = lot.ValidFromUtc,
            ExpiresAtUtc = lot.ExpiresAtUtc,
        };
        await using var writing = await next.Database.BeginTransactionAsync();
        var batch = new RowBatch(database.Database, next);
        batch.Insert([tooLong]);
        var refused = await Assert.ThrowsAsync<SqlException>(() => batch.RunAsync());
        Assert.Contains("truncated", refused.Message, StringComparison.Ordinal);

        Task<int> ReadSettingAsync(string column) =>
            ReadAsync(all, $"SELECT CAST({column} AS int) AS [Value] FROM sys.databases WHERE database_id = DB_ID()");
    }

    private static Task<int> ReadAsync(PortalDbContext db, string query) =>
        db.Database.SqlQueryRaw<int>(query).SingleAsync();
}
