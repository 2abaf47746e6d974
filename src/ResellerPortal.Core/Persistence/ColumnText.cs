namespace ResellerPortal.Core.Persistence;

/// <summary>Texts of others, such as a mail server's or a payment provider's words, for columns of limited length.</summary>
internal static class ColumnText
{
    /// <summary>The beginning of a text, as much as fits.</summary>
    public static string Truncate(this string text, int length) => text.Length > length ? text[..length] : text;
}
