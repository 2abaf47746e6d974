using ResellerPortal.Core.Access;
using ResellerPortal.Core.Insights;
using ResellerPortal.Core.Invoicing;
using ResellerPortal.Core.Metering;
using ResellerPortal.Core.Plans;
using ResellerPortal.Core.Pricing;
using ResellerPortal.Testing;

namespace ResellerPortal.Core.Tests.Insights;

/// <summary>Read models return the same figures on every available database provider.</summary>
public sealed class ViewsTests(DatabaseServers databases) : IClassFixture<DatabaseServers>
{
    [Theory]
    [EachProvider]
    public async Task Every_view_of_a_reseller_and_a_customer_agrees(string provider)
    {
        await using var database = await databases.OpenAsync(provider);
        var (reseller, owner) = await database.Data.AddResellerAsync("northwind");
        await database.Data.BuyAsync(owner, 100, 1);
        await database.Data.PriceAsync(owner, null, new Markup.FixedPrice(20_000, reseller.Currency), new DateOnly(2026, 10, 1));
        var acme = await database.Data.AddCustomerAsync(owner, "Acme");
        await database.Data.AddCustomerAsync(owner, "Blue");
        var token = await database.Data.IssueAsync(owner, acme, limit: 60);
        await database.UseAsync(token.Secret, 40);
        var views = new CustomerQueries(database.Database, database.Clock);

        var customers = await views.ReadPageAsync(owner, "acm", descending: true, 0, 10);
        var dashboard = await new ResellerDashboardQueries(database.Database, database.Clock).ReadAsync(owner);
        var mine = await new CustomerUsageQueries(database.Database, database.Clock).ReadAsync(TestData.CreateAdmin(acme));
        var ledger = await new LedgerQueries(database.Database, database.Clock).ReadPageAsync(
            owner, new LedgerFilter(CustomerId: acme.Id), LedgerSort.Occurred, true, 0, 10);
        var own = await new CustomerLedgerQueries(database.Database).ReadPageAsync(TestData.CreateAdmin(acme), 0, 10);

        var row = Assert.Single(customers.Rows);
        Assert.Equal(
            (1, 40L, 80L, 40L),
            (row.ActiveTokens, row.ThisMonth.Conversions, row.ThisMonth.Revenue.MinorUnits, row.ThisMonth.Cost.MinorUnits));
        Assert.Equal((60L, 40L, 80L), (dashboard.ConversionsLeft, dashboard.ThisMonth.Conversions, dashboard.ThisMonth.Revenue.MinorUnits));
        Assert.Equal((40L, 80L), (mine.ThisMonth.Conversions, mine.ThisMonth.Amount.MinorUnits));
        Assert.Equal((1, 400_000L), (ledger.TotalCount, Assert.Single(ledger.Rows).Cost.Micros));
        Assert.Equal((1L, 40L), (own.TotalCount, Assert.Single(own.Rows).Quantity));
        Assert.Single(dashboard.Alerts);
        Assert.Equal(2, (await views.ListNamesAsync(owner)).Count);
        Assert.Equal(40, (await views.FindDetailAsync(owner, acme.Id))!.Months[^1].Summary.Conversions);
        Assert.Empty((await new InvoiceQueries(database.Database, database.Clock).ReadPageAsync(
            owner, new InvoiceFilter(CustomerId: acme.Id), InvoiceSort.Month, true, 0, 10)).Rows);
        Assert.Single((await new PlanQueries(database.Database).ListAllOrdersAsync(TestData.Operator, 0, 10)).Rows);
        Assert.Equal(2, Assert.Single(await new PlanQueries(database.Database).ListResellersAsync(TestData.Operator)).Customers);
        Assert.Equal(
            [Permission.OrdersConfirm],
            (await new Core.Auditing.HistoryQueries(database.Database, database.Clock).ReadPageAsync(
                owner, new Core.Auditing.HistoryFilter("orders."), 0, 10)).Rows.Select(r => r.Entry.Action));
        await database.AssertLedgerIsCleanAsync();
    }

    [Theory]
    [EachProvider]
    public async Task A_price_that_begins_within_a_month_splits_it_in_every_view(string provider)
    {
        await using var database = await databases.OpenAsync(provider);
        var (reseller, owner) = await database.Data.AddResellerAsync("northwind");
        await database.Data.BuyAsync(owner, 100, 1);
        await database.Data.PriceAsync(owner, null, new Markup.FixedPrice(20_000, reseller.Currency), new DateOnly(2026, 10, 1));
        await database.Data.PriceAsync(owner, null, new Markup.FixedPrice(50_000, reseller.Currency), new DateOnly(2026, 10, 20));
        var acme = await database.Data.AddCustomerAsync(owner, "Acme");
        var token = await database.Data.IssueAsync(owner, acme);
        await database.UseAsync(token.Secret, 10);
        database.Clock.Advance(TimeSpan.FromDays(6));
        await database.UseAsync(token.Secret, 10);

        // 10 at 0.02 and 10 at 0.05.
        Assert.Equal(
            70, (await new ResellerDashboardQueries(database.Database, database.Clock).ReadAsync(owner)).ThisMonth.Revenue.MinorUnits);
        Assert.Equal(
            70,
            (await new CustomerUsageQueries(database.Database, database.Clock).ReadAsync(
                TestData.CreateAdmin(acme))).ThisMonth.Amount.MinorUnits);
        Assert.Equal(
            70,
            Assert.Single((await new CustomerQueries(database.Database, database.Clock).ReadPageAsync(
                owner, null, false, 0, 10)).Rows).ThisMonth.Revenue.MinorUnits);
    }
}
