using System.Globalization;

namespace ResellerPortal.Core.Monetary;

/// <summary>What one conversion costs or is charged at, in millionths of the currency unit.</summary>
public readonly record struct UnitPrice(long Micros, Currency Currency)
{
    public const long MicrosPerUnit = 1_000_000;

    public static UnitPrice Zero(Currency currency) => new(0, currency);

    /// <summary>The price in currency units, exact.</summary>
    public decimal Amount => (decimal)Micros / MicrosPerUnit;

    /// <summary>Quantises a price to the six decimals that unit prices keep, half away from zero.</summary>
    /// <exception cref="OverflowException">The price does not fit into 64 bits of millionths.</exception>
    public static UnitPrice Round(decimal price, Currency currency)
    {
#pragma warning disable RS0030 // Unit prices keep six decimals; this is where that is done.
        var micros = Math.Round(price * MicrosPerUnit, 0, MidpointRounding.AwayFromZero);
#pragma warning restore RS0030
        return new UnitPrice(checked((long)micros), currency);
    }

    /// <summary>What one conversion of a plan costs: the plan's price spread over its conversions.</summary>
    public static UnitPrice Spread(Money total, long conversions)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(conversions);
        return Round(total.Amount / conversions, total.Currency);
    }

    public static ExactAmount operator *(UnitPrice price, long quantity) =>
        new(checked(price.Micros * quantity), price.Currency);

    public static UnitPrice operator +(UnitPrice left, UnitPrice right) =>
        new(checked(left.Micros + right.Micros), CurrencyMismatchException.Same(left.Currency, right.Currency));

    /// <summary>The amount with at least the currency's own digits and up to six, trailing zeros cut: "0.0125".</summary>
    public string ToAmountString() =>
        Amount.ToString(
            "#,0." + new string('0', Currency.MinorDigits) + new string('#', 6 - Currency.MinorDigits), CultureInfo.InvariantCulture);

    public override string ToString() => ToAmountString() + " " + Currency.Code;
}
