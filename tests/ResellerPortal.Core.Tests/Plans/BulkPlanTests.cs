using ResellerPortal.Core.Plans;
using ResellerPortal.Testing;

namespace ResellerPortal.Core.Tests.Plans;

/// <summary>The operator's catalogue, and orders that keep the terms they were placed at.</summary>
public sealed class BulkPlanTests
{
    private static readonly PlanTerms Terms = new("Business 12,000", 12_000, 180, "EUR", 365, PlanRenewal.OneOff, 0.03m);

    [Fact]
    public async Task A_plan_of_the_same_name_or_of_impossible_terms_is_refused()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var plans = new BulkPlanService(sqlite.Database, sqlite.Clock);
        var plan = (await plans.OfferAsync(TestData.Operator, Terms)).Value;
        Assert.Equal((180_00, 30_000), (plan.PriceMinorUnits, plan.OveragePriceMicros));

        PlanTerms[] refused =
        [
            Terms,
            Terms with { Name = " " },
            Terms with { Name = "None", Conversions = 0 },
            Terms with { Name = "Many", Conversions = BulkPlanService.MaxConversions + 1 },
            Terms with { Name = "Paid to take", Price = -1 },
            Terms with { Name = "Nowhere", Currency = "XXX" },
            Terms with { Name = "Over at once", ValidityDays = 0 },
            Terms with { Name = "Free overage", OveragePrice = -0.01m },
        ];
        foreach (var terms in refused)
        {
            Assert.NotEmpty((await plans.OfferAsync(TestData.Operator, terms)).Refusal!.Message);
        }
    }

    [Fact]
    public async Task An_archived_plan_cannot_be_ordered_and_what_was_ordered_keeps_its_terms()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var plans = new BulkPlanService(sqlite.Database, sqlite.Clock);
        var (_, owner) = await sqlite.Data.AddResellerAsync("northwind");
        var plan = (await plans.OfferAsync(TestData.Operator, Terms)).Value;
        var key = Guid.NewGuid();
        var order = (await sqlite.Data.Orders.OrderAsync(owner, plan.Id, key)).Value;

        Assert.NotNull((await plans.SetOfferedAsync(TestData.Operator, plan.Id, isOffered: false)).Value);

        Assert.NotNull((await sqlite.Data.Orders.OrderAsync(owner, plan.Id, Guid.NewGuid())).Refusal);
        Assert.Equal(order.Id, (await sqlite.Data.Orders.OrderAsync(owner, plan.Id, key)).Value.Id);
        Assert.Equal((12_000, 180_00), (order.Conversions, order.PriceMinorUnits));
    }
}
