using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Accounts;
using ResellerPortal.Core.Archives;
using ResellerPortal.Core.Credits;
using ResellerPortal.Core.Insights;
using ResellerPortal.Core.Invoicing;
using ResellerPortal.Core.Metering;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.PaymentEvents;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Plans;
using ResellerPortal.Core.Pricing;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Tokens;

namespace ResellerPortal.Core.Tests.Tenancy;

public sealed class TenancyTests
{
    /// <summary>Entities of the installation itself; all others must belong to a tenant.</summary>
    private static readonly Type[] Global = [
        typeof(BulkPlan), typeof(ConverterCost), typeof(PaymentComparison), typeof(UserSession), typeof(SignInFailure),
        typeof(ArchivedMonth),
    ];

    [Fact]
    public async Task Every_entity_is_filtered_by_tenant_or_global_on_purpose()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        foreach (var scope in (TenantScope[])[
            TenantScope.None, TenantScope.ForReseller(ResellerId.New()), TenantScope.ForCustomer(ResellerId.New(), CustomerId.New()),
        ])
        {
            await using var db = sqlite.Database.Open(scope);

            var unguarded = db.Model.GetEntityTypes()
                .Where(e => e.ClrType.Assembly == typeof(Reseller).Assembly
                    && !Global.Contains(e.ClrType)
                    && e.ClrType != typeof(PortalUser))
                .Where(e => !e.GetDeclaredQueryFilters().Any(f => f.Key == PortalDbContext.TenantFilter))
                .Select(e => e.ClrType.Name);

            Assert.Empty(unguarded);
        }
    }

    [Fact]
    public async Task A_reseller_reads_only_its_own_rows()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (northwind, fabrikam, _) = await TwoResellersAsync(sqlite);

        await using var db = sqlite.Database.Open(TenantScope.ForReseller(northwind.Id));

        await AssertOnlyOwnerAsync(db.Customers.Select(c => c.ResellerId), northwind.Id);
        await AssertOnlyOwnerAsync(db.ApiTokens.Select(t => t.ResellerId), northwind.Id);
        await AssertOnlyOwnerAsync(db.CreditLots.Select(l => l.ResellerId), northwind.Id);
        await AssertOnlyOwnerAsync(db.LotDraws.Select(l => l.ResellerId), northwind.Id);
        await AssertOnlyOwnerAsync(db.PlanOrders.Select(o => o.ResellerId), northwind.Id);
        await AssertOnlyOwnerAsync(db.LedgerEntries.Select(e => e.ResellerId), northwind.Id);
        await AssertOnlyOwnerAsync(db.UsageRollups.Select(r => r.ResellerId), northwind.Id);
        await AssertOnlyOwnerAsync(db.RateCards.Select(c => c.ResellerId), northwind.Id);
        await AssertOnlyOwnerAsync(db.Resellers.Select(r => r.Id), northwind.Id);
        Assert.NotEqual(northwind.Id, fabrikam.Id);
    }

    [Fact]
    public async Task A_customer_reads_its_own_rows_and_nothing_of_cost()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (northwind, _, acme) = await TwoResellersAsync(sqlite);
        await sqlite.Data.AddCustomerAsync(Actor.Portal("test", TenantScope.ForReseller(northwind.Id)), "Neighbour");

        await using var db = sqlite.Database.Open(TenantScope.ForCustomer(northwind.Id, acme.Id));

        Assert.Equal([acme.Id], await db.Customers.Select(c => c.Id).ToListAsync());
        Assert.Equal([northwind.Id], await db.Resellers.Select(r => r.Id).ToListAsync());
        Assert.NotEmpty(await db.LedgerEntries.ToListAsync());
        Assert.Empty(await db.CreditLots.ToListAsync());
        Assert.Empty(await db.LotDraws.ToListAsync());
        Assert.Empty(await db.PlanOrders.ToListAsync());
        Assert.Empty(await db.RateCards.ToListAsync());
    }

    [Fact]
    public async Task A_row_of_another_tenant_is_not_saved()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (northwind, fabrikam, _) = await TwoResellersAsync(sqlite);
        await using var db = sqlite.Database.Open(TenantScope.ForReseller(fabrikam.Id));

        db.Customers.Add(new Customer
        {
            ResellerId = northwind.Id,
            Name = "Smuggled",
            Email = "a@b.example",
            Currency = Currency.FromCode("EUR"),
            Address = new PostalAddress("", "", "", "DE"),
        });

        await Assert.ThrowsAsync<TenantViolationException>(() => db.SaveChangesAsync());
    }

    [Fact]
    public async Task A_row_is_not_moved_to_another_tenant()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (northwind, fabrikam, acme) = await TwoResellersAsync(sqlite);
        await using var db = sqlite.Database.Open(TenantScope.ForReseller(fabrikam.Id));

        // The reseller is part of a customer's key, which never changes; a membership names it beside its key.
        var stolen = new Member { UserId = Guid.NewGuid(), ResellerId = northwind.Id, CustomerId = acme.Id, Role = Role.CustomerViewer };
        db.Attach(stolen);
        db.Entry(stolen).Property(m => m.ResellerId).CurrentValue = fabrikam.Id;

        await Assert.ThrowsAsync<TenantViolationException>(() => db.SaveChangesAsync());
    }

    [Fact]
    public async Task Bulk_updates_stay_inside_the_tenant()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (_, fabrikam, acme) = await TwoResellersAsync(sqlite);
        await using var db = sqlite.Database.Open(TenantScope.ForReseller(fabrikam.Id));

        Assert.Equal(0, await db.Customers.Where(c => c.Id == acme.Id).ExecuteUpdateAsync(set => set.SetProperty(c => c.Name, "Taken")));
    }

    [Fact]
    public async Task Another_tenants_ids_find_nothing_in_any_service()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (northwind, fabrikam, acme) = await TwoResellersAsync(sqlite);
        var (own, other) = (
            Actor.Portal("test", TenantScope.ForReseller(northwind.Id)),
            Actor.Portal("test", TenantScope.ForReseller(fabrikam.Id)));
        var token = await sqlite.Data.IssueAsync(own, acme);

        Assert.Null(await new CustomerQueries(sqlite.Database, sqlite.Clock).FindDetailAsync(other, acme.Id));
        Assert.Empty(await new TokenQueries(sqlite.Database, sqlite.Clock).ListAsync(other, acme.Id));
        Assert.True((await sqlite.Data.Tokens.RevokeAsync(other, token.Token.Id)).IsRefused);
        Assert.True((await sqlite.Data.Tokens.IssueAsync(other, acme.Id, new TokenRequest("x", 1, null))).IsRefused);
        Assert.Equal(
            0,
            (await new LedgerQueries(sqlite.Database, sqlite.Clock).ReadPageAsync(
                other, new LedgerFilter(CustomerId: acme.Id), LedgerSort.Occurred, false, 0, 10)).TotalCount);
        Assert.Null(await new InvoiceQueries(sqlite.Database, sqlite.Clock).FindAsync(other, Guid.NewGuid()));
    }

    private static async Task<(Reseller Northwind, Reseller Fabrikam, Customer Acme)> TwoResellersAsync(TestDatabase sqlite)
    {
        var (northwind, owner) = await sqlite.Data.AddResellerAsync("northwind");
        var (fabrikam, other) = await sqlite.Data.AddResellerAsync("fabrikam");
        var acme = await sqlite.Data.AddCustomerAsync(owner, "Acme");
        foreach (var (actor, customer) in new[] { (owner, acme), (other, await sqlite.Data.AddCustomerAsync(other, "Initech")) })
        {
            await sqlite.Data.BuyAsync(actor, 1000, 15);
            await sqlite.Data.PriceAsync(actor, null, new Markup.CostPlusPercent(10), new DateOnly(2026, 10, 1));
            await sqlite.UseAsync((await sqlite.Data.IssueAsync(actor, customer)).Secret);
        }

        return (northwind, fabrikam, acme);
    }

    private static async Task AssertOnlyOwnerAsync(IQueryable<ResellerId> owners, ResellerId owner) =>
        Assert.Equal([owner], (await owners.ToListAsync()).Distinct());
}
