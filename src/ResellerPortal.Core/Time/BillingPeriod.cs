using System.Globalization;

namespace ResellerPortal.Core.Time;

/// <summary>A calendar month in a reseller's time zone: the half-open interval from its first local midnight to the next month's.</summary>
public readonly record struct BillingPeriod : IComparable<BillingPeriod>
{
    /// <summary>Years that are parsed, so that the periods around them exist too.</summary>
    private const int FirstYear = 2000;
    private const int LastYear = 2199;

    public BillingPeriod(int year, int month) => FirstDay = new DateOnly(year, month, 1);

    private BillingPeriod(DateOnly firstDay) => FirstDay = firstDay;

    public DateOnly FirstDay { get; }

    public DateOnly LastDay => FirstDay.AddMonths(1).AddDays(-1);

    public BillingPeriod Next => new(FirstDay.AddMonths(1));

    public BillingPeriod Previous => new(FirstDay.AddMonths(-1));

    public static BillingPeriod Containing(DateOnly day) => new(day.Year, day.Month);

    /// <summary>The period containing <paramref name="instant"/> in <paramref name="zone"/>.</summary>
    public static BillingPeriod Containing(DateTimeOffset instant, TimeZoneInfo zone) => Containing(zone.GetDay(instant));

    /// <summary>The first instant of the period, UTC.</summary>
    public DateTimeOffset StartsAtUtc(TimeZoneInfo zone) => zone.StartOfDayUtc(FirstDay);

    /// <summary>The first instant after the period, UTC.</summary>
    public DateTimeOffset EndsAtUtc(TimeZoneInfo zone) => Next.StartsAtUtc(zone);

    public bool Contains(DateOnly day) => day >= FirstDay && day <= LastDay;

    public int CompareTo(BillingPeriod other) => FirstDay.CompareTo(other.FirstDay);

    public static bool operator <(BillingPeriod left, BillingPeriod right) => left.CompareTo(right) < 0;

    public static bool operator >(BillingPeriod left, BillingPeriod right) => left.CompareTo(right) > 0;

    public static bool operator <=(BillingPeriod left, BillingPeriod right) => left.CompareTo(right) <= 0;

    public static bool operator >=(BillingPeriod left, BillingPeriod right) => left.CompareTo(right) >= 0;

    /// <summary>Parses "2026-10".</summary>
    public static bool TryParse(string? text, out BillingPeriod period)
    {
        var ok = DateOnly.TryParseExact(text + "-01", "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day);
        ok = ok && day.Year is >= FirstYear and <= LastYear;
        period = ok ? new BillingPeriod(day) : default;
        return ok;
    }

    /// <summary>For example "October 2026".</summary>
    public string Name => FirstDay.ToString("MMMM yyyy", CultureInfo.InvariantCulture);

    /// <summary>For example "2026-10".</summary>
    public override string ToString() => FirstDay.ToString("yyyy-MM", CultureInfo.InvariantCulture);
}
