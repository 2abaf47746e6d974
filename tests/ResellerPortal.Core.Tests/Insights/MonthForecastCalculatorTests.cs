using CsCheck;
using ResellerPortal.Core.Insights;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Pricing;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Time;

namespace ResellerPortal.Core.Tests.Insights;

public sealed class MonthForecastCalculatorTests
{
    private static readonly Currency Eur = Currency.FromCode("EUR");
    private static readonly CustomerId Acme = CustomerId.New();
    private static readonly DateOnly FirstOfNovember = new(2026, 11, 1);

    [Theory]
    [InlineData(1, false)]
    [InlineData(2, false)]
    [InlineData(3, true)]
    public void Nothing_is_expected_before_two_full_days(int today, bool isExpected)
    {
        var used = Enumerable.Range(1, today).Select(day => Use(day, 10)).ToList();

        Assert.Equal(isExpected, Calculate(used, today) is not null);
    }

    [Fact]
    public void A_customer_of_the_middle_of_the_month_waits_two_full_days_too()
    {
        UsageItem[] used = [Use(20, 10), Use(21, 10)];

        Assert.Null(MonthForecastCalculator.ProjectUsage(used, Day(20), Day(21)));

        // 20 used, and 10 on each of the nine days from the 22nd to the 30th.
        Assert.Equal(110, MonthForecastCalculator.ProjectUsage(used, Day(20), Day(22))!.Sum(item => item.Quantity));
    }

    [Fact]
    public void Days_left_count_as_the_last_seven_full_days()
    {
        // 1,000 on the 1st, which is more than a week ago, and 10 on each of the nine days after it.
        List<UsageItem> used = [Use(1, 1_000), .. Enumerable.Range(2, 9).Select(day => Use(day, 10))];

        // 1,090 until the 10th, and 10 on each of the 20 days from the 11th to the 30th, at 0.02.
        Assert.Equal(25_80, Calculate(used, 11)!.Value.MinorUnits);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(4)]
    [InlineData(10)]
    public void Today_counts_as_an_average_day_until_it_is_above_it(long usedToday)
    {
        List<UsageItem> used = [.. Enumerable.Range(1, 9).Select(day => Use(day, 10)), Use(10, usedToday)];

        Assert.Equal(300, MonthForecastCalculator.ProjectUsage(used, FirstOfNovember, Day(10))!.Sum(item => item.Quantity));
        Assert.Equal(
            325,
            MonthForecastCalculator.ProjectUsage([.. used, Use(10, 35 - usedToday)], FirstOfNovember, Day(10))!.Sum(i => i.Quantity));
    }

    [Fact]
    public void Monthly_fees_and_a_minimum_are_known_and_count_once()
    {
        UsageItem[] used = [.. Enumerable.Range(1, 9).Select(day => Use(day, 10))];
        var terms = CardTerms.FromPrice(new Markup.FixedPrice(20_000, Eur));

        Assert.Equal(6_00 + 25_00, Calculate(used, 10, terms with { MonthlyFeeMinorUnits = 25_00 })!.Value.MinorUnits);
        Assert.Equal(50_00, Calculate(used, 10, terms with { MinimumMinorUnits = 50_00 })!.Value.MinorUnits);
        Assert.Equal(25_00, Calculate([], 10, terms with { MonthlyFeeMinorUnits = 25_00 })!.Value.MinorUnits);
    }

    [Fact]
    public void Included_conversions_and_tiers_are_reached_as_on_the_invoice()
    {
        UsageItem[] used = [.. Enumerable.Range(1, 9).Select(day => Use(day, 10))];
        var terms = new CardTerms([new PriceRule([], new Markup.FixedPrice(20_000, Eur), Included: 250)]);

        // Nothing is charged so far; 50 of the expected 300 will be.
        Assert.Equal(0, Rating.Rate(used, Schedule(terms), Eur, new BillingPeriod(2026, 11)).Total.MinorUnits);
        Assert.Equal(1_00, Calculate(used, 10, terms)!.Value.MinorUnits);
    }

    [Fact]
    public void Corrections_do_not_make_the_days_left_negative()
    {
        UsageItem[] used = [Use(1, 100), Use(9, -60)];

        Assert.Equal(40, MonthForecastCalculator.ProjectUsage(used, FirstOfNovember, Day(10))!.Sum(item => item.Quantity));
    }

    [Fact]
    public void Fractions_of_a_day_are_not_lost_over_the_days_left() =>
        Gen.Select(Gen.Long[0, 1_000], Gen.Int[8, 30]).Sample((recent, today) =>
        {
            UsageItem[] used = recent == 0 ? [] : [Use(today - 1, recent)];

            var projected = MonthForecastCalculator.ProjectUsage(used, FirstOfNovember, Day(today))!.Sum(item => item.Quantity);

            var left = 31 - today;
            Assert.InRange(projected - recent - (recent * left / 7m), -0.5m, 0.5m);
        });

    private static DateOnly Day(int day) => new(2026, 11, day);

    private static UsageItem Use(int day, long quantity) =>
        new(Day(day), "docx-to-pdf", "production", new UnitPrice(10_000, Eur), quantity);

    private static Money? Calculate(IReadOnlyCollection<UsageItem> used, int today, CardTerms? terms = null) =>
        MonthForecastCalculator.Calculate(
            used, FirstOfNovember, Day(today), Schedule(terms ?? CardTerms.FromPrice(new Markup.FixedPrice(20_000, Eur))), Eur);

    private static RateCardSchedule Schedule(CardTerms terms) => new(
        Acme,
        [
            new RateCard
            {
                ResellerId = ResellerId.New(),
                CustomerId = Acme,
                Version = 1,
                EffectiveFrom = FirstOfNovember,
                Terms = terms,
                CreatedAtUtc = default,
            },
        ]);
}
