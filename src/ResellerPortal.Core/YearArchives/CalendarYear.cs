using System.Globalization;
using ResellerPortal.Core.Time;

namespace ResellerPortal.Core.YearArchives;

/// <summary>A calendar year in a reseller's time zone, up to today if it is not over.</summary>
public sealed class CalendarYear
{
    public CalendarYear(int number, TimeZoneInfo zone, DateOnly today)
    {
        (Number, FirstDay) = (number, new DateOnly(number, 1, 1));
        var end = new DateOnly(number, 12, 31);
        LastDay = end < today ? end : today;
        IsOver = end < today;
        (StartsAtUtc, EndsAtUtc) = (zone.StartOfDayUtc(FirstDay), zone.StartOfDayUtc(end.AddDays(1)));
    }

    public int Number { get; }

    public DateOnly FirstDay { get; }

    /// <summary>31 December, or today.</summary>
    public DateOnly LastDay { get; }

    public bool IsOver { get; }

    public DateTimeOffset StartsAtUtc { get; }

    /// <summary>The first instant of the next year.</summary>
    public DateTimeOffset EndsAtUtc { get; }

    public IEnumerable<BillingPeriod> Months => Enumerable.Range(1, LastDay.Month).Select(month => new BillingPeriod(Number, month));

    public bool Contains(DateTimeOffset instant) => instant >= StartsAtUtc && instant < EndsAtUtc;

    public bool Contains(DateOnly day) => day.Year == Number;

    public override string ToString() => Number.ToString(CultureInfo.InvariantCulture);
}
