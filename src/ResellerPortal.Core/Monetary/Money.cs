using System.Globalization;

namespace ResellerPortal.Core.Monetary;

/// <summary>
/// An amount in whole minor units of its currency (cents for EUR), as written on invoices. Adding two currencies throws <see
/// cref="CurrencyMismatchException"/>.
/// </summary>
public readonly record struct Money(long MinorUnits, Currency Currency) : IComparable<Money>
{
    public static Money Zero(Currency currency) => new(0, currency);

    /// <summary>The amount in currency units, exact.</summary>
    public decimal Amount => (decimal)MinorUnits / Currency.MinorUnitsPerUnit;

    public bool IsZero => MinorUnits == 0;

    /// <summary>The only rounding of amounts: once, half away from zero, to the currency's minor unit.</summary>
    /// <exception cref="OverflowException">The amount does not fit into 64 bits of minor units.</exception>
    public static Money Round(ExactAmount amount) => Round((decimal)amount.Micros / UnitPrice.MicrosPerUnit, amount.Currency);

    /// <inheritdoc cref="Round(ExactAmount)"/>
    public static Money Round(decimal amount, Currency currency)
    {
#pragma warning disable RS0030 // The one place where amounts are rounded.
        var minorUnits = Math.Round(amount * currency.MinorUnitsPerUnit, 0, MidpointRounding.AwayFromZero);
#pragma warning restore RS0030
        return new Money(checked((long)minorUnits), currency);
    }

    /// <summary>Sums amounts of one currency; an empty sequence is zero of <paramref name="currency"/>.</summary>
    public static Money Sum(IEnumerable<Money> amounts, Currency currency) =>
        amounts.Aggregate(Zero(currency), (sum, next) => sum + next);

    public static Money operator +(Money left, Money right) =>
        new(checked(left.MinorUnits + right.MinorUnits), CurrencyMismatchException.Same(left.Currency, right.Currency));

    public static Money operator -(Money left, Money right) =>
        new(checked(left.MinorUnits - right.MinorUnits), CurrencyMismatchException.Same(left.Currency, right.Currency));

    public static Money operator -(Money value) => new(checked(-value.MinorUnits), value.Currency);

    public int CompareTo(Money other)
    {
        CurrencyMismatchException.Same(Currency, other.Currency);
        return MinorUnits.CompareTo(other.MinorUnits);
    }

    public static bool operator <(Money left, Money right) => left.CompareTo(right) < 0;

    public static bool operator >(Money left, Money right) => left.CompareTo(right) > 0;

    public static bool operator <=(Money left, Money right) => left.CompareTo(right) <= 0;

    public static bool operator >=(Money left, Money right) => left.CompareTo(right) >= 0;

    /// <summary>Culture-invariant, for example "1,234.50 EUR".</summary>
    public override string ToString() =>
        Amount.ToString("N" + Currency.MinorDigits.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture)
            + " "
            + Currency.Code;
}
