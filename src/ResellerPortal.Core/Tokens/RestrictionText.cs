using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;

namespace ResellerPortal.Core.Tokens;

/// <summary>
/// Reads lists of converters and networks as people write them. What cannot be read is kept as it is, so that validation can refuse it.
/// </summary>
public static partial class RestrictionText
{
    /// <summary>Reads "docx → pdf, html to pdf (chrome)" as "docx-to-pdf" and "html-to-pdf/chrome".</summary>
    public static IReadOnlyList<string> ReadConverters(string? text) =>
        [.. SplitWords(NamedRegex().Replace(ArrowRegex().Replace(text ?? "", "-to-"), "/$1"))
            .Select(word => ConverterName.TryRead(word, out var name) ? name : word)
            .Distinct()];

    /// <summary>Reads networks in CIDR notation and single addresses.</summary>
    public static IReadOnlyList<string> ReadNetworks(string? text) => [.. SplitWords(text).Select(ReadNetwork).Distinct()];

    /// <summary>Reads words that are separated by blanks, commas or semicolons.</summary>
    public static IReadOnlyList<string> ReadWords(string? text) => [.. SplitWords(text).Distinct()];

    private static string ReadNetwork(string word)
    {
        if (IPNetwork.TryParse(word, out var network))
        {
            return network.ToString();
        }

        // The parser of addresses also takes a plain number, which nobody means as an address.
        return (word.Contains(':', StringComparison.Ordinal) || word.Split('.').Length == 4) && IPAddress.TryParse(word, out var address)
            ? new IPNetwork(address, address.AddressFamily == AddressFamily.InterNetwork ? 32 : 128).ToString()
            : word;
    }

    private static string[] SplitWords(string? text) =>
        (text ?? "").Split([' ', ',', ';', '\n', '\r', '\t'], StringSplitOptions.RemoveEmptyEntries);

    [GeneratedRegex(@"\s*(?:→|->)\s*|\s+to\s+")]
    private static partial Regex ArrowRegex();

    [GeneratedRegex(@"\s*\(([A-Za-z0-9_-]+)\)")]
    private static partial Regex NamedRegex();
}
