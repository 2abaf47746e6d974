using System.Collections.Frozen;
using System.Text;
using ResellerPortal.Core.Languages;
using ResellerPortal.Core.Monetary;

namespace ResellerPortal.Core.Countries;

/// <summary>
/// A country of ISO 3166-1, with its names in the languages of documents. Codes as on iso.org/obp (officially assigned, November 2026);
/// names as in Unicode CLDR; currencies as in ISO 4217 list one, by CLDR 48.2's dates (Bulgaria: the euro since 2026). Where a country has
/// two, it is the one that the country issues.
/// </summary>
public sealed class Country
{
    private readonly FrozenDictionary<string, string> _names;

    private Country(string code, string currencyCode, FrozenDictionary<string, string> names) =>
        (Code, CurrencyCode, _names) = (code, currencyCode, names);

    public static IReadOnlyList<Country> All { get; } = Load();

    private static readonly FrozenDictionary<string, Country> ByName = CreateNames();

    /// <summary>ISO 3166-1 alpha-2: "DE".</summary>
    public string Code { get; }

    /// <summary>ISO 4217: "EUR"; empty for Antarctica.</summary>
    public string CurrencyCode { get; }

    /// <summary>Its English name, as on pages.</summary>
    public string Name => GetName(DocumentLanguage.English);

    public static bool IsCode(string code) => Find(code)?.Code == code;

    /// <summary>
    /// Finds the country that somebody means: by its code in any case, its name in any language of documents, or another usual name.
    /// </summary>
    public static Country? Find(string? text) => text is null ? null : ByName.GetValueOrDefault(Simplify(text));

    /// <summary>The name of the country with this code; the code itself if there is none.</summary>
    public static string GetName(string code, DocumentLanguage language) => Find(code)?.GetName(language) ?? code;

    /// <summary>The currency of the country with this code; null if there is none, or none that the portal knows.</summary>
    public static Currency? FindCurrency(string code) =>
        Currency.TryParse(Find(code)?.CurrencyCode, out var currency) ? currency : null;

    /// <summary>Whether a name in any language of documents contains this text.</summary>
    public bool IsNamedLike(string text) =>
        Simplify(text) is { Length: > 0 } part && _names.Values.Any(name => Simplify(name).Contains(part, StringComparison.Ordinal));

    public string GetName(DocumentLanguage language) => _names[language.Code];

    public override string ToString() => Code;

    private static List<Country> Load()
    {
        using var stream = typeof(Country).Assembly.GetManifestResourceStream("countries.tsv")
            ?? throw new InvalidOperationException("The list of countries is missing from the assembly.");
        using var reader = new StreamReader(stream);
        var languages = reader.ReadLine()!.Split('\t')[2..];
        var countries = new List<Country>();
        while (reader.ReadLine() is { } line)
        {
            var columns = line.Split('\t');
            countries.Add(new Country(
                columns[0], columns[1], languages.Zip(columns[2..]).ToFrozenDictionary(pair => pair.First, pair => pair.Second)));
        }

        return countries;
    }

    private static FrozenDictionary<string, Country> CreateNames()
    {
        var names = new Dictionary<string, Country>();
        foreach (var country in All)
        {
            names[Simplify(country.Code)] = country;
            foreach (var name in country._names.Values)
            {
                names.TryAdd(Simplify(name), country);
            }
        }

        // What people and other standards call them: the Union's VAT code for Greece, and short names.
        foreach (var (name, code) in (ReadOnlySpan<(string, string)>)[
            ("UK", "GB"), ("Great Britain", "GB"), ("England", "GB"), ("Scotland", "GB"), ("Wales", "GB"), ("Northern Ireland", "GB"),
            ("EL", "GR"), ("USA", "US"), ("United States of America", "US"), ("Holland", "NL"), ("The Netherlands", "NL"),
            ("Czech Republic", "CZ"), ("Turkey", "TR"), ("Republic of Ireland", "IE"), ("Eire", "IE"), ("Korea", "KR"), ("Suisse", "CH"),
        ])
        {
            names.TryAdd(Simplify(name), names[Simplify(code)]);
        }

        return names.ToFrozenDictionary();
    }

    /// <summary>Only its letters, without case and accents.</summary>
    private static string Simplify(string name)
    {
        var letters = string.Concat(name.Where(character => !char.IsSurrogate(character))).Normalize(NormalizationForm.FormD);
        return string.Concat(letters.Where(char.IsLetter)).ToUpperInvariant();
    }
}
