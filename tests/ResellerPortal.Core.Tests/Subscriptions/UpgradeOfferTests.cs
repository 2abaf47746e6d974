using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Plans;
using ResellerPortal.Core.Subscriptions;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Tests.Subscriptions;

/// <summary>What an upgrade costs and brings for the rest of a period.</summary>
public sealed class UpgradeOfferTests
{
    private static readonly Currency Eur = Currency.FromCode("EUR");
    private static readonly DateTimeOffset Start = new(2026, 11, 1, 0, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(0, 18_000, 12_000)]
    [InlineData(15, 9_000, 6_000)]
    [InlineData(20, 6_000, 4_000)]
    [InlineData(30, 0, 0)]
    [InlineData(40, 0, 0)]
    public void The_difference_is_prorated_by_what_is_left_of_the_period(int day, long conversions, long minorUnits)
    {
        var offer = PlanSubscriptionService.Offer(Subscription(12_000, 180_00), Plan(30_000, 300_00), Start.AddDays(day));

        Assert.Equal((conversions, minorUnits), (offer.Conversions, offer.About.MinorUnits));
    }

    [Fact]
    public void A_period_without_length_divides_by_nothing()
    {
        var subscription = Subscription(12_000, 180_00);
        subscription.PeriodEndUtc = subscription.PeriodStartUtc;

        Assert.Equal(0, PlanSubscriptionService.Offer(subscription, Plan(30_000, 300_00), Start).Conversions);
    }

    private static PlanSubscription Subscription(long conversions, long price) => new()
    {
        ResellerId = ResellerId.New(),
        ProviderId = "sub_1",
        PlanId = Guid.NewGuid(),
        PlanName = "Business",
        Conversions = conversions,
        PriceMinorUnits = price,
        Currency = Eur,
        Renewal = PlanRenewal.Monthly,
        StartedAtUtc = Start,
        PeriodStartUtc = Start,
        PeriodEndUtc = Start.AddDays(30),
    };

    private static BulkPlan Plan(long conversions, long price) => new()
    {
        Name = "Growth",
        Conversions = conversions,
        PriceMinorUnits = price,
        Currency = Eur,
        ValidityDays = 30,
        Renewal = PlanRenewal.Monthly,
    };
}
