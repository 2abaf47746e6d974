using System.Globalization;

namespace ResellerPortal.Web.Components;

/// <summary>Converts dates to and from the format of an HTML date input.</summary>
internal static class DayText
{
    private const string Form = "yyyy-MM-dd";

    public static string Format(DateOnly day) => day.ToString(Form, CultureInfo.InvariantCulture);

    public static bool TryRead(string? text, out DateOnly day) =>
        DateOnly.TryParseExact(text, Form, CultureInfo.InvariantCulture, DateTimeStyles.None, out day);
}
