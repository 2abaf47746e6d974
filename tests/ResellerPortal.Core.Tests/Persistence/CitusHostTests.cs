using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using ResellerPortal.Core.Auditing;
using ResellerPortal.Core.Metering;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Tokens;
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
            await own.Database.ExecuteSqlRawAsync($"SET LOCAL portal.reseller = '{rival.Id}'");
            Assert.Equal(0, await ReadAsync(own, count));
        }

        Assert.Equal(
            0, await own.Database.ExecuteSqlRawAsync($"UPDATE \"CreditLot\" SET \"Used\" = 5 WHERE \"ResellerId\" = '{rival.Id}'"));
        var refused = await Assert.ThrowsAsync<PostgresException>(() => own.Database.ExecuteSqlRawAsync(
            $"INSERT INTO \"Logo\" (\"ResellerId\", \"Hash\", \"Image\") VALUES ('{rival.Id}', 'a', '')"));
        Assert.Contains("row-level security", refused.Message, StringComparison.Ordinal);
        Assert.Equal(1, await ReadAsync(own, count));
    }

    private static Task<int> ReadAsync(PortalDbContext db, string query) => db.Database.SqlQueryRaw<int>(query).SingleAsync();
}
