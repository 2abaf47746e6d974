using System.Text.RegularExpressions;

namespace ResellerPortal.Core.Metering;

/// <summary>Converter names as stored in the ledger, such as "docx-to-pdf".</summary>
public static partial class ConverterName
{
    /// <summary>Builds a lower-case name from two formats.</summary>
    /// <returns>False if a format is not 1 to 20 letters, digits or underscores.</returns>
    public static bool TryCreate(string from, string to, out string name)
    {
        name = $"{from}-to-{to}".ToLowerInvariant();
        return Format().IsMatch(from) && Format().IsMatch(to);
    }

    /// <summary>The name for display: "docx → pdf".</summary>
    public static string Readable(string name) => name.Replace("-to-", " → ", StringComparison.Ordinal);

    [GeneratedRegex("^[A-Za-z0-9_]{1,20}$")]
    private static partial Regex Format();
}
