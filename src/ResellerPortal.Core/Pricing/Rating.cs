using System.Globalization;
using ResellerPortal.Core.Languages;
using ResellerPortal.Core.Metering;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Taxes;
using ResellerPortal.Core.Time;

namespace ResellerPortal.Core.Pricing;

/// <summary>Conversions of one local day, converter and environment that cost the same.</summary>
public sealed record UsageItem(DateOnly Day, string Converter, string Environment, UnitPrice UnitCost, long Quantity);

/// <summary>What a line charges for, in the order lines stand.</summary>
public enum LineKind
{
    Usage,
    Included,
    Package,
    Discount,
    Minimum,
    Fee,
}

/// <summary>A line of what is charged: a quantity at a unit price, rounded once.</summary>
/// <param name="From">The first day of the part of the month that its card held for; <paramref name="To"/> is the last.</param>
/// <param name="Converter">Empty where the line is not one converter's, as <paramref name="Environment"/> is then.</param>
/// <param name="BlockSize">Conversions in one of the quantity's blocks.</param>
/// <param name="Amount">Without tax, as the unit price is.</param>
/// <param name="WithTax">What the card says where its prices include tax; null where they do not.</param>
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
    /// <summary>The line in words: "docx → pdf, production".</summary>
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

/// <summary>Usage with its prices. The cost is the reseller's secret and is not part of the lines.</summary>
/// <param name="Quantity">Conversions.</param>
/// <param name="Total">In the customer's currency, as the lines are.</param>
/// <param name="Cost">In the reseller's currency.</param>
/// <param name="Rate">From the reseller's currency to the customer's, as it is for the month charged.</param>
public sealed record RatedUsage(IReadOnlyList<RatedLine> Lines, long Quantity, Money Total, ExactAmount Cost, ExchangeRate Rate)
{
    /// <summary>The total in the reseller's currency.</summary>
    public Money Revenue => Rate.Back(Total);

    /// <summary>
    /// The tax on it: of prices without tax by EN 16931's rule, on their sum; of prices with tax what was taken out of them, so
    /// that the customer pays what the card says. The two differ by a minor unit at most.
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
/// The one function that prices usage: estimate, draft, invoice, simulator and the customer's own view all call it, so they
/// cannot disagree. The order of the usage does not matter, nor how it is summed within the days of one card. Costs and default
/// prices of a month are converted into the customer's currency at the rate of the month's last day.
/// </summary>
public static class Rating
{
    /// <summary>Prices usage, and what comes with the month beside it.</summary>
    /// <param name="costs">The currency of the usage's costs, which is the reseller's.</param>
    /// <param name="charged">The month whose fee and minimum are charged; null for usage alone.</param>
    /// <param name="billed">
    /// What was billed before for months that this usage belongs to. The usage then costs what the whole of a month costs more
    /// with it than without: it climbs on where the tiers, packages and included conversions were left.
    /// </param>
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

        // All of an invoice is taxed as its own month is.
        int TaxOn(BillingPeriod month) => schedule.GetTaxBasisPoints((charged ?? month).LastDay);

        IEnumerable<UsageItem> In(IEnumerable<UsageItem> items, BillingPeriod month) =>
            schedule.GetRate(month.LastDay, costs) is { IsOne: false } ofMonth
                ? [.. items.Select(item => item with { UnitCost = ofMonth.Convert(item.UnitCost) })]
                : items;
    }

    /// <summary>
    /// Without tax, all lines together are what their sum with tax is without it: the largest takes what rounding each of them left.
    /// </summary>
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
