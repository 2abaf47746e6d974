using ResellerPortal.Core.Countries;
using ResellerPortal.Core.Currencies;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Taxes;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Invoicing;

/// <summary>
/// In which currency an invoice has to state its tax: that of the seller's country (in the Union, Article 230 of Council Directive
/// 2006/112/EC). Where the seller's books are in another, its own exchange rate for that currency is needed.
/// </summary>
internal static class NationalTaxRules
{
    /// <summary>The currency of the seller's country; its own if the country has no VAT or the portal does not know its currency.</summary>
    public static Currency GetCurrency(Reseller seller) =>
        VatId.IsUsedIn(seller.Address.Country) && Country.FindCurrency(seller.Address.Country) is { } national ? national : seller.Currency;

    /// <summary>The currency whose rate is missing for an invoice; null if none is.</summary>
    /// <param name="charged">The currency of the invoice.</param>
    public static Currency? FindMissingRate(
        Reseller seller,
        Currency charged,
        long taxMinorUnits,
        IReadOnlyCollection<CurrencyRate> rates) =>
        GetCurrency(seller) is var national
            && national != charged
            && national != seller.Currency
            && taxMinorUnits != 0
            && rates.All(rate => rate.Currency != national)
            ? national
            : null;

    /// <summary>
    /// The tax as the invoice states it in the country's currency, at the rate of the day that determines the tax: the last of the billed
    /// period. Null if it does not have to.
    /// </summary>
    /// <param name="ofInvoice">From the seller's own currency to the invoice's.</param>
    public static SnapshotNationalTax? Create(
        Reseller seller,
        Money tax,
        ExchangeRate ofInvoice,
        DateOnly day,
        IReadOnlyCollection<CurrencyRate> rates)
    {
        var national = GetCurrency(seller);
        return national == tax.Currency || (national != seller.Currency && (tax.IsZero || rates.All(rate => rate.Currency != national)))
            ? null
            : SnapshotNationalTax.Create(tax, ofInvoice, ChargedCurrency.Create(seller, national, rates).GetRate(day));
    }

    /// <summary>What to do about a missing rate, as a sentence.</summary>
    public static string DescribeRemedy(Reseller seller, Currency missing) =>
        $"Invoices with VAT state it in {missing} as well, the currency of {GetCountryName(seller)}. Add a rate for {missing} under "
            + "Currencies before you finalise them.";

    private static string GetCountryName(Reseller seller) =>
        Country.GetName(seller.Address.Country, Languages.DocumentLanguage.English);
}
