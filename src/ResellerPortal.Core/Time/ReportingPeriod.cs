using System.Globalization;

namespace ResellerPortal.Core.Time;

/// <summary>A calendar month, quarter or year that a return is filed for.</summary>
public readonly record struct ReportingPeriod
{
    private const int MonthsOfQuarter = 3;
    private const int MonthsOfYear = 12;

    private ReportingPeriod(DateOnly firstDay, int months) => (FirstDay, Months) = (firstDay, months);

    public DateOnly FirstDay { get; }

    /// <summary>1, 3 or 12.</summary>
    public int Months { get; }

    public DateOnly LastDay => FirstDay.AddMonths(Months).AddDays(-1);

    /// <summary>For example "October 2026", "Q4 2026" or "2026".</summary>
    public string Name => Months switch
    {
        1 => FirstDay.ToString("MMMM yyyy", CultureInfo.InvariantCulture),
        MonthsOfQuarter => FirstDay.ToString($"'Q{Quarter}' yyyy", CultureInfo.InvariantCulture),
        _ => FirstDay.ToString("yyyy", CultureInfo.InvariantCulture),
    };

    private int Quarter => ((FirstDay.Month - 1) / MonthsOfQuarter) + 1;

    public static ReportingPeriod ForMonth(BillingPeriod month) => new(month.FirstDay, 1);

    /// <summary>The quarter that contains a month.</summary>
    public static ReportingPeriod ForQuarter(BillingPeriod month) =>
        new(month.FirstDay.AddMonths(-((month.FirstDay.Month - 1) % MonthsOfQuarter)), MonthsOfQuarter);

    /// <summary>The year that contains a month.</summary>
    public static ReportingPeriod ForYear(BillingPeriod month) => new(new DateOnly(month.FirstDay.Year, 1, 1), MonthsOfYear);

    /// <summary>Parses "2026-10", "2026-Q4" and "2026".</summary>
    public static bool TryParse(string? text, out ReportingPeriod period)
    {
        period = default;
        if (BillingPeriod.TryParse(text, out var month))
        {
            period = ForMonth(month);
        }
        else if (text is [_, _, _, _, '-', 'Q', var quarter and >= '1' and <= '4']
            && BillingPeriod.TryParse($"{text[..4]}-{(quarter - '0') * MonthsOfQuarter:00}", out month))
        {
            period = ForQuarter(month);
        }
        else if (text is { Length: 4 } && BillingPeriod.TryParse($"{text}-01", out month))
        {
            period = ForYear(month);
        }

        return period.Months > 0;
    }

    /// <summary>For example "2026-10", "2026-Q4" or "2026".</summary>
    public override string ToString() => Months switch
    {
        1 => FirstDay.ToString("yyyy-MM", CultureInfo.InvariantCulture),
        MonthsOfQuarter => FirstDay.ToString($"yyyy'-Q{Quarter}'", CultureInfo.InvariantCulture),
        _ => FirstDay.ToString("yyyy", CultureInfo.InvariantCulture),
    };
}
