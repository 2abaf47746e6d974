using ResellerPortal.Core.Checkouts;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Payments.Stripe;

namespace ResellerPortal.Web.Tests.Payments;

/// <summary>Currencies on docs.stripe.com/currencies that do not have two decimals.</summary>
public sealed class StripeAmountTests
{
    [Theory]
    [InlineData("EUR", "12.10", 1210)]
    [InlineData("JPY", "500", 500)]
    [InlineData("KWD", "5.120", 5120)]
    [InlineData("ISK", "5", 500)]
    [InlineData("CLP", "700", 700)]
    public void An_amount_goes_to_Stripe_and_comes_back_the_same(string code, string amount, long atStripe)
    {
        var money = Money.Round(decimal.Parse(amount, System.Globalization.CultureInfo.InvariantCulture), Currency.FromCode(code));

        Assert.Equal(atStripe, StripeAmount.FromMoney(money));
        Assert.Equal(money, StripeAmount.ToMoney(atStripe, code.ToLowerInvariant()));
    }

    [Theory]
    [InlineData("KWD", 5_124)]
    public void What_Stripe_cannot_charge_to_its_last_digit_is_refused(string code, long minorUnits) =>
        Assert.True(
            Assert.Throws<PaymentProviderException>(() => StripeAmount.FromMoney(new Money(minorUnits, Currency.FromCode(code)))).IsFinal);

    [Fact]
    public void An_unknown_currency_is_refused() => Assert.Throws<InvalidDataException>(() => StripeAmount.ToMoney(100, "xyz"));
}
