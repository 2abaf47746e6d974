using CsCheck;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Pricing;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Tests.Pricing;

public sealed class RatingTests
{
    private static readonly Currency Eur = Currency.FromCode("EUR");
    private static readonly CustomerId Acme = CustomerId.New();
    private static readonly ResellerId Northwind = ResellerId.New();
    private static readonly DateOnly October = new(2026, 10, 1);

    private static readonly Gen<UsageItem> Item = Gen.Select(
        Gen.Int[0, 30],
        Gen.OneOf("docx-to-pdf", "html-to-pdf"),
        Gen.OneOf("production", "staging"),
        Gen.Long[0, 50_000],
        Gen.Long[1, 10_000],
        (day, converter, environment, micros, quantity) => new UsageItem(
            October.AddDays(day), converter, environment, new UnitPrice(micros, Eur), quantity));

    private static readonly Gen<Markup> AnyMarkup = Gen.OneOf(
        Gen.Long[-20_000, 50_000].Select(micros => (Markup)new Markup.CostPlusAmount(micros, Eur)),
        Gen.Int[-10_000, 50_000].Select(hundredths => (Markup)new Markup.CostPlusPercent(hundredths / 100m)),
        Gen.Long[0, 50_000].Select(micros => (Markup)new Markup.FixedPrice(micros, Eur)));

    [Fact]
    public void Cost_plus_amount() =>
        Assert.Equal(24_000, new Markup.CostPlusAmount(9_000, Eur).GetPrice(new UnitPrice(15_000, Eur)).Micros);

    [Fact]
    public void Cost_plus_percentage_keeps_six_decimals() =>
        Assert.Equal(16_667, new Markup.CostPlusPercent(33.335m).GetPrice(new UnitPrice(12_500, Eur)).Micros);

    [Fact]
    public void A_fixed_price_does_not_ask_for_the_cost() =>
        Assert.Equal(20_000, new Markup.FixedPrice(20_000, Eur).GetPrice(new UnitPrice(999_999, Eur)).Micros);

    [Fact]
    public void A_price_is_never_negative() =>
        Assert.Equal(0, new Markup.CostPlusAmount(-20_000, Eur).GetPrice(new UnitPrice(15_000, Eur)).Micros);

    [Fact]
    public void Twelve_thousand_conversions_for_180_sold_at_a_quarter_more_bring_225()
    {
        var rated = Rating.Rate(
            [new UsageItem(October, "docx-to-pdf", "production", new UnitPrice(15_000, Eur), 12_000)],
            Schedule((October, new Markup.CostPlusPercent(25))),
            Eur);
        Assert.Equal(new Money(22_500, Eur), rated.Total);
        Assert.Equal(new Money(18_000, Eur), Money.Round(rated.Cost));
    }

    [Fact]
    public void A_line_is_rounded_once_not_each_conversion()
    {
        // 0.0125 each: three cost 0.0375, rounded to 0.04; rounded individually they would cost 0.03.
        var rated = Rating.Rate(
            [new UsageItem(October, "docx-to-pdf", "production", new UnitPrice(12_500, Eur), 3)],
            Schedule((October, Markup.PassThrough)),
            Eur);
        Assert.Equal(new Money(4, Eur), rated.Total);
    }

    [Fact]
    public void A_change_of_price_splits_the_month_at_the_day()
    {
        var schedule = Schedule((October, new Markup.FixedPrice(10_000, Eur)), (October.AddDays(15), new Markup.FixedPrice(20_000, Eur)));
        var rated = Rating.Rate(
            [Used(October.AddDays(14), 100), Used(October.AddDays(15), 100)],
            schedule,
            Eur);
        Assert.Equal([(10_000L, 100L), (20_000L, 100L)], rated.Lines.Select(l => (l.UnitPrice.Micros, l.Quantity)));
    }

    [Fact]
    public void A_customers_card_overrides_the_default_and_can_be_removed()
    {
        var schedule = new RateCardSchedule(Acme,
        [
            Card(1, null, October.AddDays(-30), new Markup.FixedPrice(30_000, Eur)),
            Card(2, Acme, October, new Markup.FixedPrice(20_000, Eur)),
            Card(3, Acme, October.AddDays(10), null),
            Card(4, CustomerId.New(), October, new Markup.FixedPrice(1, Eur)),
        ]);
        Assert.Equal("0.03 EUR each", schedule.GetTerms(October.AddDays(-1)).Describe(Eur));
        Assert.Equal("0.02 EUR each", schedule.GetTerms(October).Describe(Eur));
        Assert.Equal("0.03 EUR each", schedule.GetTerms(October.AddDays(10)).Describe(Eur));
    }

    [Fact]
    public void Nothing_is_lost_or_counted_twice_and_the_total_is_the_sum_of_its_lines() =>
        Gen.Select(Item.List[0, 60], AnyMarkup, AnyMarkup).Sample((usage, first, second) =>
        {
            var rated = Rating.Rate(usage, Schedule((October, first), (October.AddDays(12), second)), Eur);
            Assert.Equal(usage.Sum(u => u.Quantity), rated.Quantity);
            Assert.Equal(rated.Lines.Sum(l => l.Amount.MinorUnits), rated.Total.MinorUnits);
            Assert.Equal(usage.Sum(u => u.UnitCost.Micros * u.Quantity), rated.Cost.Micros);
            Assert.All(rated.Lines, line => Assert.Equal(Money.Round(line.UnitPrice * line.Quantity), line.Amount));
        });

    [Fact]
    public void The_order_of_usage_does_not_matter() =>
        Gen.Select(Item.List[0, 40], AnyMarkup, Gen.Int).Sample((usage, markup, seed) =>
        {
            var schedule = Schedule((October, markup));
            var shuffled = usage.ToArray();
            new Random(seed).Shuffle(shuffled);
            Assert.Equal(Rating.Rate(usage, schedule, Eur).Lines, Rating.Rate(shuffled, schedule, Eur).Lines);
        });

    private static UsageItem Used(DateOnly day, long quantity) =>
        new(day, "docx-to-pdf", "production", new UnitPrice(5_000, Eur), quantity);

    private static RateCardSchedule Schedule(params (DateOnly From, Markup Markup)[] cards) =>
        new(Acme, cards.Select((card, index) => Card(index + 1, Acme, card.From, card.Markup)));

    private static RateCard Card(int version, CustomerId? customer, DateOnly from, Markup? markup) =>
        new()
        {
            ResellerId = Northwind,
            CustomerId = customer,
            Version = version,
            EffectiveFrom = from,
            Terms = markup is null ? null : CardTerms.FromPrice(markup),
            CreatedAtUtc = DateTimeOffset.UnixEpoch,
        };
}
