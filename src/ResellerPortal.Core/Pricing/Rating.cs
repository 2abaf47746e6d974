using System.Globalization;
using ResellerPortal.Core.Languages;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Taxes;
using ResellerPortal.Core.Time;
using ResellerPortal.Core.Tokens;

namespace ResellerPortal.Core.Pricing;

/// <summary>Conversions of one local day, converter and environment at the same cost.</summary>
public sealed record UsageItem(DateOnly Day, string Converter, string Environment, UnitPrice UnitCost, long Quantity);

/// <summary>What a line charges for, in line order.</summary>
public enum LineKind
{
    Usage,
    Included,
    Package,
    Discount,
    Minimum,
    Fee,
}

/// <summary>A charged line: a quantity at a unit price, rounded once.</summary>
/// <param name="From">First day of the part of the month in which its card applied; <paramref name="To"/> is the last.</param>
/// <param name="Converter">Empty if the line is not specific to a converter, as <paramref name="Environment"/> is then.</param>
/// <param name="BlockSize">Conversions per block of the quantity.</param>
/// <param name="Amount">Without tax, like the unit price.</param>
/// <param name="WithTax">The amount with tax if the card's prices include tax; otherwise null.</param>
public sealed record RatedLine(
    LineKind Kind,
    BillingPeriod Month,
    DateOnly From,
    DateOnly To,
    string Converter,
    string Environment,
    UnitPrice UnitPrice,
    long Quantity,
    long BlockSize,
    Money Amount,
    Money? WithTax = null)
{
    /// <summary>Text such as "docx → pdf, production".</summary>
    public string Describe(DocumentLanguage language) =>
        Text(language) + (From == Month.FirstDay && To == Month.LastDay ? "" : ", " + language.PartOfMonth(From, To));

    private string Text(DocumentLanguage language) => Kind switch
    {
        LineKind.Usage => $"{ConverterName.Readable(Converter)}, {Environment}",
        LineKind.Included => $"{ConverterName.Readable(Converter)}, {Environment}, {language.Words.Included}",
        LineKind.Package => string.Format(CultureInfo.InvariantCulture, language.Words.Packages, language.Count(BlockSize)),
        LineKind.Discount => language.Words.Discount,
        LineKind.Minimum => language.Words.MinimumDifference,
        _ => language.Words.MonthlyFee,
    };
}

/// <summary>Rated usage. The cost is confidential to the reseller and not part of the lines.</summary>
/// <param name="Quantity">Conversions.</param>
/// <param name="Total">In the customer's currency, like the lines.</param>
/// <param name="Cost">In the reseller's currency.</param>
/// <param name="Rate">From the reseller's currency to the customer's, for the charged month.</param>
public sealed record RatedUsage(IReadOnlyList<RatedLine> Lines, long Quantity, Money Total, ExactAmount Cost, ExchangeRate Rate)
{
    /// <summary>The total in the reseller's currency.</summary>
    public Money Revenue => Rate.Back(Total);

    /// <summary>
    /// The tax on the total. For prices without tax it is calculated on their sum under EN 16931; for prices with tax it is the included
    /// tax, so that the customer pays the card's price. The two differ by at most one minor unit.
    /// </summary>
    public Money CalculateTax(int basisPoints)
    {
        var included = Lines.Where(line => line.WithTax is not null).ToList();
        var withoutTax = Money.Sum(included.Select(line => line.Amount), Total.Currency);
        return Money.Sum(
            included.Select(line => line.WithTax!.Value),
            Total.Currency) - withoutTax + TaxCalculation.CalculateTax(Total - withoutTax, basisPoints);
    }
}

/// <summary>
/// The single function that prices usage: estimate, draft, invoice, simulator and the customer's view all call it, so they cannot disagree.
/// The result does not depend on the order of the usage, nor on how it is summed within one card's days. Costs and default prices are
/// converted into the customer's currency at the rate of the month's last day.
/// </summary>
public static class Rating
{
    /// <summary>Prices usage and the month's fees.</summary>
    /// <param name="costs">The currency of the usage's costs: the reseller's.</param>
    /// <param name="charged">The month to charge fee and minimum for; null for usage alone.</param>
    /// <param name="billed">Usage billed earlier for the same months. The new usage is then charged as the difference between the months
    /// with and without it, so that tiers, packages and included conversions continue.</param>
    public static RatedUsage Rate(
        IEnumerable<UsageItem> usage,
        RateCardSchedule schedule,
        Currency costs,
        BillingPeriod? charged = null,
        IEnumerable<UsageItem>? billed = null)
    {
        var fresh = usage.ToList();
        var before = (billed ?? []).ToLookup(item => BillingPeriod.Containing(item.Day));
        var months = fresh.ToLookup(item => BillingPeriod.Containing(item.Day));
        var asOf = charged ?? months.Select(m => m.Key).DefaultIfEmpty(BillingPeriod.Containing(DateOnly.MinValue)).Max();
        var rate = schedule.GetRate(asOf.LastDay, costs);
        var lines = new List<RatedLine>();
        foreach (var month in months.Select(m => m.Key).Concat(charged is { } due ? [due] : []).Distinct().Order())
        {
            var (then, added) = (In(before[month], month), In(months[month], month));
            foreach (var days in schedule.SplitMonth(month))
            {
                var part = new PricedPartOfMonth(month, days, rate.To, TaxOn(month));
                var was = part.Charge(then, withFees: charged is not null && month != charged);
                var now = part.Charge(then.Concat(added), withFees: charged is not null);
                lines.AddRange(part.Difference(now, was));
            }
        }

        KeepPricesWithTax(lines, TaxOn, rate.To);
        return new RatedUsage(
            lines,
            fresh.Sum(item => item.Quantity),
            Money.Sum(lines.Select(line => line.Amount), rate.To),
            fresh.Aggregate(ExactAmount.Zero(costs), (cost, item) => cost + (item.UnitCost * item.Quantity)),
            rate);

        // All lines of an invoice use the tax rate of its own month.
        int TaxOn(BillingPeriod month) => schedule.GetTaxBasisPoints((charged ?? month).LastDay);

        IEnumerable<UsageItem> In(IEnumerable<UsageItem> items, BillingPeriod month) =>
            schedule.GetRate(month.LastDay, costs) is { IsOne: false } ofMonth
                ? [.. items.Select(item => item with { UnitCost = ofMonth.Convert(item.UnitCost) })]
                : items;
    }

    /// <summary>Adjusts the largest line for rounding, so that all lines without tax add up to the total with tax less its tax.</summary>
    private static void KeepPricesWithTax(List<RatedLine> lines, Func<BillingPeriod, int> taxOn, Currency currency)
    {
        foreach (var taxed in lines.Where(line => line.WithTax is not null).GroupBy(line => taxOn(line.Month)).ToList())
        {
            var withTax = Money.Sum(taxed.Select(line => line.WithTax!.Value), currency);
            var difference = Money.Round(
                withTax.Amount * 10_000 / (10_000 + taxed.Key), currency) - Money.Sum(taxed.Select(line => line.Amount), currency);
            var largest = lines.IndexOf(taxed.MaxBy(line => Math.Abs(line.Amount.MinorUnits))!);
            lines[largest] = lines[largest] with { Amount = lines[largest].Amount + difference };
        }
    }
}
