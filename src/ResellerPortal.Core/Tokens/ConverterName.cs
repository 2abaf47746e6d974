using System.Text.RegularExpressions;

namespace ResellerPortal.Core.Tokens;

/// <summary>
/// Converter names as stored in the ledger: "docx-to-pdf", "pdf-to-delete-pages", or "docx-to-pdf/openoffice" if the pair's converter is
/// chosen by name. A part has 1 to 30 lower-case letters, digits, underscores and single inner hyphens, and never the word "to" between
/// hyphens, so that a name is split in one way only.
/// </summary>
public static partial class ConverterName
{
    /// <summary>The longest name: two formats and a converter of 30 characters each, with their separators.</summary>
    public const int MaxLength = 100;

    private const string Separator = "-to-";
    private const int MaxPartLength = 30;

    /// <summary>Builds a lower-case name from two formats.</summary>
    /// <returns>False if a format is not a valid part.</returns>
    public static bool TryCreate(string from, string to, out string name) => TryCreate(from, to, named: null, out name);

    /// <summary>Builds a lower-case name from two formats and, if one was chosen, the name of the pair's converter.</summary>
    /// <returns>False if one of them is not a valid part.</returns>
    public static bool TryCreate(string from, string to, string? named, out string name)
    {
        name = (from + Separator + to + (named is null ? "" : "/" + named)).ToLowerInvariant();
        return IsPart(from.ToLowerInvariant()) && IsPart(to.ToLowerInvariant()) && (named is null || IsPart(named.ToLowerInvariant()));
    }

    /// <summary>Whether a text is a name as in the ledger.</summary>
    public static bool IsValid(string text) =>
        Split(text) is { } parts && IsPart(parts.From) && IsPart(parts.To) && (parts.Named is null || IsPart(parts.Named));

    /// <summary>Whether a text is a name, or one with "*" for any format: "*-to-pdf", "pdf-to-*".</summary>
    public static bool IsPattern(string text) =>
        Split(text) is { } parts
        && (parts.From == "*" || IsPart(parts.From))
        && (parts.To == "*" || IsPart(parts.To))
        && (parts.Named is null || IsPart(parts.Named));

    /// <summary>Whether a pattern covers a name. A pattern without a converter's name covers every converter of its pair.</summary>
    public static bool Matches(string pattern, string name) =>
        Split(pattern) is { } wanted
        && Split(name) is { } given
        && (wanted.From == "*" || wanted.From == given.From)
        && (wanted.To == "*" || wanted.To == given.To)
        && (wanted.Named is null || wanted.Named == given.Named);

    /// <summary>The name of the pair without the converter chosen by name: "docx-to-pdf".</summary>
    public static string GetPair(string name) => name.IndexOf('/') is var at && at < 0 ? name : name[..at];

    /// <summary>Reads the ways that statistics and imports write converters, such as "/convert/docx/to/pdf" or "docx → pdf".</summary>
    /// <returns>False if the text is none of them.</returns>
    public static bool TryRead(string text, out string name)
    {
        name = text.Trim().ToLowerInvariant();
        if (IsValid(name))
        {
            return true;
        }

        var match = PathRegex().Match(name);
        return match.Success
            && TryCreate(
                match.Groups["from"].Value,
                match.Groups["to"].Value,
                match.Groups["named"] is { Success: true } named ? named.Value : null,
                out name);
    }

    /// <summary>The name for display: "docx → pdf", "docx → pdf (openoffice)".</summary>
    public static string Readable(string name) =>
        Split(name) is not { } parts ? name
        : parts.Named is null ? $"{parts.From} → {parts.To}"
        : $"{parts.From} → {parts.To} ({parts.Named})";

    private static (string From, string To, string? Named)? Split(string name)
    {
        // No part holds the separator, so the first one after at least one character is the only one.
        var at = name.Length == 0 ? -1 : name.IndexOf(Separator, 1, StringComparison.Ordinal);
        if (at < 0)
        {
            return null;
        }

        var to = name[(at + Separator.Length)..];
        return to.IndexOf('/') is var slash && slash < 0
            ? (name[..at], to, null)
            : (name[..at], to[..slash], to[(slash + 1)..]);
    }

    private static bool IsPart(string text) => text.Length <= MaxPartLength && PartRegex().IsMatch(text);

    [GeneratedRegex(@"^(?!to-)(?!.*-to(?:-|\z))[a-z0-9_]+(?:-[a-z0-9_]+)*\z")]
    private static partial Regex PartRegex();

    [GeneratedRegex(@"^(?:/?convert/)?(?<from>[a-z0-9_-]+?)\s*(?:-to-|/to/|\s+to\s+|->|→|/|:)\s*(?<to>[a-z0-9_-]+)"
        + @"(?:/converter/(?<named>[a-z0-9_-]+))?\z")]
    private static partial Regex PathRegex();
}
