using System.Globalization;

namespace ResellerPortal.Web.Components;

/// <summary>Formats instants in UTC for static pages and parses the value of an HTML date and time input.</summary>
internal static class UtcDateTimeText
{
    public static string Format(DateTimeOffset instant) =>
        instant.UtcDateTime.ToString("yyyy-MM-dd HH:mm' UTC'", CultureInfo.InvariantCulture);

    /// <returns>False if the text is not a valid time; empty text is read as no time.</returns>
    public static bool TryRead(string? text, out DateTimeOffset? instant)
    {
        var isRead = DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var read);
        instant = isRead ? read : null;
        return isRead || string.IsNullOrWhiteSpace(text);
    }
}
