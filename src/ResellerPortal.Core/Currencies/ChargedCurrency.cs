using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Currencies;

/// <summary>The currency that a customer is charged in, and the reseller's exchange rate to it on each day.</summary>
public sealed class ChargedCurrency
{
    private readonly Currency _ofReseller;
    private readonly CurrencyRate[] _newestFirst;

    private ChargedCurrency(Currency ofReseller, Currency currency, IEnumerable<CurrencyRate> rates)
    {
        (_ofReseller, Currency) = (ofReseller, currency);
        _newestFirst = [
            .. rates.Where(r => r.Currency == currency).OrderByDescending(r => r.EffectiveFrom).ThenByDescending(r => r.Version)
        ];
    }

    public Currency Currency { get; }

    public static ChargedCurrency Create(Reseller reseller, Currency currency, IEnumerable<CurrencyRate> ratesOfReseller) =>
        new(reseller.Currency, currency, ratesOfReseller);

    /// <summary>The rate on a day; before the first rate, the first one.</summary>
    /// <exception cref="InvalidOperationException">There is no rate; customers cannot be charged in such a currency.</exception>
    public ExchangeRate GetRate(DateOnly day)
    {
        if (Currency == _ofReseller)
        {
            return ExchangeRate.Same(Currency);
        }

        var rate = Array.Find(_newestFirst, r => r.EffectiveFrom <= day) ?? _newestFirst.LastOrDefault()
            ?? throw new InvalidOperationException($"There is no exchange rate from {_ofReseller.Code} to {Currency.Code}.");
        return rate.ToExchangeRate(_ofReseller);
    }
}
