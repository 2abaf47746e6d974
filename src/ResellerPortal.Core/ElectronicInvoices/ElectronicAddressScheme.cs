using System.Collections.Frozen;
using System.Text.RegularExpressions;
using ResellerPortal.Core.Countries;
using ResellerPortal.Core.Taxes;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.ElectronicInvoices;

/// <summary>
/// A scheme of electronic addresses. Source: OpenPeppol, BIS Billing 3.0, code list "Electronic Address Scheme (EAS)", 2025-Q2, without the
/// schemes that are being retired; forms by the schemes' own registers.
/// </summary>
/// <param name="VatCountry">The country whose VAT IDs are the addresses; null if they are something else.</param>
public sealed record ElectronicAddressScheme(string Code, string Name, string? VatCountry, string Form)
{
    /// <summary>An email address, which no network delivers to: XRechnung allows it, Peppol does not.</summary>
    public const string Email = "EM";

    private const string AnyForm = "[A-Za-z0-9:._/-]{1,100}";

    public static IReadOnlyList<ElectronicAddressScheme> All { get; } =
    [
        .. (((string Country, string Code, string Name)[])[
            ("AD", "9922", "Andorra"), ("AL", "9923", "Albania"), ("AT", "9914", "Austria"), ("BA", "9924", "Bosnia and Herzegovina"),
            ("BE", "9925", "Belgium"), ("BG", "9926", "Bulgaria"), ("CH", "9927", "Switzerland"), ("CY", "9928", "Cyprus"),
            ("CZ", "9929", "Czechia"), ("DE", "9930", "Germany"), ("EE", "9931", "Estonia"), ("ES", "9920", "Spain"),
            ("FI", "0213", "Finland"), ("FR", "9957", "France"), ("GB", "9932", "United Kingdom"), ("GR", "9933", "Greece"),
            ("HR", "9934", "Croatia"), ("HU", "9910", "Hungary"), ("IE", "9935", "Ireland"), ("IT", "0211", "Italy"),
            ("LI", "9936", "Liechtenstein"), ("LT", "9937", "Lithuania"), ("LU", "9938", "Luxembourg"), ("LV", "9939", "Latvia"),
            ("MC", "9940", "Monaco"), ("ME", "9941", "Montenegro"), ("MK", "9942", "North Macedonia"), ("MT", "9943", "Malta"),
            ("NL", "9944", "Netherlands"), ("PL", "9945", "Poland"), ("PT", "9946", "Portugal"), ("RO", "9947", "Romania"),
            ("RS", "9948", "Serbia"), ("SI", "9949", "Slovenia"), ("SK", "9950", "Slovakia"), ("SM", "9951", "San Marino"),
            ("TR", "9952", "Türkiye"), ("VA", "9953", "Vatican City"),
        ]).Select(vat => new ElectronicAddressScheme(vat.Code, $"{vat.Name}: VAT ID", vat.Country, AnyForm)),
        new("0002", "France: SIRENE", null, "[0-9]{9}"),
        new("0007", "Sweden: organisation number", null, "[0-9]{10}"),
        new("0009", "France: SIRET", null, "[0-9]{14}"),
        new("0037", "Finland: LY-tunnus", null, AnyForm),
        new("0060", "D-U-N-S number", null, "[0-9]{9}"),
        new("0088", "GLN (EAN location code)", null, "[0-9]{13}"),
        new("0096", "Denmark: P number", null, "[0-9]{10}"),
        new("0106", "Netherlands: KvK number", null, "[0-9]{8}"),
        new("0130", "European Commission: directorate", null, AnyForm),
        new("0135", "Italy: SIA", null, AnyForm),
        new("0142", "Italy: SECETI", null, AnyForm),
        new("0147", "Japan: standard company code", null, AnyForm),
        new("0151", "Australia: ABN", null, "[0-9]{11}"),
        new("0154", "Czechia: IČO", null, "[0-9]{8}"),
        new("0158", "Slovakia: IČO", null, "[0-9]{8}"),
        new("0170", "Japan: Teikoku company code", null, AnyForm),
        new("0177", "Odette identifier", null, AnyForm),
        new("0183", "Switzerland: UID", null, "CHE[0-9]{9}"),
        new("0184", "Denmark: CVR number", null, "(DK)?[0-9]{8}"),
        new("0188", "Japan: corporate number", null, "[0-9]{13}"),
        new("0190", "Netherlands: OIN", null, "[0-9]{20}"),
        new("0191", "Estonia: company code", null, "[0-9]{8}"),
        new("0192", "Norway: organisation number", null, "[0-9]{9}"),
        new("0193", "Belgium: UBL.BE", null, AnyForm),
        new("0194", "KOIOS open technical dictionary", null, AnyForm),
        new("0195", "Singapore: UEN", null, "[A-Z0-9]{9,20}"),
        new("0196", "Iceland: kennitala", null, "[0-9]{10}"),
        new("0198", "Denmark: SE number", null, "(DK)?[0-9]{8}"),
        new("0199", "Legal entity identifier (LEI)", null, "[A-Z0-9]{18}[0-9]{2}"),
        new("0200", "Lithuania: legal entity code", null, "[0-9]{7,9}"),
        new("0201", "Italy: IPA code", null, "[A-Z0-9]{6}"),
        new("0202", "Italy: certified email (PEC)", null, "[^@\\s]+@[^@\\s]+"),
        new("0203", "Sweden: eDelivery network participant", null, AnyForm),
        new("0204", "Germany: Leitweg-ID", null, "[0-9]{2,12}(-[A-Za-z0-9]{1,30})?-[0-9]{2}"),
        new("0205", "Italy: CODDEST", null, "[A-Z0-9]{7}"),
        new("0208", "Belgium: enterprise number", null, "[0-9]{10}"),
        new("0209", "GS1 identification key", null, AnyForm),
        new("0210", "Italy: codice fiscale", null, "[A-Z0-9]{11}|[A-Z0-9]{16}"),
        new("0212", "Finland: organisation identifier", null, AnyForm),
        new("0215", "Finland: Net service ID", null, AnyForm),
        new("0216", "Finland: OVT code", null, "0037[A-Za-z0-9]{8,17}"),
        new("0217", "Netherlands: KvK establishment number", null, "[0-9]{12}"),
        new("0218", "Latvia: registration number", null, "[0-9]{11}"),
        new("0221", "Japan: qualified invoice issuer", null, "T[0-9]{13}"),
        new("0225", "France: electronic address", null, AnyForm),
        new("0230", "Malaysia: e-invoicing framework", null, AnyForm),
        new("0235", "United Arab Emirates: TIN", null, AnyForm),
        new("0240", "Luxembourg: register of legal persons", null, AnyForm),
        new("9913", "Business registers network", null, AnyForm),
        new("9915", "Austria: authority", null, AnyForm),
        new("9918", "IBAN", null, "[A-Z]{2}[0-9]{2}[A-Z0-9]{1,30}"),
        new("9919", "Austria: KUR", null, AnyForm),
        new("9959", "United States: EIN", null, "[0-9]{2}-?[0-9]{7}"),
        new(Email, "Email (XRechnung and direct exchange only)", null, "[^@\\s]+@[^@\\s]+"),
    ];

    private static readonly FrozenDictionary<string, ElectronicAddressScheme> ByCode = All.ToFrozenDictionary(scheme => scheme.Code);

    public static ElectronicAddressScheme? Find(string code) => ByCode.GetValueOrDefault(code);

    public static ElectronicAddressScheme? FindForVatIds(string country) => All.FirstOrDefault(scheme => scheme.VatCountry == country);

    /// <summary>The address that a party of this country usually has: its VAT ID. None if it has none, or its country no scheme.</summary>
    /// <param name="country">As entered, like <paramref name="vatId"/>.</param>
    public static ElectronicAddress Propose(string country, string? vatId) =>
        Country.Find(country)?.Code is { } code && VatId.Normalize(vatId, code) is { } id && FindForVatIds(code) is { } scheme
            ? new ElectronicAddress(scheme.Code, id)
            : ElectronicAddress.None;

    /// <summary>Without spaces, and a VAT ID in its normal form.</summary>
    public static ElectronicAddress Normalize(ElectronicAddress address) => address with
    {
        Id = Find(address.Scheme)?.VatCountry is { } country
            ? VatId.Normalize(address.Id, country) ?? ""
            : string.Concat(address.Id.Where(character => !char.IsWhiteSpace(character))),
    };

    /// <summary>Whether this is an address of the scheme, by its form and check digits (Peppol, PEPPOL-COMMON-R040 to R050).</summary>
    public bool IsValid(string id) => VatCountry is { } country
        ? VatId.IsWellFormed(id, country)
        : Regex.IsMatch(id, $"^({Form})$", RegexOptions.CultureInvariant) && Code switch
        {
            "0007" => CheckDigits.IsRightByLuhn(id),
            "0088" => CheckDigits.IsRightByGs1(id),
            "0151" => CheckDigits.IsRightAustralianNumber(id),
            "0192" => CheckDigits.IsRightNorwegianNumber(id),
            "0208" => CheckDigits.IsRightBelgianNumber(id),
            _ => true,
        };
}
