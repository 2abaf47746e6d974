using CsCheck;
using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Invoicing;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Pricing;
using ResellerPortal.Core.Taxes;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Time;

namespace ResellerPortal.Core.Tests.Pricing;

public sealed class TaxIncludedTests
{
    private static readonly Currency Usd = Currency.FromCode("USD");
    private static readonly BillingPeriod November = new(2026, 11);

    [Theory]
    [InlineData(
        10_00,
        500,
        9_52,
        48)] // 10 dollars with 5%, read in November 2026:
    // developer.broadleafcommerce.com/shared-concepts/cart-and-order-concepts/vat-taxes
    [InlineData(1_00, 1000, 91, 9)] // Square's TaxInclusionType: 1 dollar with 10%.
    [InlineData(
        2_99, 400, 2_88, 11)] // docs.zuora.com, rounding rule for inclusive tax mode, the net amount is rounded: 2.99 dollars with 4%.
    public void A_price_including_tax_is_split_into_net_and_tax(long price, int basisPoints, long net, long tax)
    {
        var rated = Rate(CardTerms.FromPrice(new Markup.FixedPrice(price * 10_000, Usd)), basisPoints, Used(1));
        Assert.Equal((net, tax), (rated.Total.MinorUnits, rated.CalculateTax(basisPoints).MinorUnits));
    }

    [Fact]
    public void Lines_and_tax_come_to_what_the_card_says_and_the_tax_is_that_of_the_lines_to_a_minor_unit() =>
        Gen.Select(Gen.Long[1, 20_000].List[1, 6], PriceModelTests.Terms, Gen.Int[1, 2_700], Gen.Long[0, 9_999])
            .Sample((quantities, terms, basisPoints, fee) =>
            {
                terms = terms with { MonthlyFeeMinorUnits = fee };
                UsageItem[] usage = [.. quantities.Select((quantity, i) => Used(quantity) with { Environment = $"e{i}" })];
                var card = Rate(terms, 0, usage).Total;
                var rated = Rate(terms, basisPoints, usage);
                Assert.Equal(card, rated.Total + rated.CalculateTax(basisPoints));
                Assert.Equal(rated.Total, Money.Sum(rated.Lines.Select(l => l.Amount), Usd));
                Assert.InRange((rated.CalculateTax(basisPoints) - TaxCalculation.CalculateTax(rated.Total, basisPoints)).MinorUnits, -1, 1);
            });

    [Fact]
    public void No_tax_is_split_off_where_none_is_charged()
    {
        var rated = Rate(CardTerms.FromPrice(new Markup.FixedPrice(123_456, Usd)), 0, Used(1_000));
        Assert.Equal((123_456, 123_46), (rated.Lines[0].UnitPrice.Micros, rated.Total.MinorUnits));
    }

    [Fact]
    public async Task An_invoice_of_tax_inclusive_prices_totals_those_prices()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (_, owner) = await sqlite.Data.AddResellerAsync("northwind");
        await sqlite.Data.BuyAsync(owner, 12_000, 180);
        await sqlite.Data.PriceAsync(
            owner,
            null,
            CardTerms.FromPrice(new Markup.FixedPrice(100_000, Currency.FromCode("EUR"))) with { IncludesTax = true },
            new DateOnly(2026, 10, 1));
        foreach (var (name, tax) in ((string, TaxTreatment)[])[("At home", TaxTreatment.Standard), ("Abroad", TaxTreatment.OutsideScope)])
        {
            await sqlite.UseAsync(
                (await sqlite.Data.IssueAsync(owner, await sqlite.Data.AddCustomerAsync(owner, name, tax))).Secret, 1_000);
        }

        sqlite.Clock.SetUtcNow(new DateTimeOffset(2026, 11, 1, 12, 0, 0, TimeSpan.Zero));
        await sqlite.Data.Drafter.DraftAsync(owner, new BillingPeriod(2026, 10));
        await using var db = sqlite.OpenAll();
        var drafts = await db.Invoices.OrderBy(i => i.TaxMinorUnits).ToListAsync();
        Assert.Equal([(100_00L, 0L), (82_64, 17_36)], drafts.Select(i => (i.NetMinorUnits, i.TaxMinorUnits)));
    }

    [Fact]
    public async Task A_tax_inclusive_price_below_cost_carries_a_warning()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (_, owner) = await sqlite.Data.AddResellerAsync("northwind");
        await sqlite.Data.BuyAsync(owner, 1_000, 100);
        var price = CardTerms.FromPrice(new Markup.FixedPrice(110_000, Currency.FromCode("EUR")));
        Assert.Null((await sqlite.Data.PriceAsync(owner, null, price, new DateOnly(2026, 10, 1))).Warning);
        Assert.Contains(
            "0.090909 EUR",
            (await sqlite.Data.PriceAsync(owner, null, price with { IncludesTax = true }, new DateOnly(2026, 10, 1))).Warning,
            StringComparison.Ordinal);
    }

    private static RatedUsage Rate(CardTerms terms, int basisPoints, params UsageItem[] usage)
    {
        terms = basisPoints > 0 ? terms with { IncludesTax = true } : terms;
        var card = new RateCard
        {
            ResellerId = ResellerId.New(),
            Version = 1,
            EffectiveFrom = November.FirstDay,
            Terms = terms,
            CreatedAtUtc = DateTimeOffset.UnixEpoch,
        };
        return Rating.Rate(usage, new RateCardSchedule(CustomerId.New(), [card], taxOn: _ => basisPoints), Usd, November);
    }

    private static UsageItem Used(long quantity) =>
        new(November.FirstDay, "docx-to-pdf", "production", new UnitPrice(5_000, Usd), quantity);
}
