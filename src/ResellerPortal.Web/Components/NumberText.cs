using System.Globalization;
using ResellerPortal.Core.Monetary;

namespace ResellerPortal.Web.Components;

/// <summary>Formats numbers consistently on every page.</summary>
internal static class NumberText
{
    public static string Conversions(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    public static string Percent(decimal? value) =>
        value is { } percent ? percent.ToString("0.0", CultureInfo.InvariantCulture) + "%" : "–";

    /// <summary>Returns text such as "12.3% more than last month to date", or null if there is nothing to compare with.</summary>
    public static string? Change(decimal now, decimal before, string comparedWith)
    {
        if (before == 0)
        {
            return null;
        }

        var percent = (now - before) * 100 / Math.Abs(before);
        return $"{Percent(Math.Abs(percent))} {(percent < 0 ? "less" : "more")} than {comparedWith}";
    }

    public static string? Change(Money now, Money before, string comparedWith) => Change(now.Amount, before.Amount, comparedWith);

    public static string Day(DateOnly day) => day.ToString("d MMM yyyy", CultureInfo.InvariantCulture);

    /// <summary>Returns "Dec", "Jan 26", "Feb": only January carries the year so that twelve labels fit under a chart.</summary>
    public static string ShortMonth(DateOnly day) => day.ToString(day.Month == 1 ? "MMM yy" : "MMM", CultureInfo.InvariantCulture);

    /// <summary>Returns a count with its noun, such as "1 entry" or "1,250 entries".</summary>
    public static string Count(long number, string one, string? many = null) =>
        $"{Conversions(number)} {(number == 1 ? one : many ?? one + "s")}";
}
