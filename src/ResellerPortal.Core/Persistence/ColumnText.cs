namespace ResellerPortal.Core.Persistence;

/// <summary>
/// Shortens texts to a column's length: those of third parties, such as errors of mail servers, and those that are composed of names.
/// Servers refuse a longer text, and with it the whole transaction.
/// </summary>
internal static class ColumnText
{
    /// <summary>Returns the text cut to a maximum length, without half of a surrogate pair, which no database could store.</summary>
    public static string Truncate(this string text, int length) =>
        text.Length <= length ? text : text[..(char.IsHighSurrogate(text[length - 1]) ? length - 1 : length)];
}
