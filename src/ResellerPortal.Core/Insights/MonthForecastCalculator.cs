using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Pricing;
using ResellerPortal.Core.Time;

namespace ResellerPortal.Core.Insights;

/// <summary>Estimates a month's amount while the month is running: its usage so far, and the recent average for the days left.</summary>
public static class MonthForecastCalculator
{
    /// <summary>Fewer full days say too little about a month.</summary>
    private const int LeastFullDays = 2;

    /// <summary>A week, so that weekends weigh as much as they do in the month.</summary>
    private const int MostAveragedDays = 7;

    /// <summary>
    /// Rates the projected usage like an invoice, so tiers, included conversions, minimum and monthly fees count as they will then.
    /// </summary>
    /// <param name="used">The month's usage so far, by day.</param>
    /// <param name="since">The customer's first day.</param>
    /// <param name="costs">The currency of the usage's costs.</param>
    /// <returns>Null before there are two full days.</returns>
    public static Money? Calculate(
        IReadOnlyCollection<UsageItem> used, DateOnly since, DateOnly today, RateCardSchedule schedule, Currency costs) =>
        ProjectUsage(used, since, today) is { } usage
            ? Rating.Rate(usage, schedule, costs, BillingPeriod.Containing(today)).Total
            : null;

    /// <summary>Adds the average of the last full days to each day left, for each kind of conversion alone.</summary>
    /// <inheritdoc cref="Calculate"/>
    public static IReadOnlyList<UsageItem>? ProjectUsage(IReadOnlyCollection<UsageItem> used, DateOnly since, DateOnly today)
    {
        var month = BillingPeriod.Containing(today);
        var first = since > month.FirstDay ? since : month.FirstDay;
        var days = Math.Min(MostAveragedDays, today.DayNumber - first.DayNumber);
        if (days < LeastFullDays)
        {
            return null;
        }

        var projected = new List<UsageItem>(used);
        foreach (var kind in used.GroupBy(item => (item.Converter, item.Environment, item.UnitCost)))
        {
            var recent = kind.Where(item => item.Day >= today.AddDays(-days) && item.Day < today).Sum(item => item.Quantity);
            for (var day = today; recent > 0 && day <= month.LastDay; day = day.AddDays(1))
            {
                var left = day.DayNumber - today.DayNumber;
                var average = Divide(recent * (left + 1), days) - Divide(recent * left, days);

                // Today is not over: it counts as an average day unless it is above that already.
                var more = day == today ? average - kind.Where(item => item.Day == today).Sum(item => item.Quantity) : average;
                if (more > 0)
                {
                    projected.Add(new UsageItem(day, kind.Key.Converter, kind.Key.Environment, kind.Key.UnitCost, more));
                }
            }
        }

        return projected;
    }

    /// <summary>Rounds half up; the differences of successive results add up, so that fractions of a conversion are not lost.</summary>
    private static long Divide(long quantity, int days) => ((2 * quantity) + days) / (2 * days);
}
