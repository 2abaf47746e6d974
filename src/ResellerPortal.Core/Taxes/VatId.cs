using System.Collections.Frozen;
using System.Text.RegularExpressions;
using ResellerPortal.Core.Countries;

namespace ResellerPortal.Core.Taxes;

/// <summary>
/// The format of VAT IDs. Only the issuing country knows whether an ID exists and to whom it belongs (for the EU: VIES). Sources of the
/// formats: European Commission, VIES frequently asked questions, "VAT identification number structure"; Skatteetaten (NO); Federal Tax
/// Administration (CH); HMRC (GB).
/// </summary>
public static partial class VatId
{
    public const int MaxLength = 20;

    private static readonly Dictionary<string, string> Forms = new(StringComparer.Ordinal)
    {
        ["AT"] = "ATU[0-9]{8}",
        ["BE"] = "BE[01][0-9]{9}",
        ["BG"] = "BG[0-9]{9,10}",
        ["CY"] = "CY[0-9]{8}[A-Z]",
        ["CZ"] = "CZ[0-9]{8,10}",
        ["DE"] = "DE[0-9]{9}",
        ["DK"] = "DK[0-9]{8}",
        ["EE"] = "EE[0-9]{9}",
        ["ES"] = "ES([A-Z][0-9]{7}[0-9A-Z]|[0-9]{8}[A-Z])",
        ["FI"] = "FI[0-9]{8}",
        ["FR"] = "FR[0-9A-HJ-NP-Z]{2}[0-9]{9}",
        ["GR"] = "EL[0-9]{9}",
        ["HR"] = "HR[0-9]{11}",
        ["HU"] = "HU[0-9]{8}",
        ["IE"] = "IE([0-9]{7}[A-W][A-I]?|[0-9][A-Z+*][0-9]{5}[A-W])",
        ["IT"] = "IT[0-9]{11}",
        ["LT"] = "LT([0-9]{9}|[0-9]{12})",
        ["LU"] = "LU[0-9]{8}",
        ["LV"] = "LV[0-9]{11}",
        ["MT"] = "MT[0-9]{8}",
        ["NL"] = "NL[0-9]{9}B[0-9]{2}",
        ["PL"] = "PL[0-9]{10}",
        ["PT"] = "PT[0-9]{9}",
        ["RO"] = "RO[0-9]{2,10}",
        ["SE"] = "SE[0-9]{10}01",
        ["SI"] = "SI[0-9]{8}",
        ["SK"] = "SK[0-9]{10}",
        ["GB"] = "(GB|XI)([0-9]{9}([0-9]{3})?|GD[0-4][0-9]{2}|HA[5-9][0-9]{2})",
        ["CH"] = "CHE[0-9]{9}(MWST|TVA|IVA)?",
        ["NO"] = "NO[0-9]{9}MVA",
        ["MC"] = "FR[0-9A-HJ-NP-Z]{2}[0-9]{9}",
        ["IS"] = "IS[0-9]{5,6}",
        ["LI"] = "LI[0-9]{5}",
    };

    /// <summary>Countries that levy no value added tax, nor a tax on goods and services in its place.</summary>
    private static readonly FrozenSet<string> Without = FrozenSet.Create(
        StringComparer.Ordinal, "US", "HK", "MO", "KW", "QA", "BN", "BM", "KY", "VG", "TC", "AI", "GI", "LY", "KP", "AQ");

    /// <summary>
    /// Upper case without separators: "LT 100 001.919-017" becomes "LT100001919017". Null if empty. A Norwegian organisation number becomes
    /// a VAT ID by "NO" before and "MVA" after it.
    /// </summary>
    public static string? Normalize(string? text, string country) =>
        text is null || Separators().Replace(text, "").ToUpperInvariant() is not { Length: > 0 } id ? null
        : country == "NO" && NorwegianNumber().Match(id) is { Success: true } number ? $"NO{number.Groups[1].Value}MVA"
        : id;

    /// <summary>
    /// Whether a normalised ID can be one of this country: its format and, where the country publishes one, its check digits. Of other
    /// countries no more is known than that the ID begins with their code (EN 16931, BR-CO-09).
    /// </summary>
    public static bool IsWellFormed(string id, string country) => id.Length <= MaxLength && (Forms.TryGetValue(country, out var form)
        ? Regex.IsMatch(id, $"^{form}$", RegexOptions.CultureInvariant) && VatIdChecksum.IsRight(id)
        : !Without.Contains(country) && id.StartsWith(country, StringComparison.Ordinal) && Others().IsMatch(id));

    /// <summary>Whether an ID begins with a country's code, or with the Union's for Greece or Northern Ireland (BR-CO-09).</summary>
    public static bool HasPrefix(string id) => id.Length > 2 && (id[..2] is "EL" or "XI" || Country.IsCode(id[..2]));

    /// <summary>The code that a country's VAT IDs begin with: its own, or the Union's for Greece.</summary>
    public static string GetPrefix(string country) => country == "GR" ? "EL" : country;

    /// <summary>Whether a country has VAT IDs at all.</summary>
    public static bool IsUsedIn(string country) => !Without.Contains(country);

    [GeneratedRegex(@"[\s.\-/]")]
    private static partial Regex Separators();

    [GeneratedRegex("^(?:NO)?([0-9]{9})(?:MVA)?$")]
    private static partial Regex NorwegianNumber();

    [GeneratedRegex("^[A-Z]{2}[0-9A-Z]{2,18}$")]
    private static partial Regex Others();
}
