using System.Text.RegularExpressions;

namespace ResellerPortal.Core.Metering;

/// <summary>Names of converters as the ledger keeps them: "docx-to-pdf".</summary>
public static partial class ConverterName
{
    /// <summary>Makes a name from two formats, in lower case.</summary>
    /// <returns>False where a format is not 1 to 20 letters, digits or underscores.</returns>
    public static bool TryCreate(string from, string to, out string name)
    {
        name = $"{from}-to-{to}".ToLowerInvariant();
        return Format().IsMatch(from) && Format().IsMatch(to);
    }

    /// <summary>"docx → pdf".</summary>
    public static string Readable(string name) => name.Replace("-to-", " → ", StringComparison.Ordinal);

    [GeneratedRegex("^[A-Za-z0-9_]{1,20}$")]
    private static partial Regex Format();
}
