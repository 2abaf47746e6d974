using CsCheck;
using ResellerPortal.Core.Monetary;

namespace ResellerPortal.Core.Tests.Monetary;

public sealed class MoneyTests
{
    private static readonly Currency Eur = Currency.FromCode("EUR");

    [Theory]
    [InlineData("EUR", 1_005_000, 101)]
    [InlineData("EUR", -1_005_000, -101)]
    [InlineData("EUR", 1_004_999, 100)]
    [InlineData("JPY", 1_500_000, 2)]
    [InlineData("JPY", 1_499_999, 1)]
    [InlineData("KWD", 1_000_500, 1001)]
    public void Half_a_minor_unit_rounds_away_from_zero(string currency, long micros, long minorUnits) =>
        Assert.Equal(minorUnits, Money.Round(new ExactAmount(micros, Currency.FromCode(currency))).MinorUnits);

    [Fact]
    public void Rounding_is_never_off_by_more_than_half_a_minor_unit() =>
        Gen.Select(Gen.Long[-1_000_000_000_000, 1_000_000_000_000], Gen.OneOf("EUR", "JPY", "KWD")).Sample((micros, code) =>
        {
            var currency = Currency.FromCode(code);
            var error = Math.Abs(Money.Round(new ExactAmount(micros, currency)).Amount - ((decimal)micros / UnitPrice.MicrosPerUnit));
            return error <= 0.5m / currency.MinorUnitsPerUnit;
        });

    [Fact]
    public void Rounding_mirrors_around_zero() =>
        Gen.Long[-1_000_000_000_000, 1_000_000_000_000].Sample(micros =>
            Money.Round(new ExactAmount(-micros, Eur)) == -Money.Round(new ExactAmount(micros, Eur)));

    [Fact]
    public void Two_currencies_are_never_added() =>
        Assert.Throws<CurrencyMismatchException>(() => new Money(1, Eur) + new Money(1, Currency.FromCode("USD")));

    [Fact]
    public void An_amount_too_large_for_64_bits_is_refused() =>
        Assert.Throws<OverflowException>(() => Money.Round(new UnitPrice(long.MaxValue, Eur) * long.MaxValue));

    [Theory]
    [InlineData(12_500, "0.0125 EUR")]
    [InlineData(1_000_000, "1.00 EUR")]
    [InlineData(1, "0.000001 EUR")]
    public void A_unit_price_shows_up_to_six_decimals_without_trailing_zeros(long micros, string text) =>
        Assert.Equal(text, new UnitPrice(micros, Eur).ToString());

    [Fact]
    public void A_plan_price_is_spread_over_its_conversions() =>
        Assert.Equal(new UnitPrice(15_000, Eur), UnitPrice.Spread(new Money(18_000, Eur), 12_000));

    [Fact]
    public void An_unknown_currency_is_refused_with_what_to_do() =>
        Assert.Contains("ISO 4217", Assert.Throws<FormatException>(() => Currency.FromCode("XXX")).Message, StringComparison.Ordinal);
}
