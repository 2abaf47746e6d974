using System.Globalization;

namespace ResellerPortal.Core.Monetary;

/// <summary>The cost or price of one conversion, in millionths of the currency unit.</summary>
public readonly record struct UnitPrice(long Micros, Currency Currency)
{
    public const long MicrosPerUnit = 1_000_000;

    public static UnitPrice Zero(Currency currency) => new(0, currency);

    /// <summary>The price in currency units, exact.</summary>
    public decimal Amount => (decimal)Micros / MicrosPerUnit;

    /// <summary>Rounds a price to the six decimals of unit prices, half away from zero.</summary>
    /// <exception cref="OverflowException">The price does not fit into 64 bits of millionths.</exception>
    public static UnitPrice Round(decimal price, Currency currency)
    {
#pragma warning disable RS0030 // The one place where unit prices are rounded to six decimals.
        var micros = Math.Round(price * MicrosPerUnit, 0, MidpointRounding.AwayFromZero);
#pragma warning restore RS0030
        return new UnitPrice(checked((long)micros), currency);
    }

    /// <summary>The cost of one conversion of a plan: the plan's price divided by its conversions.</summary>
    public static UnitPrice Spread(Money total, long conversions)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(conversions);
        return Round(total.Amount / conversions, total.Currency);
    }

    public static ExactAmount operator *(UnitPrice price, long quantity) =>
        new((Int128)price.Micros * quantity, price.Currency);

    public static UnitPrice operator +(UnitPrice left, UnitPrice right) =>
        new(checked(left.Micros + right.Micros), CurrencyMismatchException.Same(left.Currency, right.Currency));

    /// <summary>The amount with at least the currency's digits and at most six, without trailing zeros: "0.0125".</summary>
    public string ToAmountString() =>
        Amount.ToString(
            "#,0." + new string('0', Currency.MinorDigits) + new string('#', 6 - Currency.MinorDigits), CultureInfo.InvariantCulture);

    public override string ToString() => ToAmountString() + " " + Currency.Code;
}
