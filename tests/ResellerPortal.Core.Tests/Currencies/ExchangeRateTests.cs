using CsCheck;
using ResellerPortal.Core.Currencies;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Pricing;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Tests.Pricing;
using ResellerPortal.Core.Time;

namespace ResellerPortal.Core.Tests.Currencies;

public sealed class ExchangeRateTests
{
    private static readonly Currency Eur = Currency.FromCode("EUR");
    private static readonly Currency Usd = Currency.FromCode("USD");
    private static readonly BillingPeriod November = new(2026, 11);

    [Fact]
    public void Amounts_are_converted_to_the_digits_of_the_other_currency()
    {
        // ECB reference rates of 2 January 2024: 1 EUR = 1.0956 USD = 155.66 JPY.
        Assert.Equal(new Money(109_56, Usd), new ExchangeRate(1_095_600_000, Eur, Usd).Convert(new Money(100_00, Eur)));
        Assert.Equal(new Money(100_00, Eur), new ExchangeRate(1_095_600_000, Eur, Usd).Back(new Money(109_56, Usd)));
        Assert.Equal(
            new Money(1_557, Currency.FromCode("JPY")),
            new ExchangeRate(155_660_000_000, Eur, Currency.FromCode("JPY")).Convert(new Money(10_00, Eur)));
        Assert.Equal(new UnitPrice(16_434, Usd), new ExchangeRate(1_095_600_000, Eur, Usd).Convert(new UnitPrice(15_000, Eur)));
        Assert.Equal("1 EUR = 1.0956 USD", new ExchangeRate(1_095_600_000, Eur, Usd).ToString());
    }

    [Fact]
    public void An_amount_of_another_currency_is_refused()
    {
        var rate = new ExchangeRate(1_100_000_000, Eur, Usd);
        Assert.Throws<CurrencyMismatchException>(() => rate.Convert(new Money(1, Usd)));
        Assert.Throws<CurrencyMismatchException>(() => rate.Convert(new UnitPrice(1, Usd)));
        Assert.Throws<CurrencyMismatchException>(() => rate.Back(new Money(1, Eur)));
    }

    [Fact]
    public void There_and_back_is_the_amount_where_the_other_currency_is_not_coarser() =>
        Gen.Select(Gen.Long[-1_000_000_00, 1_000_000_00], Gen.Long[1_000_000_000, 200_000_000_000]).Sample((cents, nanos) =>
        {
            var rate = new ExchangeRate(nanos, Eur, Currency.FromCode("KWD"));
            Assert.Equal(new Money(cents, Eur), rate.Back(rate.Convert(new Money(cents, Eur))));
        });

    [Fact]
    public void The_rate_of_a_day_is_the_newest_that_holds_and_before_the_first_one_the_first()
    {
        var charged = Charged(
            Usd,
            (1, new DateOnly(2026, 10, 1), 1.10m),
            (2, new DateOnly(2026, 11, 1), 1.20m),
            (3, new DateOnly(2026, 11, 1), 1.21m),
            (4, new DateOnly(2026, 10, 15), 1.15m));
        Assert.Equal(
            [1.10m, 1.10m, 1.15m, 1.21m, 1.21m],
            new[] { (9, 1), (10, 14), (10, 31), (11, 1), (12, 1) }.Select(
                day => charged.GetRate(new DateOnly(2026, day.Item1, day.Item2)).Amount));
        Assert.True(Charged(Eur).GetRate(November.FirstDay).IsOne);
        Assert.Throws<InvalidOperationException>(() => Charged(Usd).GetRate(November.FirstDay));
    }

    [Theory]
    [InlineData("fixed", 22_000)] // 0.02 EUR.
    [InlineData("amount", 22_000)] // 0.015 EUR and 0.005 EUR on it.
    [InlineData("percent", 20_625)] // 0.015 EUR and 25 %.
    [InlineData("graduated", 22_000)]
    [InlineData("volume", 22_000)]
    public void Default_prices_are_converted_with_the_cost(string model, long expected)
    {
        PriceModel price = model switch
        {
            "fixed" => new Markup.FixedPrice(20_000, Eur),
            "amount" => new Markup.CostPlusAmount(5_000, Eur),
            "percent" => new Markup.CostPlusPercent(25),
            "graduated" => new GraduatedPrice([new(1_000, 20_000), new(null, 10_000)], Eur),
            _ => new VolumePrice([new(1_000, 20_000), new(null, 10_000)], Eur),
        };
        var rated = Rating.Rate(
            [Used(100)], Schedule(Charged(Usd, (1, November.FirstDay, 1.1m)), CardTerms.FromPrice(price)), Eur, November);

        Assert.Equal(new UnitPrice(expected, Usd), Assert.Single(rated.Lines).UnitPrice);
        Assert.Equal(new ExactAmount(1_500_000, Eur), rated.Cost);
        Assert.Equal((Usd, Eur), (rated.Total.Currency, rated.Revenue.Currency));
    }

    [Fact]
    public void Fee_minimum_and_packages_are_converted_and_the_customers_own_card_is_not()
    {
        var charged = Charged(Usd, (1, November.FirstDay, 1.1m));
        var terms = CardTerms.FromPrice(new PackagePrice(100, 1_000_000, Eur)) with
        {
            MonthlyFeeMinorUnits = 10_00,
            MinimumMinorUnits = 50_00,
        };
        Assert.Equal(
            [1_10L, 53_90, 11_00],
            Rating.Rate([Used(100)], Schedule(charged, terms), Eur, November).Lines.Select(l => l.Amount.MinorUnits));

        var own = CardTerms.FromPrice(new Markup.FixedPrice(20_000, Usd)) with { MonthlyFeeMinorUnits = 10_00 };
        var customer = CustomerId.New();
        RateCard[] cards = [Card(terms), Card(own, customer)];
        Assert.Equal(
            [2_00L, 10_00],
            Rating.Rate([Used(100)], new RateCardSchedule(customer, cards, charged: charged), Eur, November).Lines.Select(
                l => l.Amount.MinorUnits));
    }

    [Fact]
    public void A_month_is_priced_at_the_rate_of_its_last_day_and_late_usage_at_that_of_its_own_month()
    {
        var charged = Charged(Usd, (1, November.FirstDay, 1.1m), (2, November.LastDay, 1.2m), (3, November.Next.LastDay, 2m));
        var schedule = Schedule(charged, CardTerms.FromPrice(new Markup.FixedPrice(1_000_000, Eur)));

        var december = Rating.Rate([Used(10), Used(10) with { Day = November.Next.FirstDay }], schedule, Eur, November.Next, [Used(5)]);

        Assert.Equal([12_00L, 20_00], december.Lines.Select(l => l.Amount.MinorUnits));
        Assert.Equal((2m, new Money(16_00, Eur)), (december.Rate.Amount, december.Revenue));
    }

    [Fact]
    public void What_default_prices_come_to_is_worth_the_same_in_every_currency_but_for_rounding() =>
        Gen.Select(Gen.Long[1, 20_000].List[1, 6], PriceModelTests.Terms, Gen.Long[1_000_000_000, 9_000_000_000])
            .Sample((quantities, terms, nanos) =>
            {
                UsageItem[] usage = [.. quantities.Select((quantity, i) => Used(quantity, Usd) with { Environment = $"e{i}" })];
                var own = Rating.Rate(usage, Schedule(null, terms), Usd, November);
                var foreign = Rating.Rate(
                    usage,
                    Schedule(
                        Charged(Usd, Currency.FromCode("PLN"), (1, November.FirstDay, (decimal)nanos / ExchangeRate.NanosPerUnit)), terms),
                    Usd,
                    November);

                // Unit prices are rounded to half a millionth, lines and monthly amounts to half a minor unit; a markup may round twice.
                var tolerance = (usage.Sum(item => item.Quantity) * 0.000_003m) + (0.02m * (foreign.Lines.Count + 4));
                Assert.InRange(foreign.Revenue.Amount - own.Total.Amount, -tolerance, tolerance);
                Assert.Equal((own.Cost, own.Quantity), (foreign.Cost, foreign.Quantity));
                Assert.Equal(foreign.Total, Money.Sum(foreign.Lines.Select(l => l.Amount), Currency.FromCode("PLN")));
            });

    private static UsageItem Used(long quantity, Currency? currency = null) =>
        new(November.FirstDay.AddDays(4), "docx-to-pdf", "production", new UnitPrice(15_000, currency ?? Eur), quantity);

    private static RateCard Card(CardTerms terms, CustomerId? customer = null) =>
        new()
        {
            ResellerId = ResellerId.New(),
            CustomerId = customer,
            Version = 1,
            EffectiveFrom = November.FirstDay.AddYears(-1),
            Terms = terms,
            CreatedAtUtc = DateTimeOffset.UnixEpoch,
        };

    private static RateCardSchedule Schedule(ChargedCurrency? charged, CardTerms terms) =>
        new(CustomerId.New(), [Card(terms)], charged: charged);

    private static ChargedCurrency Charged(Currency currency, params (int Version, DateOnly From, decimal Units)[] rates) =>
        Charged(Eur, currency, rates);

    private static ChargedCurrency Charged(
        Currency ofReseller,
        Currency currency,
        params (int Version, DateOnly From, decimal Units)[] rates)
    {
        var reseller = new Reseller
        {
            Slug = "northwind",
            Name = "Northwind",
            Currency = ofReseller,
            TimeZone = "UTC",
            Address = new PostalAddress("", "", "", "LT"),
        };
        return ChargedCurrency.Create(reseller, currency, rates.Select(r => new CurrencyRate
        {
            ResellerId = reseller.Id,
            Currency = currency,
            Version = r.Version,
            EffectiveFrom = r.From,
            UnitsNanos = (long)(r.Units * ExchangeRate.NanosPerUnit),
            CreatedAtUtc = DateTimeOffset.UnixEpoch,
        }));
    }
}
