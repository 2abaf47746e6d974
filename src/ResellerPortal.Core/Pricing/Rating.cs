using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Time;

namespace ResellerPortal.Core.Pricing;

/// <summary>Conversions of one local day, converter and environment that cost the same.</summary>
public sealed record UsageItem(DateOnly Day, string Converter, string Environment, UnitPrice UnitCost, long Quantity);

/// <summary>What is charged for the conversions of one month, converter, environment and unit price.</summary>
public sealed record RatedLine(BillingPeriod Month, string Converter, string Environment, UnitPrice UnitPrice, long Quantity, Money Amount);

/// <summary>Usage with its prices. The cost is the reseller's secret and is not part of the lines.</summary>
public sealed record RatedUsage(IReadOnlyList<RatedLine> Lines, Money Total, ExactAmount Cost)
{
    public long Quantity => Lines.Sum(line => line.Quantity);
}

/// <summary>
/// The one function that prices usage: estimate, draft, invoice and the customer's own view all call it, so they cannot
/// disagree. The order of the usage does not matter.
/// </summary>
public static class Rating
{
    public static RatedUsage Rate(IEnumerable<UsageItem> usage, RateCardSchedule schedule, Currency currency)
    {
        var cost = ExactAmount.Zero(currency);
        var quantities = new Dictionary<(BillingPeriod Month, string Converter, string Environment, UnitPrice Price), long>();
        foreach (var item in usage)
        {
            cost += item.UnitCost * item.Quantity;
            var price = schedule.On(item.Day).PriceOf(item.UnitCost);
            var key = (BillingPeriod.Of(item.Day), item.Converter, item.Environment, price);
            quantities[key] = quantities.GetValueOrDefault(key) + item.Quantity;
        }

        var lines = quantities
            .Where(group => group.Value != 0)
            .OrderBy(group => group.Key.Month)
            .ThenBy(group => group.Key.Environment, StringComparer.Ordinal)
            .ThenBy(group => group.Key.Converter, StringComparer.Ordinal)
            .ThenBy(group => group.Key.Price.Micros)
            .Select(group => new RatedLine(
                group.Key.Month, group.Key.Converter, group.Key.Environment, group.Key.Price, group.Value, Money.Round(group.Key.Price * group.Value)))
            .ToList();
        return new RatedUsage(lines, Money.Sum(lines.Select(line => line.Amount), currency), cost);
    }
}
