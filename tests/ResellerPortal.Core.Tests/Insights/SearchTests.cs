using ResellerPortal.Core.Access;
using ResellerPortal.Core.Insights;
using ResellerPortal.Core.Metering;
using ResellerPortal.Core.Pricing;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Tests.Invoicing;
using ResellerPortal.Testing;

namespace ResellerPortal.Core.Tests.Insights;

public sealed class SearchTests(DatabaseServers databases) : IClassFixture<DatabaseServers>
{
    [Theory]
    [EachProvider]
    public async Task Members_find_what_is_theirs_and_nothing_of_others(string provider)
    {
        await using var database = await databases.OpenAsync(provider);
        var (northwind, owner) = await database.Data.AddResellerAsync("northwind");
        var (_, stranger) = await database.Data.AddResellerAsync("fabrikam");
        await database.Data.BuyAsync(owner, 100, 1);
        await database.Data.PriceAsync(owner, null, new Markup.FixedPrice(20_000, northwind.Currency), new DateOnly(2026, 10, 1));
        var acme = await database.Data.AddCustomerAsync(owner, "Acme Publishing");
        var blue = await database.Data.AddCustomerAsync(owner, "Blue");
        await database.Data.AddCustomerAsync(stranger, "Acme of Fabrikam");
        var token = await database.Data.IssueAsync(owner, acme);
        await database.UseAsync(token.Secret, 3);
        var request = Assert.Single((await new LedgerQueries(database.Database, database.Clock).ReadPageAsync(
            owner, new LedgerFilter(), LedgerSort.Occurred, false, 0, 10)).Rows).RequestId;
        var search = new SearchQueries(database.Database);
        var ending = token.Token.SecretEnding;

        Assert.Equal([(SearchKind.Customer, "Acme Publishing")], await FindAsync(owner, " aCME p"));
        Assert.Equal([(SearchKind.Token, $"{token.Token.Environment} …{ending}")], await FindAsync(owner, ending));
        Assert.Equal([(SearchKind.LedgerEntry, $"Request {request}")], await FindAsync(owner, request.ToString()));
        Assert.Empty(await FindAsync(owner, "a"));
        Assert.Empty(await FindAsync(owner, "%"));
        Assert.Equal([(SearchKind.Reseller, northwind.Name)], await FindAsync(TestData.Operator, "NORTH"));

        var (member, other) = (TestData.CreateAdmin(acme), TestData.CreateAdmin(blue));
        Assert.Equal([SearchKind.Token], (await FindAsync(member, ending)).Select(h => h.Kind));
        Assert.Equal([SearchKind.LedgerEntry], (await FindAsync(member, request.ToString())).Select(h => h.Kind));
        Assert.Empty(await FindAsync(member, "Publishing"));
        foreach (var text in (string[])[ending, request.ToString(), "Publishing"])
        {
            Assert.Empty(await FindAsync(other, text));
            Assert.Empty(await FindAsync(stranger, text));
        }

        var filter = new LedgerFilter(RequestId: request);
        var ledger = new LedgerQueries(database.Database, database.Clock);
        Assert.Equal(1, (await ledger.ReadPageAsync(owner, filter, LedgerSort.Occurred, false, 0, 10)).TotalCount);
        Assert.Equal(0, (await ledger.ReadPageAsync(stranger, filter, LedgerSort.Occurred, false, 0, 10)).TotalCount);

        async Task<IEnumerable<(SearchKind Kind, string Title)>> FindAsync(Actor actor, string text) =>
            (await search.SearchAsync(actor, text)).Select(hit => (hit.Kind, hit.Title));
    }

    [Fact]
    public async Task A_customer_finds_its_invoices_once_they_are_finalised()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var fixture = await InvoicingFixture.OpenAsync(sqlite);
        var invoice = await fixture.InvoiceAsync();
        var search = new SearchQueries(sqlite.Database);

        foreach (var actor in (Actor[])[fixture.Owner, TestData.CreateAdmin(fixture.Customer)])
        {
            var hit = Assert.Single(await search.SearchAsync(actor, invoice.Number!.ToLowerInvariant()));
            Assert.Equal((SearchKind.Invoice, invoice.Id, (CustomerId?)fixture.Customer.Id), (hit.Kind, hit.Id, hit.CustomerId));
        }
    }
}
