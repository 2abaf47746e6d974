using System.Globalization;

namespace ResellerPortal.Core.Monetary;

/// <summary>The value of one unit of a currency in another, in billionths: 1 EUR = 1.0824 USD.</summary>
public readonly record struct ExchangeRate(long Nanos, Currency From, Currency To)
{
    public const long NanosPerUnit = 1_000_000_000;

    /// <summary>Units of <see cref="To"/>, exact.</summary>
    public decimal Amount => (decimal)Nanos / NanosPerUnit;

    /// <summary>Whether the rate is one, so that only the currency changes.</summary>
    public bool IsOne => Nanos == NanosPerUnit && From == To;

    /// <summary>The rate of a currency to itself.</summary>
    public static ExchangeRate Same(Currency currency) => new(NanosPerUnit, currency, currency);

    public UnitPrice Convert(UnitPrice price)
    {
        CurrencyMismatchException.Same(price.Currency, From);
        return UnitPrice.Round(price.Amount * Amount, To);
    }

    public Money Convert(Money money)
    {
        CurrencyMismatchException.Same(money.Currency, From);
        return Money.Round(money.Amount * Amount, To);
    }

    /// <summary>Converts from <see cref="To"/> back to <see cref="From"/>.</summary>
    public Money Back(Money money)
    {
        CurrencyMismatchException.Same(money.Currency, To);
        return Money.Round(money.Amount / Amount, From);
    }

    /// <summary>For example "1.0824", with up to nine decimals.</summary>
    public string ToAmountString() => Amount.ToString("0.0########", CultureInfo.InvariantCulture);

    /// <summary>For example "1 EUR = 1.0824 USD".</summary>
    public override string ToString() => $"1 {From.Code} = {ToAmountString()} {To.Code}";
}
