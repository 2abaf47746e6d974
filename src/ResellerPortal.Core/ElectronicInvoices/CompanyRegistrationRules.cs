using System.Text.RegularExpressions;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Countries;
using ResellerPortal.Core.Languages;
using ResellerPortal.Core.Taxes;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.ElectronicInvoices;

/// <summary>What registers of companies and tax offices write, by country.</summary>
public static partial class CompanyRegistrationRules
{
    /// <summary>What Swedish companies state that pay their own taxes, and nothing else is allowed (SE-R-005).</summary>
    public const string SwedishTaxStatement = "Godkänd för F-skatt";

    /// <summary>What Norwegian limited companies state (NO-R-002).</summary>
    public const string NorwegianTaxStatement = "Foretaksregisteret";

    /// <summary>Without spaces around, and without the separators of numbers that have none.</summary>
    public static CompanyRegistration Normalize(CompanyRegistration registration, string country) => new(
        NormalizeNumber(registration.Number, country),
        registration.TaxNumber.Trim(),
        registration.LegalForm.Trim(),
        registration.Court.Trim());

    /// <summary>The ISO 6523 code of the register of a company of this country; null if the number has none.</summary>
    public static string? FindScheme(string country, string number) =>
        GetScheme(country, number.Length) is { } scheme
            && number.All(char.IsAsciiLetterOrDigit)
            && (country is "CH" or "SG" || number.All(char.IsAsciiDigit))
            && ElectronicAddressScheme.Find(scheme)?.IsValid(number) != false
            ? scheme
            : null;

    private static string? GetScheme(string country, int length) => (country, length) switch
    {
        ("SE", 10) => "0007",
        ("DK", 8) => "0184",
        ("NL", 8) => "0106",
        ("NL", 20) => "0190",
        ("IS", 10) => "0196",
        ("NO", 9) => "0192",
        ("BE", 10) => "0208",
        ("FR", 9) => "0002",
        ("FR", 14) => "0009",
        ("FI", 9) => "0212",
        ("EE", 8) => "0191",
        ("LT", 9 or 7) => "0200",
        ("LV", 11) => "0218",
        ("CZ", 8) => "0154",
        ("SK", 8) => "0158",
        ("CH", 12) => "0183",
        ("AU", 11) => "0151",
        ("JP", 13) => "0188",
        ("SG", 9 or 10) => "0195",
        _ => null,
    };

    /// <summary>Refused: a part is too long or cannot be shown, or is not as the country requires.</summary>
    public static Refusal? Validate(CompanyRegistration registration, string country)
    {
        var (number, taxNumber, legalForm, court) = registration;
        var isPrintable = new[] { number, taxNumber, legalForm, court }.All(
            text => text.Length <= CompanyRegistration.MaxLength && DocumentText.IsClean(text));
        return !isPrintable
            ? Refusal.Because(
                $"Shorten the company registration: up to {CompanyRegistration.MaxLength} characters each, on one line.",
                nameof(CompanyRegistration.Number))
            : number.Length > 0 && !IsNumber(number, country)
            ? Refusal.Because(
                $"This is not a registration number of {Country.GetName(country, DocumentLanguage.English)}: {DescribeNumber(country)}.",
                nameof(CompanyRegistration.Number))
            : taxNumber.Length > 0 && DescribeTaxNumber(taxNumber, country) is { } wanted
            ? Refusal.Because(wanted, nameof(CompanyRegistration.TaxNumber))
            : null;
    }

    /// <returns>What to enter; null if the number may stand there.</returns>
    private static string? DescribeTaxNumber(string number, string country) => country switch
    {
        "SE" when number != SwedishTaxStatement => $"In Sweden, enter “{SwedishTaxStatement}” or leave the tax number empty.",
        "NO" when number != NorwegianTaxStatement => $"In Norway, enter “{NorwegianTaxStatement}” or leave the tax number empty.",
        "IT" when !ItalianTaxNumber().IsMatch(number) => "Enter the codice fiscale: 11 digits, or 16 capital letters and digits.",
        _ => null,
    };

    private static bool IsNumber(string number, string country) => country switch
    {
        "SE" => number is { Length: 10 } && number.All(char.IsAsciiDigit) && CheckDigits.IsRightByLuhn(number),
        "DK" => number is { Length: 8 } && number.All(char.IsAsciiDigit),
        "NL" => number is { Length: 8 or 20 } && number.All(char.IsAsciiDigit),
        "IS" => number is { Length: 10 } && number.All(char.IsAsciiDigit),
        "NO" => number is { Length: 9 } && number.All(char.IsAsciiDigit) && CheckDigits.IsRightNorwegianNumber(number),
        "BE" => number is { Length: 10 } && number.All(char.IsAsciiDigit) && CheckDigits.IsRightBelgianNumber(number),
        _ => true,
    };

    private static string DescribeNumber(string country) => country switch
    {
        "SE" => "an organisation number has 10 digits, the last of them a check digit",
        "DK" => "a CVR number has 8 digits",
        "NL" => "a KvK number has 8 digits, an OIN 20",
        "IS" => "a kennitala has 10 digits",
        "NO" => "an organisation number has 9 digits, the last of them a check digit",
        "BE" => "an enterprise number has 10 digits, the last two of them check digits",
        _ => throw new ArgumentOutOfRangeException(nameof(country)),
    };

    /// <summary>Registers that know nothing but digits are often written with groups: "556703-7485".</summary>
    private static string NormalizeNumber(string number, string country) =>
        country is "SE" or "DK" or "NL" or "IS" or "NO" or "BE" or "FR" or "EE" or "LT" or "LV" or "CZ" or "SK" or "AU"
            ? Separators().Replace(number, "")
            : number.Trim();

    [GeneratedRegex(@"[\s.\-]")]
    private static partial Regex Separators();

    [GeneratedRegex("^([0-9]{11}|[0-9A-Z]{16})$")]
    private static partial Regex ItalianTaxNumber();
}
