using System.Globalization;
using System.Text.RegularExpressions;

namespace ResellerPortal.Core.Invoicing;

/// <summary>
/// Formats invoice numbers from a pattern such as <c>INV-{yyyy}-{seq:0000}</c>. The text before the sequence, with the year filled in, is
/// the series; numbers are gapless within it.
/// </summary>
public static partial class InvoiceNumber
{
    public const string DefaultPattern = "INV-{yyyy}-{seq:0000}";

    /// <summary>Whether a pattern can number invoices: exactly one sequence, surrounded by letters, digits and -_/. only.</summary>
    public static bool IsPattern(string pattern) => pattern.Length <= 40 && PatternRegex().IsMatch(pattern);

    /// <summary>The series of a year's numbers, for example "INV-2026-".</summary>
    public static string Series(string pattern, int year) => Expand(pattern, year, sequence: null);

    /// <summary>The number, for example "INV-2026-0042".</summary>
    public static string Format(string pattern, int year, long sequence)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(sequence, 1);
        return Expand(pattern, year, sequence);
    }

    private static string Expand(string pattern, int year, long? sequence)
    {
        if (!IsPattern(pattern))
        {
            throw new FormatException($"'{pattern}' is not a valid invoice number pattern. Use one like {DefaultPattern}.");
        }

        var withYear = pattern.Replace("{yyyy}", year.ToString("0000", CultureInfo.InvariantCulture), StringComparison.Ordinal);
        return SequenceRegex().Replace(
            withYear,
            match => sequence?.ToString(match.Groups["zeros"].Value is { Length: > 0 } zeros ? zeros : "0", CultureInfo.InvariantCulture)
                ?? "");
    }

    [GeneratedRegex(@"^(?:[A-Za-z0-9/_.\-]|\{yyyy\})*\{seq(?::0{1,9})?\}(?:[A-Za-z0-9/_.\-]|\{yyyy\})*$")]
    private static partial Regex PatternRegex();

    [GeneratedRegex(@"\{seq(?::(?<zeros>0+))?\}")]
    private static partial Regex SequenceRegex();
}
