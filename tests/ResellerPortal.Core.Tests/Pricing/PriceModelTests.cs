using CsCheck;
using ResellerPortal.Core.Languages;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Pricing;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Time;

namespace ResellerPortal.Core.Tests.Pricing;

/// <summary>Cards with tiers, packages, included conversions, fee, minimum and discount.</summary>
public sealed class PriceModelTests
{
    private static readonly Currency Usd = Currency.FromCode("USD");
    private static readonly CustomerId Acme = CustomerId.New();
    private static readonly BillingPeriod November = new(2026, 11);
    private static readonly BillingPeriod October = new(2026, 10);

    private static readonly Gen<UsageItem> Item = Gen.Select(
        Gen.Int[0, 29],
        Gen.OneOf("docx-to-pdf", "html-to-pdf", "pdf-to-jpg"),
        Gen.OneOf("production", "staging"),
        Gen.OneOf(5_000L, 6_000L),
        Gen.Long[1, 400],
        (day, converter, environment, micros, quantity) => new UsageItem(
            November.FirstDay.AddDays(day), converter, environment, new UnitPrice(micros, Usd), quantity));

    private static readonly Gen<List<PriceTier>> Tiers = Gen.Select(
        Gen.Int[1, 300].List[0, 4],
        Gen.Long[0, 50_000].List[5, 5],
        (steps, prices) =>
        {
            var ends = steps.Aggregate(new List<long>(), (sofar, step) => [.. sofar, (sofar.Count > 0 ? sofar[^1] : 0) + step]);
            return (List<PriceTier>)[.. ends.Select((end, i) => new PriceTier(end, prices[i])), new PriceTier(null, prices[ends.Count])];
        });

    private static readonly Gen<PriceModel> Model = Gen.OneOf(
        Gen.Long[0, 50_000].Select(micros => (PriceModel)new Markup.FixedPrice(micros, Usd)),
        Gen.Int[-50, 200].Select(percent => (PriceModel)new Markup.CostPlusPercent(percent)),
        Tiers.Select(tiers => (PriceModel)new GraduatedPrice(tiers, Usd)),
        Tiers.Select(tiers => (PriceModel)new VolumePrice(tiers, Usd)),
        Gen.Select(Gen.Long[1, 500], Gen.Long[0, 9_000_000], (size, micros) => (PriceModel)new PackagePrice(size, micros, Usd)));

    internal static readonly Gen<CardTerms> Terms = Gen.Select(
        Model,
        Gen.Long[0, 500],
        Model,
        Gen.Long[0, 500],
        Gen.Int[0, 1000],
        (some, someFree, others, othersFree, discount) =>
            new CardTerms(
                [new PriceRule(["*-to-pdf"], some, someFree), new PriceRule([], others, othersFree)], DiscountPercent: discount / 10m));

    // Worked examples of billing vendors; the pages were read in November 2026.
    [Fact]
    public void Graduated_as_autumn_counts_it() =>

        // docs.useautumn.com/documentation/modelling-pricing/graduated-pricing: 15,000 requests cost 107 dollars.
        Assert.Equal(10_700, CalculateTotal(15_000, new GraduatedPrice([new(1_000, 10_000), new(10_000, 8_000), new(null, 5_000)], Usd)));

    [Theory]
    [InlineData(true, 600_00)]
    [InlineData(false, 150_00)]
    public void Graduated_and_volume_as_zuplo_counts_them(bool isGraduated, long cents)
    {
        // zuplo.com/docs/articles/monetization/pricing-models: 15,000 units.
        PriceTier[] tiers = [new(1_000, 100_000), new(10_000, 50_000), new(null, 10_000)];
        Assert.Equal(cents, CalculateTotal(15_000, isGraduated ? new GraduatedPrice(tiers, Usd) : new VolumePrice(tiers, Usd)));
    }

    [Fact]
    public void Volume_with_a_fee_as_lago_counts_it()
    {
        // getlago.com/docs/guide/plans/charges/charge-models/volume: 65,000 API calls cost 49 dollars.
        var terms = new CardTerms(
            [new PriceRule([], new VolumePrice([new(10_000, 1_000), new(50_000, 800), new(100_000, 600), new(null, 400)], Usd))],
            MonthlyFeeMinorUnits: 10_00);
        Assert.Equal(49_00, Rate(terms, Used(65_000)).Total.MinorUnits);
    }

    [Fact]
    public void Package_with_free_units_as_lago_counts_it() =>

        // getlago.com/docs/guide/plans/charges/charge-models/package: 5 dollars per 100, the first 100 free, 201 units cost 10 dollars.
        Assert.Equal(
            10_00,
            Rate(new CardTerms([new PriceRule([], new PackagePrice(100, 5_000_000, Usd), Included: 100)]), Used(201)).Total.MinorUnits);

    [Theory]
    [InlineData(10, 1_25)]
    [InlineData(1_000_000, 1_25)]
    [InlineData(1_500_000, 2_50)]
    public void Package_as_chargebee_counts_it(long tokens, long cents) =>

        // chargebee.com/docs/billing/2.0/product-catalog/package-pricing.
        Assert.Equal(cents, CalculateTotal(tokens, new PackagePrice(1_000_000, 1_250_000, Usd)));

    [Fact]
    public void A_graduated_price_is_the_sum_conversion_by_conversion() =>
        Gen.Select(Item.List[0, 20], Tiers, Gen.Long[0, 600]).Sample((usage, tiers, included) =>
        {
            var rated = Rate(new CardTerms([new PriceRule([], new GraduatedPrice(tiers, Usd), included)]), [.. usage]);
            var expected = 0L;
            for (var n = 1L; n <= usage.Sum(u => u.Quantity); n++)
            {
                expected += n <= included ? 0 : tiers.First(t => t.UpTo is null || n - included <= t.UpTo).PriceMicros;
            }

            Assert.Equal(expected, rated.Lines.Sum(l => l.UnitPrice.Micros * l.Quantity));
        });

    [Fact]
    public void A_volume_price_is_one_price_for_all_and_a_package_every_started_one() =>
        Gen.Select(Item.List[1, 20], Tiers, Gen.Long[1, 500]).Sample((usage, tiers, size) =>
        {
            var total = usage.Sum(u => u.Quantity);
            var volume = Rate(CardTerms.FromPrice(new VolumePrice(tiers, Usd)), [.. usage]);
            Assert.Equal(
                tiers.First(t => t.UpTo is null || total <= t.UpTo).PriceMicros * total,
                volume.Lines.Sum(l => l.UnitPrice.Micros * l.Quantity));
            var packages = Assert.Single(Rate(CardTerms.FromPrice(new PackagePrice(size, 1_000_000, Usd)), [.. usage]).Lines);
            Assert.InRange(packages.Quantity * size, total, total + size - 1);
        });

    [Fact]
    public void Every_conversion_stands_on_lines_once_and_the_order_and_the_days_do_not_matter() =>
        Gen.Select(Item.List[0, 30], Terms, Gen.Int).Sample((usage, terms, seed) =>
        {
            var shuffled = usage.ToArray();
            new Random(seed).Shuffle(shuffled);
            var rated = Rate(terms, [.. usage]);
            Assert.Equal(rated.Lines, Rate(terms, shuffled).Lines);
            Assert.Equal(rated.Lines, Rate(terms, [.. usage.Select(u => u with { Day = November.FirstDay })]).Lines);
            Assert.Equal(rated.Total.MinorUnits, rated.Lines.Sum(l => l.Amount.MinorUnits));
            foreach (var group in usage.GroupBy(u => (u.Converter, u.Environment)))
            {
                var rule = terms.Rules.First(r => r.Covers(group.Key.Converter));
                var onLines = rated.Lines.Where(l => (l.Converter, l.Environment) == group.Key).Sum(l => l.Quantity);
                Assert.True(rule.Price is PackagePrice || onLines == group.Sum(u => u.Quantity));
            }

            // EN 16931, BR-27; a line is its quantity times its price, rounded once.
            Assert.All(rated.Lines, l => Assert.True(l.UnitPrice.Micros >= 0));
            Assert.All(rated.Lines, l => Assert.Equal(Money.Round(l.UnitPrice * l.Quantity), l.Amount));
        });

    [Fact]
    public void Billed_in_parts_a_month_comes_to_the_same_as_billed_at_once() =>
        Gen.Select(Item.List[0, 30], Item.List[0, 10], Item.List[0, 10], Terms).Sample((first, late, later, terms) =>
        {
            terms = terms with { DiscountPercent = 0 };
            var schedule = Schedule(terms);
            long[] parts =
            [
                CalculateExact(Rating.Rate(first, schedule, Usd, November)),
                CalculateExact(Rating.Rate(late, schedule, Usd, November.Next, first)),
                CalculateExact(Rating.Rate(later, schedule, Usd, November.Next.Next, first.Concat(late))),
            ];

            Assert.Equal(CalculateExact(Rating.Rate([.. first, .. late, .. later], schedule, Usd, November)), parts.Sum());
        });

    [Fact]
    public void Corrections_move_back_down_the_price_tiers()
    {
        var schedule = Schedule(CardTerms.FromPrice(new GraduatedPrice([new(100, 20_000), new(null, 10_000)], Usd)));
        var rated = Rating.Rate([Used(-60)], schedule, Usd, November.Next, [Used(150)]);
        Assert.Equal([(10_000L, -50L), (20_000L, -10L)], rated.Lines.Select(l => (l.UnitPrice.Micros, l.Quantity)));
        Assert.Equal(-70, rated.Total.MinorUnits);
    }

    [Fact]
    public void A_volume_tier_reached_by_late_usage_credits_what_was_billed_higher()
    {
        var schedule = Schedule(CardTerms.FromPrice(new VolumePrice([new(100, 20_000), new(null, 10_000)], Usd)));
        var rated = Rating.Rate([Used(50)], schedule, Usd, November.Next, [Used(80)]);
        Assert.Equal([(10_000L, 130L), (20_000L, -80L)], rated.Lines.Select(l => (l.UnitPrice.Micros, l.Quantity)));
    }

    [Theory]
    [InlineData(1, 30_00)]
    [InlineData(16, 15_00)]
    [InlineData(30, 1_00)]
    public void A_fee_is_shared_out_by_the_days_of_a_month_that_a_customer_was_there(int startsOn, long cents)
    {
        var terms = new CardTerms([new PriceRule([], Markup.PassThrough)], MonthlyFeeMinorUnits: 30_00);
        var schedule = new RateCardSchedule(
            Acme, [Card(1, November.FirstDay.AddYears(-1), terms)], November.FirstDay.AddDays(startsOn - 1));
        var line = Assert.Single(Rating.Rate([], schedule, Usd, November).Lines);
        Assert.Equal((LineKind.Fee, cents, 1L), (line.Kind, line.Amount.MinorUnits, line.Quantity));
        Assert.Empty(Rating.Rate([], schedule, Usd, October).Lines);
        Assert.Equal(30_00, Rating.Rate([], schedule, Usd, November.Next).Total.MinorUnits);
    }

    [Fact]
    public void A_customer_that_leaves_pays_the_fee_to_its_last_day()
    {
        var terms = new CardTerms([new PriceRule([], Markup.PassThrough)], MonthlyFeeMinorUnits: 30_00);
        var schedule = new RateCardSchedule(Acme, [Card(1, November.FirstDay, terms)], endsOn: November.FirstDay.AddDays(9));
        Assert.Equal(10_00, Rating.Rate([], schedule, Usd, November).Total.MinorUnits);
        Assert.Empty(Rating.Rate([], schedule, Usd, November.Next).Lines);
    }

    [Fact]
    public void A_change_of_card_within_a_month_shares_fees_minimum_and_included_conversions_by_days()
    {
        var before = new CardTerms([new PriceRule([], new Markup.FixedPrice(10_000, Usd), Included: 30)], MonthlyFeeMinorUnits: 30_00);
        var after = new CardTerms(
            [new PriceRule([], new Markup.FixedPrice(20_000, Usd), Included: 300)], MonthlyFeeMinorUnits: 60_00, MinimumMinorUnits: 30_00);
        var schedule = new RateCardSchedule(Acme, [Card(1, October.FirstDay, before), Card(2, November.FirstDay.AddDays(10), after)]);

        var lines = Rating.Rate([Used(100), Used(100, day: 20)], schedule, Usd, November).Lines;

        // Ten days on the first card, twenty on the second.
        Assert.Equal(
            [
                (LineKind.Usage, 90L, 90L), (LineKind.Included, 10L, 0L), (LineKind.Fee, 1L, 10_00L),
                (LineKind.Included, 100L, 0L), (LineKind.Minimum, 1L, 20_00L), (LineKind.Fee, 1L, 40_00L),
            ],
            lines.Select(l => (l.Kind, l.Quantity, l.Amount.MinorUnits)));
        Assert.Equal("docx → pdf, production, 1 to 10 November", lines[0].Describe(DocumentLanguage.English));
        Assert.Equal("Monthly fee, 11 to 30 November", lines[^1].Describe(DocumentLanguage.English));
    }

    [Fact]
    public void A_minimum_is_for_usage_after_the_discount_and_late_usage_fills_it_first()
    {
        var schedule = Schedule(new CardTerms(
            [new PriceRule([], new Markup.FixedPrice(100_000, Usd))],
            MonthlyFeeMinorUnits: 5_00,
            MinimumMinorUnits: 50_00,
            DiscountPercent: 10));

        var own = Rating.Rate([Used(400)], schedule, Usd, November);
        Assert.Equal(
            [(LineKind.Usage, 40_00L), (LineKind.Discount, -4_00L), (LineKind.Minimum, 14_00L), (LineKind.Fee, 5_00L)],
            own.Lines.Select(l => (l.Kind, l.Amount.MinorUnits)));
        var late = Rating.Rate([Used(200)], schedule, Usd, November.Next, [Used(400)]).Lines.Where(l => l.Month == November);
        Assert.Equal(
            [(LineKind.Usage, 20_00L), (LineKind.Discount, -2_00L), (LineKind.Minimum, -14_00L)],
            late.Select(l => (l.Kind, l.Amount.MinorUnits)));
        Assert.Equal(55_00, Rating.Rate([], schedule, Usd, November).Total.MinorUnits);
    }

    [Theory]
    [InlineData("JPY", 500, 250)]
    [InlineData("KWD", 5_000, 2_500)]
    public void Fees_and_discounts_keep_to_the_minor_unit_of_their_currency(string code, long fee, long half)
    {
        var currency = Currency.FromCode(code);
        var schedule = new RateCardSchedule(
            Acme,
            [
                Card(
                    1,
                    November.FirstDay,
                    new CardTerms(
                        [new PriceRule([], new Markup.FixedPrice(333_333, currency))], MonthlyFeeMinorUnits: fee, DiscountPercent: 33.33m)),
            ],
            November.FirstDay.AddDays(15));
        var rated = Rating.Rate([Used(7) with { UnitCost = new UnitPrice(1, currency) }], schedule, currency, November);
        Assert.Equal(half, rated.Lines[^1].Amount.MinorUnits);
        Assert.All(rated.Lines, l => Assert.Equal(Money.Round(l.UnitPrice * l.Quantity), l.Amount));
    }

    [Fact]
    public void The_first_rule_that_covers_a_converter_prices_it()
    {
        var terms = new CardTerms([
            new PriceRule(["pdf-to-*"], new Markup.FixedPrice(1, Usd)),
            new PriceRule(["*-to-pdf", "docx-to-odt"], new Markup.FixedPrice(2, Usd)),
            new PriceRule([], new Markup.FixedPrice(3, Usd)),
        ]);
        string[] converters = ["pdf-to-jpg", "pdf-to-pdf", "docx-to-pdf", "docx-to-odt", "docx-to-txt"];
        Assert.Equal(
            [1L, 1L, 2L, 2L, 3L], converters.Select(c => Rate(terms, Used(1) with { Converter = c }).Lines.Single().UnitPrice.Micros));
    }

    private static long CalculateTotal(long quantity, PriceModel price) =>
        Rate(CardTerms.FromPrice(price), Used(quantity)).Total.MinorUnits;

    private static RatedUsage Rate(CardTerms terms, params UsageItem[] usage) => Rating.Rate(usage, Schedule(terms), Usd, November);

    /// <summary>Before any rounding.</summary>
    private static long CalculateExact(RatedUsage rated) => rated.Lines.Sum(l => l.UnitPrice.Micros * l.Quantity);

    private static UsageItem Used(long quantity, int day = 0) =>
        new(November.FirstDay.AddDays(day), "docx-to-pdf", "production", new UnitPrice(5_000, Usd), quantity);

    private static RateCardSchedule Schedule(CardTerms terms) => new(Acme, [Card(1, November.FirstDay.AddYears(-1), terms)]);

    private static RateCard Card(int version, DateOnly from, CardTerms terms) =>
        new()
        {
            ResellerId = ResellerId.New(),
            CustomerId = Acme,
            Version = version,
            EffectiveFrom = from,
            Terms = terms,
            CreatedAtUtc = DateTimeOffset.UnixEpoch,
        };
}
