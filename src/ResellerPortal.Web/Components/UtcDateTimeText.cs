using System.Globalization;

namespace ResellerPortal.Web.Components;

/// <summary>Instants in UTC: as a browser's date-and-time field gives them, and as pages without a circuit write them.</summary>
internal static class UtcDateTimeText
{
    public static string Format(DateTimeOffset instant) =>
        instant.UtcDateTime.ToString("yyyy-MM-dd HH:mm' UTC'", CultureInfo.InvariantCulture);

    /// <returns>False where there is text that is no time; an empty text is none.</returns>
    public static bool TryRead(string? text, out DateTimeOffset? instant)
    {
        var isRead = DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var read);
        instant = isRead ? read : null;
        return isRead || string.IsNullOrWhiteSpace(text);
    }
}
