using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.Extensions.Logging.Abstractions;
using ResellerPortal.Core.Auditing;
using ResellerPortal.Core.Credits;
using ResellerPortal.Core.Invoicing;
using ResellerPortal.Core.Metering;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Tests.Invoicing;
using ResellerPortal.Core.Tokens;
using ResellerPortal.Testing;

namespace ResellerPortal.Core.Tests.Persistence;

/// <summary>A database that is in use is migrated with its rows.</summary>
public sealed class MigrationTests(DatabaseServers databases) : IClassFixture<DatabaseServers>
{
    /// <summary>Not a distributed database, which has no way back: rows lie there by their keys.</summary>
    public static TheoryData<string> Providers => SqlServerHost.IsGiven ? ["PostgreSql", "SqlServer"] : ["PostgreSql"];

    /// <summary>The way back takes the rows to the older tables, so that the way there is taken with rows in them.</summary>
    [Theory]
    [MemberData(nameof(Providers))]
    public async Task Rows_of_before_resellers_led_their_keys_are_all_there_afterwards_and_as_protected(string provider)
    {
        await using var database = await databases.OpenAsync(provider);
        var fixture = await InvoicingFixture.OpenAsync(database);
        await fixture.InvoiceAsync();
        await fixture.InvoiceAsync();
        await SealAsync(database);
        await using var owner = database.OpenAsOwner();
        var (before, recorded) = (await CountAllAsync(owner), await ReadDrawsAsync(owner));

        if (provider == "SqlServer")
        {
            // No table goes as long as the policy names it.
            await owner.Database.ExecuteSqlRawAsync(
                "IF EXISTS (SELECT 1 FROM sys.security_policies WHERE name = N'tenant_policy') DROP SECURITY POLICY portal.tenant_policy");
        }

        await owner.GetService<IMigrator>().MigrateAsync("Moves");
        Assert.DoesNotContain(await owner.Database.GetAppliedMigrationsAsync(), m => m.EndsWith("_TenantKeys", StringComparison.Ordinal));
        await database.Database.MigrateAsync(owner.Database.GetConnectionString());

        Assert.Equal(before, await CountAllAsync(owner));
        Assert.Equal(recorded, await ReadDrawsAsync(owner));
        foreach (var table in (string[])["LedgerEntry", "LotDraw", "AuditEntry"])
        {
            await AssertRefusedAsync(owner, $"DELETE FROM \"{table}\"");
            await AssertRefusedAsync(owner, $"TRUNCATE TABLE \"{table}\"");
        }

        await fixture.InvoiceAsync();
        await SealAsync(database);
        Assert.Empty((await new AuditVerifier(database.Database).VerifyAsync()).Faults);
        await database.AssertLedgerIsCleanAsync();
    }

    private static async Task<(int Resellers, int Customers, int Tokens, int Lots, int Entries, int Events, int Invoices)> CountAllAsync(
        PortalDbContext db) => (
            await db.Resellers.CountAsync(),
            await db.Customers.CountAsync(),
            await db.ApiTokens.CountAsync(),
            await db.CreditLots.CountAsync(),
            await db.LedgerEntries.CountAsync(),
            await db.AuditEntries.CountAsync(),
            await db.Invoices.CountAsync());

    /// <returns>When each draw of the lots was recorded, which the draws have not said from the beginning.</returns>
    private static Task<List<DateTimeOffset>> ReadDrawsAsync(PortalDbContext db) =>
        db.LotDraws.OrderBy(d => d.Sequence).Select(d => d.RecordedAtUtc).ToListAsync();

    private static Task AssertRefusedAsync(PortalDbContext db, string sql) =>
        Assert.ThrowsAnyAsync<DbException>(() => db.Database.ExecuteSqlRawAsync(sql));

    private static Task SealAsync(TestDatabase database) =>
        new AuditSealingWorker(database.Database, database.Clock, NullLogger<AuditSealingWorker>.Instance).SealAsync();
}
