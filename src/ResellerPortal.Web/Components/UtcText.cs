using System.Globalization;

namespace ResellerPortal.Web.Components;

/// <summary>Instants as a browser's date-and-time field gives them, read as UTC.</summary>
internal static class UtcText
{
    /// <returns>False where there is text that is no time; an empty text is none.</returns>
    public static bool TryRead(string? text, out DateTimeOffset? instant)
    {
        var isRead = DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var read);
        instant = isRead ? read : null;
        return isRead || string.IsNullOrWhiteSpace(text);
    }
}
