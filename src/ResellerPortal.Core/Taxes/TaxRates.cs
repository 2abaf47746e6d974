namespace ResellerPortal.Core.Taxes;

/// <summary>
/// Standard VAT rates by country and start date, in basis points. Sources: European Commission, Taxes in Europe Database (EU member
/// states); HMRC (GB); Federal Tax Administration (CH); Skatteetaten (NO). As of November 2026; a reseller may set its own rate.
/// </summary>
public static class TaxRates
{
    private static readonly DateOnly Always = DateOnly.MinValue;

    private static readonly Dictionary<string, (DateOnly From, int BasisPoints)[]> Standard = new(StringComparer.Ordinal)
    {
        ["AT"] = [(Always, 2000)],
        ["BE"] = [(Always, 2100)],
        ["BG"] = [(Always, 2000)],
        ["CY"] = [(Always, 1900)],
        ["CZ"] = [(Always, 2100)],
        ["DE"] = [(Always, 1900)],
        ["DK"] = [(Always, 2500)],
        ["EE"] = [(Always, 2000), (new(2024, 1, 1), 2200), (new(2025, 7, 1), 2400)],
        ["ES"] = [(Always, 2100)],
        ["FI"] = [(Always, 2400), (new(2024, 9, 1), 2550)],
        ["FR"] = [(Always, 2000)],
        ["GR"] = [(Always, 2400)],
        ["HR"] = [(Always, 2500)],
        ["HU"] = [(Always, 2700)],
        ["IE"] = [(Always, 2300)],
        ["IT"] = [(Always, 2200)],
        ["LT"] = [(Always, 2100)],
        ["LU"] = [(Always, 1600), (new(2024, 1, 1), 1700)],
        ["LV"] = [(Always, 2100)],
        ["MT"] = [(Always, 1800)],
        ["NL"] = [(Always, 2100)],
        ["PL"] = [(Always, 2300)],
        ["PT"] = [(Always, 2300)],
        ["RO"] = [(Always, 1900), (new(2025, 8, 1), 2100)],
        ["SE"] = [(Always, 2500)],
        ["SI"] = [(Always, 2200)],
        ["SK"] = [(Always, 2000), (new(2025, 1, 1), 2300)],
        ["GB"] = [(Always, 2000)],
        ["CH"] = [(Always, 770), (new(2024, 1, 1), 810)],
        ["NO"] = [(Always, 2500)],
    };

    private static readonly string[] OutsideTheUnion = ["GB", "CH", "NO"];

    /// <summary>Countries with a rate in the table, by ISO 3166 code.</summary>
    public static IReadOnlyCollection<string> Countries => Standard.Keys;

    public static bool IsInTheUnion(string country) => Standard.ContainsKey(country) && !OutsideTheUnion.Contains(country);

    /// <returns>Null if no rate is known: a seller there counts as not registered.</returns>
    public static int? FindStandardRate(string country, DateOnly day) =>
        Standard.TryGetValue(country, out var rates) ? rates.Last(rate => rate.From <= day).BasisPoints : null;
}
