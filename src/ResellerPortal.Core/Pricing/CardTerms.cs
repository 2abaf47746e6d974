using System.Globalization;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Monetary;

namespace ResellerPortal.Core.Pricing;

/// <summary>A price for a group of converters.</summary>
/// <param name="Converters">"docx-to-pdf", "*-to-pdf", "pdf-to-*"; empty for all that no earlier rule names.</param>
/// <param name="Included">Conversions a month that are free; the price counts those beyond them.</param>
public sealed record PriceRule(IReadOnlyList<string> Converters, PriceModel Price, long Included = 0)
{
    public bool Covers(string converter) => Converters.Count == 0 || Converters.Any(pattern => Matches(pattern, converter));

    /// <summary>"pdf-to-*: 0.02 EUR each, 100 included".</summary>
    public string Describe() =>
        (Converters.Count > 0 ? string.Join(", ", Converters) + ": " : "") + Price.Describe()
        + (Included > 0 ? $", {Included.ToString("N0", CultureInfo.InvariantCulture)} included" : "");

    private static bool Matches(string pattern, string converter)
    {
        var (wanted, given) = (pattern.Split("-to-"), converter.Split("-to-"));
        return wanted.Length == 2 && given.Length == 2 && wanted.Zip(given).All(side => side.First == "*" || side.First == side.Second);
    }
}

/// <summary>
/// All price rules of one card. Amounts of a month are in minor units of the currency of its prices, and shared out by days where a card
/// holds for a part of it.
/// </summary>
/// <param name="Rules">The first that covers a converter prices it; the last covers all.</param>
/// <param name="MinimumMinorUnits">The least that a month's usage is charged at, after the discount and beside the fee.</param>
/// <param name="DiscountPercent">Taken off usage, not off the fee.</param>
/// <param name="IncludesTax">Whether all of these prices and amounts are with tax; invoices show what is left of them without.</param>
public sealed record CardTerms(
    IReadOnlyList<PriceRule> Rules,
    long MonthlyFeeMinorUnits = 0,
    long MinimumMinorUnits = 0,
    decimal DiscountPercent = 0,
    bool IncludesTax = false)
{
    private const int MostRules = 20;
    private const int MostConverters = 50;

    /// <summary>Customers pay what the reseller pays: the card before any other is set.</summary>
    public static CardTerms PassThrough { get; } = FromPrice(Markup.PassThrough);

    /// <summary>One price for everything.</summary>
    public static CardTerms FromPrice(PriceModel price) => new([new PriceRule([], price)]);

    public string Describe(Currency currency)
    {
        IEnumerable<string> parts =
        [
            .. Rules.Select(rule => rule.Describe()),
            .. MonthlyFeeMinorUnits > 0 ? [$"{new Money(MonthlyFeeMinorUnits, currency)} a month"] : (string[])[],
            .. MinimumMinorUnits > 0 ? [$"at least {new Money(MinimumMinorUnits, currency)} of usage a month"] : (string[])[],
            .. DiscountPercent > 0 ? [$"{DiscountPercent.ToString("0.##", CultureInfo.InvariantCulture)} % off"] : (string[])[],
            .. IncludesTax ? ["tax included"] : (string[])[],
        ];
        return string.Join("; ", parts);
    }

    /// <summary>The least that a conversion of a rule may bring, after the discount and without tax.</summary>
    /// <param name="taxBasisPoints">The tax, where prices include it.</param>
    public UnitPrice GetLowestPrice(PriceRule rule, UnitPrice cost, int taxBasisPoints)
    {
        var price = rule.Price.GetLowestPrice(cost);
        return UnitPrice.Round(WithoutTax(price.Amount * (100 - DiscountPercent) / 100, taxBasisPoints), price.Currency);
    }

    /// <summary>An amount of this card without the tax in it, not rounded.</summary>
    public decimal WithoutTax(decimal amount, int taxBasisPoints) => IncludesTax ? amount * 10_000 / (10_000 + taxBasisPoints) : amount;

    /// <summary>The same in another currency; each price is rounded as prices are.</summary>
    public CardTerms ConvertWith(ExchangeRate rate) => this with
    {
        Rules = [.. Rules.Select(rule => rule with { Price = rule.Price.ConvertWith(rate) })],
        MonthlyFeeMinorUnits = rate.Convert(new Money(MonthlyFeeMinorUnits, rate.From)).MinorUnits,
        MinimumMinorUnits = rate.Convert(new Money(MinimumMinorUnits, rate.From)).MinorUnits,
    };

    /// <returns>Why they cannot be used for prices in this currency, or null.</returns>
    public Refusal? Check(Currency currency)
    {
        const long maxMinorUnits = 1_000_000_000;
        return Rules.Count is 0 or > MostRules ? Refusal.Because($"A card has from 1 to {MostRules} rules.", nameof(Rules))
            : Rules[^1].Converters.Count > 0 || Rules.SkipLast(1).Any(r => r.Converters.Count == 0)
            ? Refusal.Because("The last rule is for all other converters; each rule before it names its own.", nameof(Rules))
            : Rules.Any(r => r.Converters.Count > MostConverters || !r.Converters.All(IsPattern))
            ? Refusal.Because(
                $"Name up to {MostConverters} converters of a rule like docx-to-pdf, *-to-pdf or pdf-to-*, in lower case.",
                nameof(PriceRule.Converters))
            : Rules.Any(r => r.Included is < 0 or > 1_000_000_000)
            ? Refusal.Because("Included conversions are from 0 to 1,000,000,000 a month.", nameof(PriceRule.Included))
            : MonthlyFeeMinorUnits is < 0 or > maxMinorUnits
            ? Refusal.Because("A monthly fee is not negative, and below ten million.", nameof(MonthlyFeeMinorUnits))
            : MinimumMinorUnits is < 0 or > maxMinorUnits
            ? Refusal.Because("A minimum charge is not negative, and below ten million.", nameof(MinimumMinorUnits))
            : DiscountPercent is < 0 or > 100 ? Refusal.Because("A discount is from 0 to 100 %.", nameof(DiscountPercent))
            : Rules.Select(r => r.Price.Check(currency)).FirstOrDefault(refusal => refusal is not null);
    }

    private static bool IsPattern(string text) => text.Length <= 50 && text.Split("-to-") is { Length: 2 } sides
        && sides.All(
            side => side == "*" || (side.Length > 0 && side.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '_')));
}
