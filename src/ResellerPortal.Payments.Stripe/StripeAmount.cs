using System.Globalization;
using ResellerPortal.Core.Checkouts;
using ResellerPortal.Core.Monetary;

namespace ResellerPortal.Payments.Stripe;

/// <summary>
/// Converts money to Stripe's amounts (docs.stripe.com/currencies): usually minor units, but whole units for some currencies, and minor
/// units that must end in zeros for others.
/// </summary>
public static class StripeAmount
{
    private static readonly HashSet<string> Whole = [
        "BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "VND", "VUV", "XAF", "XOF", "XPF",
    ];

    private static readonly HashSet<string> Thousandths = ["BHD", "JOD", "KWD", "OMR", "TND"];

    /// <summary>Counted in hundredths, but only whole units are accepted.</summary>
    private static readonly HashSet<string> WholeInHundredths = ["ISK", "UGX"];

    /// <exception cref="PaymentProviderException">Stripe cannot charge this exact amount.</exception>
    public static long FromMoney(Money money)
    {
        var code = money.Currency.Code;
        var amount = money.Amount * PerUnit(code);
        var step = Thousandths.Contains(code) ? 10 : WholeInHundredths.Contains(code) ? 100 : 1;
        return amount % step == 0
            ? (long)amount
            : throw new PaymentProviderException($"{money} cannot be paid online exactly. Pay it by transfer.", isFinal: true);
    }

    /// <exception cref="InvalidDataException">Stripe returned an unknown currency, or an amount that is not a whole minor
    /// unit.</exception>
    public static Money ToMoney(long amount, string code)
    {
        if (!Currency.TryParse(code.ToUpperInvariant(), out var currency))
        {
            throw new InvalidDataException($"Stripe returned the unknown currency '{code}'.");
        }

        var units = (decimal)amount / PerUnit(currency.Code);
        return currency.HasWhole(units)
            ? Money.Round(units, currency)
            : throw new InvalidDataException(
                string.Create(CultureInfo.InvariantCulture, $"Stripe returned the invalid amount {units} {currency}."));
    }

    private static int PerUnit(string code) => Whole.Contains(code) ? 1 : Thousandths.Contains(code) ? 1000 : 100;
}
