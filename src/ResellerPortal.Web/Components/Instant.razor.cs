using System.Globalization;
using Microsoft.AspNetCore.Components;

namespace ResellerPortal.Web.Components;

/// <summary>An instant relative to now, with the exact UTC time on hover, or the exact time in lists sorted by time.</summary>
public sealed partial class Instant(TimeProvider clock)
{
    private static readonly CultureInfo Invariant = CultureInfo.InvariantCulture;

    [Parameter, EditorRequired]
    public DateTimeOffset? Value { get; set; }

    [Parameter]
    public bool Exact { get; set; }

    /// <summary>The zone of an exact time; UTC if null.</summary>
    [Parameter]
    public TimeZoneInfo? Zone { get; set; }

    [Parameter]
    public string IfNone { get; set; } = "never";

    /// <summary>"in 3 days", "5 minutes ago".</summary>
    public static string Relative(TimeSpan fromNow)
    {
        var size = fromNow.Duration();
        var (count, unit) = size switch
        {
            { TotalMinutes: < 1 } => (0, "moment"),
            { TotalHours: < 1 } => ((int)size.TotalMinutes, "minute"),
            { TotalDays: < 1 } => ((int)size.TotalHours, "hour"),
            { TotalDays: < 60 } => ((int)size.TotalDays, "day"),
            { TotalDays: < 730 } => ((int)(size.TotalDays / 30.44), "month"),
            _ => ((int)(size.TotalDays / 365.25), "year"),
        };
        var words = count == 0 ? "a moment" : $"{count.ToString(Invariant)} {unit}{(count == 1 ? "" : "s")}";
        return fromNow > TimeSpan.Zero ? "in " + words : words + " ago";
    }

    private string Text(DateTimeOffset instant) => Exact
        ? TimeZoneInfo.ConvertTime(instant, Zone ?? TimeZoneInfo.Utc).ToString("yyyy-MM-dd HH:mm:ss", Invariant)
        : Relative(instant - clock.GetUtcNow());
}
