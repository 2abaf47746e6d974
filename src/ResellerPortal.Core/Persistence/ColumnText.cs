namespace ResellerPortal.Core.Persistence;

/// <summary>Shortens third-party texts, such as errors of mail servers and payment providers, to a column's length.</summary>
internal static class ColumnText
{
    /// <summary>Returns the text cut to a maximum length.</summary>
    public static string Truncate(this string text, int length) => text.Length > length ? text[..length] : text;
}
