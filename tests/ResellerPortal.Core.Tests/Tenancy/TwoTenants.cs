using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Tests.Metering;
using ResellerPortal.Storage.PostgreSql;
using ResellerPortal.Testing;

namespace ResellerPortal.Core.Tests.Tenancy;

/// <summary>Two resellers on PostgreSQL, the first with two customers and the second with one, each with a user and a lot.</summary>
internal sealed class TwoTenants : IAsyncDisposable
{
    private readonly TestDatabase _database;

    private TwoTenants(TestDatabase database) => _database = database;

    public ResellerId Northwind { get; private set; }

    public ResellerId Fabrikam { get; private set; }

    public CustomerId Acme { get; private set; }

    public CustomerId Neighbour { get; private set; }

    public static async Task<TwoTenants> OpenAsync(PostgreSqlFixture postgres)
    {
        var database = await postgres.OpenAsync();
        var (northwind, owner) = await database.Data.AddResellerAsync("northwind");
        var (fabrikam, rival) = await database.Data.AddResellerAsync("fabrikam");
        await database.Data.BuyAsync(owner, 10, 1);
        await database.Data.BuyAsync(rival, 10, 1);
        var acme = await database.Data.AddCustomerAsync(owner, "Acme");
        var neighbour = await database.Data.AddCustomerAsync(owner, "Neighbour");
        await database.Data.AddCustomerAsync(rival, "Initech");
        return new TwoTenants(database) { Northwind = northwind.Id, Fabrikam = fabrikam.Id, Acme = acme.Id, Neighbour = neighbour.Id };
    }

    public PortalDbContext Open(TenantScope scope) => _database.Database.Open(scope);

    /// <summary>Another portal on the same database.</summary>
    public PortalDatabase Share(int maxPoolSize = 10, string scopeKey = PostgreSqlServer.ScopeKey)
    {
        using var db = Open(TenantScope.None);
        return new PortalDatabase(
            new PostgreSqlDialect(new ScopeKey(scopeKey)),
            $"{db.Database.GetConnectionString()};Maximum Pool Size={maxPoolSize}");
    }

    /// <summary>Migrates again with another key than that of the running portal.</summary>
    public async Task MigrateAsync(string scopeKey)
    {
        await using var db = Open(TenantScope.None);
        var connection = db.Database.GetConnectionString()!;
        var dialect = new PostgreSqlDialect(new ScopeKey(scopeKey));
        await new PortalDatabase(dialect, connection).MigrateAsync(
            connection.Replace("=portal;", "=portal_owner;", StringComparison.Ordinal));
    }

    public ValueTask DisposeAsync() => _database.DisposeAsync();
}
