using System.Globalization;

namespace ResellerPortal.Gateway.Requests;

/// <summary>ConvertAPI's page ranges, such as "1-3,5,10-12".</summary>
internal static class PageRange
{
    /// <summary>The key of the parameter.</summary>
    public const string Parameter = "pagerange";

    private const int MaxPage = 1_000_000;

    /// <summary>Counts the pages of a range, at most; null if it is open, such as "5-", or not such a range.</summary>
    public static long? Count(string range)
    {
        var pages = 0L;
        foreach (var part in range.Split(','))
        {
            var ends = part.Split('-');
            if (ends.Length > 2 || ReadPage(ends[0]) is not { } first || ReadPage(ends[^1]) is not { } last || last < first)
            {
                return null;
            }

            pages += last - first + 1;
        }

        return pages;
    }

    private static int? ReadPage(string text) =>
        int.TryParse(text.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var page) && page is >= 1 and <= MaxPage
            ? page
            : null;
}
