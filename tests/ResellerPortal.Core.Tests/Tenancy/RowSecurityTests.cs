using Microsoft.EntityFrameworkCore;
using Npgsql;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Tests.Metering;
using ResellerPortal.Storage.SqlServer;

namespace ResellerPortal.Core.Tests.Tenancy;

/// <summary>Tenant isolation enforced by the database itself, whatever statement is sent.</summary>
public sealed class RowSecurityTests(PostgreSqlFixture postgres) : IClassFixture<PostgreSqlFixture>
{
    [Fact]
    public async Task PostgreSQL_protects_every_table_that_a_tenant_owns()
    {
        await using var database = await postgres.OpenAsync();
        await using var db = database.OpenAll();

        var isProtected = await db.Database.SqlQueryRaw<string>(
            "SELECT c.relname AS \"Value\" FROM pg_class c JOIN pg_policy p ON p.polrelid = c.oid WHERE c.relrowsecurity AND "
                + "c.relforcerowsecurity").ToListAsync();

        Assert.Equal(TenantTables.FromModel(db).Keys.Order(), isProtected.Order());
    }

    [Fact]
    public async Task PostgreSQL_shows_a_scope_its_own_rows_alone_to_any_statement()
    {
        await using var database = await postgres.OpenAsync();
        var (northwind, owner) = await database.Data.AddResellerAsync("northwind");
        var (fabrikam, rival) = await database.Data.AddResellerAsync("fabrikam");
        await database.Data.BuyAsync(owner, 10, 1);
        await database.Data.BuyAsync(rival, 10, 1);
        var acme = await database.Data.AddCustomerAsync(owner, "Acme");
        await database.Data.AddCustomerAsync(owner, "Neighbour");
        await database.Data.AddCustomerAsync(rival, "Initech");

        await using var all = database.OpenAll();
        await using var ofReseller = database.Database.Open(TenantScope.ForReseller(northwind.Id));
        await using var ofCustomer = database.Database.Open(TenantScope.ForCustomer(northwind.Id, acme.Id));
        await using var ofNobody = database.Database.Open(TenantScope.None);

        Assert.Equal("3, 2, 1, 0", await CountsAsync("SELECT count(*) AS \"Value\" FROM \"Customer\""));
        Assert.Equal("2, 1, 0, 0", await CountsAsync("SELECT count(*) AS \"Value\" FROM \"CreditLot\""));
        Assert.Equal("2, 1, 1, 0", await CountsAsync("SELECT count(*) AS \"Value\" FROM \"Reseller\""));
        Assert.Equal(
            (0, 0, 0),
            (await UpdateAsync(ofReseller, fabrikam), await UpdateAsync(ofCustomer, fabrikam), await UpdateAsync(ofNobody, northwind)));
        var refused = await Assert.ThrowsAsync<PostgresException>(() => ofReseller.Database.ExecuteSqlRawAsync(
            "INSERT INTO \"Logo\" (\"ResellerId\", \"Hash\", \"Image\") VALUES ({0}, 'x', '\\x00')", fabrikam.Id.Value));
        Assert.Equal("42501", refused.SqlState);

        async Task<string> CountsAsync(string sql)
        {
            var counts = new List<long>();
            foreach (var db in (PortalDbContext[])[all, ofReseller, ofCustomer, ofNobody])
            {
                counts.Add(await db.Database.SqlQueryRaw<long>(sql).SingleAsync());
            }

            return string.Join(", ", counts);
        }

        static Task<int> UpdateAsync(PortalDbContext db, Reseller reseller) =>
            db.Database.ExecuteSqlRawAsync("UPDATE \"Reseller\" SET \"Name\" = 'taken' WHERE \"Id\" = {0}", reseller.Id.Value);
    }

    [Fact]
    public async Task A_connection_that_goes_back_to_the_pool_takes_no_scope_along()
    {
        await using var database = await postgres.OpenAsync();
        await database.Data.AddResellerAsync("northwind");
        string connection;
        await using (var all = database.OpenAll())
        {
            Assert.Equal(1, await all.Resellers.CountAsync());
            connection = all.Database.GetConnectionString()!;
        }

        await using var plain = new NpgsqlConnection(connection);
        await plain.OpenAsync();
        await using var command = new NpgsqlCommand("SELECT count(*) FROM \"Reseller\"", plain);

        Assert.Equal(0L, await command.ExecuteScalarAsync());
    }

    [Fact]
    public async Task The_script_for_SQL_Server_covers_every_table_that_a_tenant_owns()
    {
        await using var database = await TestDatabaseOnSqlite.OpenAsync();
        await using var db = database.OpenAll();
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(root.FullName, "ResellerPortal.sln")))
        {
            root = root.Parent!;
        }

        var file = await File.ReadAllTextAsync(Path.Combine(root.FullName, "deploy", "sqlserver", "row-level-security.sql"));

        Assert.Equal(RowSecurityScript.For(TenantTables.FromModel(db)), file);
    }
}
