using ResellerPortal.Core.Insights;
using ResellerPortal.Core.Invoicing;
using ResellerPortal.Core.Plans;
using ResellerPortal.Core.Pricing;
using ResellerPortal.Core.Time;
using ResellerPortal.Testing;

namespace ResellerPortal.Core.Tests.Insights;

/// <summary>A price times a quantity near the end of the integers stopped the dashboard.</summary>
public sealed class LargestAmountsTests(DatabaseServers databases) : IClassFixture<DatabaseServers>
{
    private static readonly BillingPeriod October = new(2026, 10);

    [Theory]
    [EachProvider]
    public async Task The_highest_price_of_the_most_conversions_is_an_amount_on_every_view_and_invoice(string provider)
    {
        await using var database = await databases.OpenAsync(provider);
        var (reseller, owner) = await database.Data.AddResellerAsync("northwind", currency: "EUR");
        var highest = new Markup.FixedPrice(100_000_000_000, reseller.Currency);
        Assert.True((await database.Data.RateCards.SetAsync(
            owner, null, CardTerms.FromPrice(highest with { PriceMicros = highest.PriceMicros + 1 }), October.FirstDay)).IsRefused);
        await database.Data.PriceAsync(owner, null, highest, October.FirstDay);
        var customers = new[] { await database.Data.AddCustomerAsync(owner, "Acme"), await database.Data.AddCustomerAsync(owner, "Birch") };
        foreach (var customer in customers)
        {
            await database.Data.BuyAsync(owner, BulkPlanService.MaxConversions, 1_000_000_000);
            var token = await database.Data.IssueAsync(owner, customer);
            await database.Data.Recorder.RecordAsync(
                owner.Scope, [TestData.Fact(token, database.Clock.GetUtcNow(), BulkPlanService.MaxConversions)]);
        }

        var each = 100_000L * 100 * BulkPlanService.MaxConversions;
        var dashboard = await new ResellerDashboardQueries(database.Database, database.Clock).ReadAsync(owner);
        Assert.Equal(2 * each, dashboard.ThisMonth.Revenue.MinorUnits);
        var rows = (await new CustomerQueries(database.Database, database.Clock).ReadPageAsync(owner, "", true, 0, 10)).Rows;
        Assert.All(rows, row => Assert.Equal(each, row.ThisMonth.Revenue.MinorUnits));
        var mine = await new CustomerUsageQueries(database.Database, database.Clock).ReadAsync(TestData.CreateAdmin(customers[0]));
        Assert.Equal(each, mine.ThisMonth.Amount.MinorUnits);
        database.Clock.SetUtcNow(October.EndsAtUtc(TimeZoneInfo.Utc).AddDays(1));
        var simulated = await new PriceSimulator(database.Database, database.Clock).SimulateAsync(
            owner, null, CardTerms.FromPrice(highest));
        Assert.Equal(2 * each, simulated[^1].After.Revenue.MinorUnits);

        await database.Data.Drafter.DraftAsync(owner, October);
        var review = await new MonthEndReview(database.Database).ReviewAsync(owner, October);
        Assert.Equal(2 * each, review.Net.MinorUnits);
        foreach (var draft in review.Drafts)
        {
            Assert.Equal(
                each, (await TestData.Valued(database.Data.Invoices.FinaliseAsync(owner, draft.InvoiceId))).NetMinorUnits);
        }
    }

    [Fact]
    public async Task Costs_are_refused_above_the_highest_price_and_a_lot_grows_no_larger_than_a_plan()
    {
        await using var database = await TestDatabaseOnSqlite.OpenAsync();
        var (reseller, owner) = await database.Data.AddResellerAsync("northwind");
        var plans = new BulkPlanService(database.Database, database.Clock);
        var terms = new PlanTerms("Plan", 10, 1, "EUR", 365, PlanRenewal.OneOff, null);

        Assert.True((await plans.OfferAsync(TestData.Operator, terms with { Price = 1_000_001 })).IsRefused);
        Assert.True((await plans.OfferAsync(TestData.Operator, terms with { OveragePrice = 100_001 })).IsRefused);
        Assert.True((await plans.OfferAsync(TestData.Operator, terms with { OveragePrice = decimal.MaxValue })).IsRefused);
        Assert.True((await database.Data.Lots.SetOverageAsync(TestData.Operator, reseller.Id, 1, 100_001)).IsRefused);
        var lot = await database.Data.BuyAsync(owner, 10, 1_000_000);
        Assert.True((await database.Data.Lots.AdjustAsync(
            TestData.Operator, lot.Id, BulkPlanService.MaxConversions, "a mistake")).IsRefused);
    }
}
