using System.Globalization;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Tokens;

namespace ResellerPortal.Core.Pricing;

/// <summary>A price for a group of converters.</summary>
/// <param name="Converters">"docx-to-pdf", "*-to-pdf", "pdf-to-*"; empty for all not covered by an earlier rule.</param>
/// <param name="Included">Free conversions per month; the price applies to those beyond them.</param>
public sealed record PriceRule(IReadOnlyList<string> Converters, PriceModel Price, long Included = 0)
{
    public bool Covers(string converter) => Converters.Count == 0 || Converters.Any(pattern => ConverterName.Matches(pattern, converter));

    /// <summary>Text such as "pdf-to-*: 0.02 EUR each, 100 included".</summary>
    public string Describe() =>
        (Converters.Count > 0 ? string.Join(", ", Converters) + ": " : "") + Price.Describe()
        + (Included > 0 ? $", {Included.ToString("N0", CultureInfo.InvariantCulture)} included" : "");
}

/// <summary>
/// All price rules of one card. Monthly amounts are in minor units of the card's currency, and prorated by days if a card applies to part
/// of a month.
/// </summary>
/// <param name="Rules">The first rule that covers a converter prices it; the last covers all.</param>
/// <param name="MinimumMinorUnits">The minimum charge for a month's usage, after the discount and excluding the fee.</param>
/// <param name="DiscountPercent">Discount on usage, not on the fee.</param>
/// <param name="IncludesTax">Whether all prices and amounts include tax; invoices show them without it.</param>
public sealed record CardTerms(
    IReadOnlyList<PriceRule> Rules,
    long MonthlyFeeMinorUnits = 0,
    long MinimumMinorUnits = 0,
    decimal DiscountPercent = 0,
    bool IncludesTax = false)
{
    private const int MaxRules = 20;
    private const int MaxConverters = 50;

    /// <summary>Customers pay the reseller's cost: the terms before any card is set.</summary>
    public static CardTerms PassThrough { get; } = FromPrice(Markup.PassThrough);

    /// <summary>A single price for everything.</summary>
    public static CardTerms FromPrice(PriceModel price) => new([new PriceRule([], price)]);

    public string Describe(Currency currency)
    {
        IEnumerable<string> parts =
        [
            .. Rules.Select(rule => rule.Describe()),
            .. MonthlyFeeMinorUnits > 0 ? [$"{new Money(MonthlyFeeMinorUnits, currency)} a month"] : (string[])[],
            .. MinimumMinorUnits > 0 ? [$"at least {new Money(MinimumMinorUnits, currency)} of usage a month"] : (string[])[],
            .. DiscountPercent > 0 ? [$"{DiscountPercent.ToString("0.##", CultureInfo.InvariantCulture)}% off"] : (string[])[],
            .. IncludesTax ? ["tax included"] : (string[])[],
        ];
        return string.Join("; ", parts);
    }

    /// <summary>The lowest price of a conversion under a rule, after the discount and without tax.</summary>
    /// <param name="taxBasisPoints">The tax rate, if prices include tax.</param>
    public UnitPrice GetLowestPrice(PriceRule rule, UnitPrice cost, int taxBasisPoints)
    {
        var price = rule.Price.GetLowestPrice(cost);
        return UnitPrice.Round(WithoutTax(price.Amount * (100 - DiscountPercent) / 100, taxBasisPoints), price.Currency);
    }

    /// <summary>An amount of this card without its included tax, not rounded.</summary>
    public decimal WithoutTax(decimal amount, int taxBasisPoints) => IncludesTax ? amount * 10_000 / (10_000 + taxBasisPoints) : amount;

    /// <summary>Converts the terms to another currency; each price is rounded to unit price precision.</summary>
    public CardTerms ConvertWith(ExchangeRate rate) => this with
    {
        Rules = [.. Rules.Select(rule => rule with { Price = rule.Price.ConvertWith(rate) })],
        MonthlyFeeMinorUnits = rate.Convert(new Money(MonthlyFeeMinorUnits, rate.From)).MinorUnits,
        MinimumMinorUnits = rate.Convert(new Money(MinimumMinorUnits, rate.From)).MinorUnits,
    };

    /// <returns>The refusal if the terms cannot be used in this currency, or null.</returns>
    public Refusal? Check(Currency currency)
    {
        const long maxMinorUnits = 1_000_000_000;
        return Rules.Count is 0 or > MaxRules ? Refusal.Because($"Enter 1 to {MaxRules} rules.", nameof(Rules))
            : Rules[^1].Converters.Count > 0 || Rules.SkipLast(1).Any(r => r.Converters.Count == 0)
            ? Refusal.Because("Leave the converters of the last rule empty, and name the converters of every other rule.", nameof(Rules))
            : Rules.Any(r => r.Converters.Count > MaxConverters || !r.Converters.All(ConverterName.IsPattern))
            ? Refusal.Because(
                $"Enter up to {MaxConverters} converters per rule, such as docx-to-pdf, *-to-pdf or pdf-to-*, in lower case.",
                nameof(PriceRule.Converters))
            : Rules.Any(r => r.Included is < 0 or > 1_000_000_000)
            ? Refusal.Because("Enter 0 to 1,000,000,000 included conversions a month.", nameof(PriceRule.Included))
            : MonthlyFeeMinorUnits is < 0 or > maxMinorUnits
            ? Refusal.Because("Enter a monthly fee from 0 to below ten million.", nameof(MonthlyFeeMinorUnits))
            : MinimumMinorUnits is < 0 or > maxMinorUnits
            ? Refusal.Because("Enter a minimum charge from 0 to below ten million.", nameof(MinimumMinorUnits))
            : DiscountPercent is < 0 or > 100 ? Refusal.Because("Enter a discount from 0 to 100%.", nameof(DiscountPercent))
            : Rules.Select(r => r.Price.Check(currency)).FirstOrDefault(refusal => refusal is not null);
    }
}
