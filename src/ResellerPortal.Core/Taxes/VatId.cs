using System.Text.RegularExpressions;

namespace ResellerPortal.Core.Taxes;

/// <summary>
/// The format of VAT IDs. Only the issuing country knows whether an ID exists and to whom it belongs (for the EU: VIES). Source of the
/// formats: European Commission, VIES frequently asked questions, "VAT identification number structure".
/// </summary>
public static partial class VatId
{
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
        ["SE"] = "SE[0-9]{12}",
        ["SI"] = "SI[0-9]{8}",
        ["SK"] = "SK[0-9]{10}",
        ["GB"] = "(GB|XI)([0-9]{9}([0-9]{3})?|GD[0-4][0-9]{2}|HA[5-9][0-9]{2})",
        ["CH"] = "CHE[0-9]{9}(MWST|TVA|IVA)?",
        ["NO"] = "(NO)?[0-9]{9}(MVA)?",
    };

    /// <summary>Upper case without separators: "LT 100 000.000-019" becomes "LT100000000019". Null if empty.</summary>
    public static string? Normalize(string? text) => text is null ? null
        : Separators().Replace(text, "").ToUpperInvariant() is { Length: > 0 } id ? id
        : null;

    /// <summary>Whether a normalised ID has its country's format; always true for countries without a known format.</summary>
    public static bool IsWellFormed(string id, string country) =>
        !Forms.TryGetValue(country, out var form) || Regex.IsMatch(id, $"^{form}$", RegexOptions.CultureInvariant);

    [GeneratedRegex(@"[\s.\-/]")]
    private static partial Regex Separators();
}
