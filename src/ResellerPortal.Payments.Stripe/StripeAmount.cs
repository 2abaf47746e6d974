using System.Globalization;
using ResellerPortal.Core.Checkouts;
using ResellerPortal.Core.Monetary;

namespace ResellerPortal.Payments.Stripe;

/// <summary>
/// Money as Stripe counts it (docs.stripe.com/currencies): mostly in minor units, but some currencies in whole units, and some
/// in minor units that have to end in zeros.
/// </summary>
public static class StripeAmount
{
    private static readonly HashSet<string> Whole = [
        "BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "VND", "VUV", "XAF", "XOF", "XPF",
    ];

    private static readonly HashSet<string> Thousandths = ["BHD", "JOD", "KWD", "OMR", "TND"];

    /// <summary>Counted in hundredths, of which only whole hundreds are taken.</summary>
    private static readonly HashSet<string> WholeInHundredths = ["ISK", "UGX"];

    /// <exception cref="PaymentProviderException">Stripe cannot charge this amount to its last digit.</exception>
    public static long FromMoney(Money money)
    {
        var code = money.Currency.Code;
        var amount = money.Amount * PerUnit(code);
        var step = Thousandths.Contains(code) ? 10 : WholeInHundredths.Contains(code) ? 100 : 1;
        return amount % step == 0
            ? (long)amount
            : throw new PaymentProviderException($"{money} cannot be paid online to its last digit. Pay it by transfer.", isFinal: true);
    }

    /// <exception cref="InvalidDataException">Stripe names a currency that nobody knows, or an amount that is no whole minor
    /// unit.</exception>
    public static Money ToMoney(long amount, string code)
    {
        if (!Currency.TryParse(code.ToUpperInvariant(), out var currency))
        {
            throw new InvalidDataException($"Stripe names currency '{code}'.");
        }

        var units = (decimal)amount / PerUnit(currency.Code);
        return currency.HasWhole(units)
            ? Money.Round(units, currency)
            : throw new InvalidDataException(string.Create(CultureInfo.InvariantCulture, $"Stripe names {units} {currency}."));
    }

    private static int PerUnit(string code) => Whole.Contains(code) ? 1 : Thousandths.Contains(code) ? 1000 : 100;
}
