using System.Globalization;
using System.Xml.Linq;

namespace ResellerPortal.Web.Tests.Documents;

/// <summary>
/// Rules of code lists, of Peppol's countries and of XRechnung for UBL documents, implemented from the specifications (docs.peppol.eu,
/// xeinkauf.de/xrechnung) and independent of the production code.
/// </summary>
internal static class ProfileRules
{
    private static readonly XNamespace Cac = "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2";
    private static readonly XNamespace Cbc = "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2";

    /// <summary>Peppol's list of electronic address schemes, which has no email addresses.</summary>
    private static readonly HashSet<string> Schemes = [
        .. ("0002 0007 0009 0037 0060 0088 0096 0097 0106 0130 0135 0142 0147 0151 0154 0158 0170 0177 0183 0184 0188 0190 0191 0192 0193 "
            + "0194 0195 0196 0198 0199 0200 0201 0202 0203 0204 0205 0208 0209 0210 0211 0212 0213 0215 0216 0217 0218 0221 0225 0230 "
            + "0235 0240 9910 9913 9914 9915 9918 9919 9920 9922 9923 9924 9925 9926 9927 9928 9929 9930 9931 9932 9933 9934 9935 9936 "
            + "9937 9938 9939 9940 9941 9942 9943 9944 9945 9946 9947 9948 9949 9950 9951 9952 9953 9957 9959").Split(' '),
    ];

    /// <returns>The violated rules.</returns>
    public static IReadOnlyList<string> BrokenBy(byte[] xml)
    {
        using var stream = new MemoryStream(xml);
        var document = XDocument.Load(stream).Root!;
        var broken = new List<string>();
        var (seller, buyer) = (GetParty("AccountingSupplierParty"), GetParty("AccountingCustomerParty"));
        var (country, other) = (GetCountry(seller), GetCountry(buyer));
        var profile = Value(document, "CustomizationID");
        var isPeppol = profile.EndsWith("urn:fdc:peppol.eu:2017:poacc:billing:3.0", StringComparison.Ordinal);
        var isXRechnung = profile.EndsWith("urn:xeinkauf.de:kosit:xrechnung_3.0", StringComparison.Ordinal);
        var isCredit = document.Name.LocalName == "CreditNote";
        Rule("BR-CL-14", new[] { country, other }.All(code => Core.Countries.Country.All.Any(c => c.Code == code)));
        Rule(
            "BR-CO-09",
            new[] { seller, buyer }.All(party => FindVatId(party) is not { } id
                || id[..2] is "EL" or "XI"
                || Core.Countries.Country.All.Any(c => c.Code == id[..2])));
        Rule("BR-CO-25", Has(document, "DueDate") || document.Element(Cac + "PaymentTerms") is { } terms && Has(terms, "Note"));
        var inAccounts = Value(document, "TaxCurrencyCode");
        Rule(
            "BR-53",
            inAccounts.Length == 0 || document.Elements(Cac + "TaxTotal").Count(
                total => (string?)total.Element(Cbc + "TaxAmount")?.Attribute("currencyID") == inAccounts
                    && total.Elements().Count() == 1) == 1);
        Rule("BR-53, own currency", inAccounts.Length == 0 || inAccounts != Value(document, "DocumentCurrencyCode"));
        Rule(
            "BR-CL-25",
            document.Descendants(Cbc + "EndpointID").All(id => (string?)id.Attribute("schemeID") is { } scheme
                && (Schemes.Contains(scheme) || (scheme == "EM" && !isPeppol))));
        Rule("PEPPOL-R008", document.Descendants().All(e => e.HasElements || !string.IsNullOrWhiteSpace(e.Value)));
        Rule("a company is not its name or VAT ID", new[] { seller, buyer }.All(
            party => FindRegistration(party)?.Value is not { } number || (number != GetName(party) && number != FindVatId(party))));
        if (isPeppol)
        {
            CheckPeppol();
        }

        if (isXRechnung || (isPeppol && country == "DE" && other == "DE"))
        {
            CheckGerman();
        }

        return broken;

        void CheckPeppol()
        {
            var number = FindRegistration(seller);
            var scheme = (string?)number?.Attribute("schemeID");
            Rule("PEPPOL-R001", Value(document, "ProfileID") == "urn:fdc:peppol.eu:2017:poacc:billing:01:1.0");
            Rule("PEPPOL-R010, R020", Has(seller, "EndpointID") && Has(buyer, "EndpointID"));
            Rule("PEPPOL-R003", Has(document, "BuyerReference"));
            Rule("DK-R-002, DK-R-014", country != "DK" || scheme == "0184");
            Rule(
                "DK-R-005",
                country != "DK" || GetPaymentMeans() is "1" or "10" or "31" or "42" or "48" or "49" or "50" or "58" or "59" or "93");
            Rule("NL-R-002", country != "NL" || IsAddressComplete(seller));
            Rule("NL-R-003", country != "NL" || scheme is "0106" or "0190");
            Rule("NL-R-004", country != "NL" || other != "NL" || IsAddressComplete(buyer));
            Rule(
                "NL-R-005",
                country != "NL" || other != "NL" || (string?)FindRegistration(buyer)?.Attribute("schemeID") is "0106" or "0190");
            Rule("NL-R-008", country != "NL" || other != "NL" || GetPaymentMeans() is "30" or "48" or "49" or "57" or "58" or "59");
            Rule("IS-R-002", country != "IS" || scheme == "0196");
            Rule("IS-R-003", country != "IS" || (HasAddress(seller, "StreetName") && HasAddress(seller, "PostalZone")));
            Rule(
                "IS-R-004", country != "IS" || other != "IS" || (string?)FindRegistration(buyer)?.Attribute("schemeID") == "0196");
            Rule(
                "IS-R-005",
                country != "IS" || other != "IS" || (HasAddress(buyer, "StreetName") && HasAddress(buyer, "PostalZone")));
            Rule("IT-R-002 to 004", country != "IT" || IsAddressComplete(seller));
            Rule("IT-R-001", country != "IT" || FindTaxNumber(seller) is not { } code || code.Length is >= 11 and <= 16);
            Rule(
                "NO-R-001",
                country != "NO"
                    || FindVatId(seller) is not { } id
                    || (id is ['N', 'O', .., 'M', 'V', 'A'] && id[2..^3].All(char.IsAsciiDigit)));
            Rule("SE-R-001", country != "SE" || FindVatId(seller) is not { Length: not 14 });
            Rule("SE-R-003, 004", country != "SE" || number is null || (number.Value.Length == 10 && number.Value.All(char.IsAsciiDigit)));
            Rule("SE-R-005", country != "SE" || number is null || FindTaxNumber(seller) is null or "Godkänd för F-skatt");
            Rule(
                "SE-R-006",
                country != "SE" || FindVatId(seller) is null || document.Descendants(Cac + "TaxCategory").All(
                    category => Value(category, "ID") != "S" || Value(category, "Percent") is "25" or "12" or "6"));
            Rule("GR-R-001, GR-R-004", country != "GR");
        }

        void CheckGerman()
        {
            var contact = seller.Element(Cac + "Contact");
            Rule("BR-DE-1", document.Element(Cac + "PaymentMeans") is not null);
            Rule(
                "BR-DE-2, 5 to 7",
                contact is not null && Has(contact, "Name") && Has(contact, "Telephone") && Has(contact, "ElectronicMail"));
            Rule("BR-DE-27", contact is not null && Value(contact, "Telephone").Count(char.IsAsciiDigit) >= 3);
            Rule("BR-DE-3, 4", HasAddress(seller, "CityName") && HasAddress(seller, "PostalZone"));
            Rule("BR-DE-8, 9", HasAddress(buyer, "CityName") && HasAddress(buyer, "PostalZone"));
            Rule("BR-DE-14", document.Descendants(Cac + "TaxSubtotal").All(t => Has(t.Element(Cac + "TaxCategory")!, "Percent")));
            Rule("BR-DE-15", Has(document, "BuyerReference"));
            Rule(
                "BR-DE-23",
                GetPaymentMeans() is not ("30" or "58")
                    || document.Element(Cac + "PaymentMeans")!.Element(Cac + "PayeeFinancialAccount") is not null);
            Rule("BR-DE-17", isCredit ? Value(document, "CreditNoteTypeCode") == "381" : Value(document, "InvoiceTypeCode") == "380");
        }

        XElement GetParty(string role) => document.Element(Cac + role)!.Element(Cac + "Party")!;

        string GetPaymentMeans() => Value(document.Element(Cac + "PaymentMeans")!, "PaymentMeansCode");

        void Rule(string name, bool isKept)
        {
            if (!isKept)
            {
                broken.Add(string.Create(CultureInfo.InvariantCulture, $"{name} ({country} to {other})"));
            }
        }
    }

    private static string GetCountry(XElement party) => Value(Address(party).Element(Cac + "Country")!, "IdentificationCode");

    private static XElement Address(XElement party) => party.Element(Cac + "PostalAddress")!;

    private static bool HasAddress(XElement party, string name) => Has(Address(party), name);

    private static bool IsAddressComplete(XElement party) =>
        HasAddress(party, "StreetName") && HasAddress(party, "CityName") && HasAddress(party, "PostalZone");

    private static string GetName(XElement party) => Value(party.Element(Cac + "PartyLegalEntity")!, "RegistrationName");

    private static XElement? FindRegistration(XElement party) => party.Element(Cac + "PartyLegalEntity")!.Element(Cbc + "CompanyID");

    private static string? FindVatId(XElement party) => FindTaxId(party, isVat: true);

    private static string? FindTaxNumber(XElement party) => FindTaxId(party, isVat: false);

    private static string? FindTaxId(XElement party, bool isVat) => party.Elements(Cac + "PartyTaxScheme")
        .Where(scheme => Value(scheme.Element(Cac + "TaxScheme")!, "ID") == "VAT" == isVat)
        .Select(scheme => Value(scheme, "CompanyID"))
        .SingleOrDefault();

    private static bool Has(XElement element, string name) => Value(element, name).Length > 0;

    private static string Value(XElement element, string name) => element.Element(Cbc + name)?.Value ?? "";
}
