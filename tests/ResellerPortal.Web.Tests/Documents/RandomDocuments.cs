using CsCheck;
using ResellerPortal.Core.Invoicing;
using ResellerPortal.Core.Languages;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Taxes;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Web.Tests.Documents;

/// <summary>Random invoices and credit notes of a profile, of parties in many countries, complete or not.</summary>
internal static class RandomDocuments
{
    /// <summary>Companies as their countries would have them: VAT ID, registration number, tax number, electronic address.</summary>
    private static readonly (string Country, string? VatId, string Number, string TaxNumber, ElectronicAddress Address)[] Companies =
    [
        ("DE", "DE136695976", "HRB 12345", "30/123/45678", new("9930", "DE136695976")),
        ("DE", "DE136695976", "", "", new("0204", "04011000-12345-03")),
        ("LT", "LT100001919017", "100001919", "", new("9937", "LT100001919017")),
        ("DK", "DK13585628", "13585628", "", new("0184", "13585628")),
        ("DK", "DK13585628", "", "", ElectronicAddress.None),
        ("NL", "NL004495445B01", "33031431", "", new("0106", "33031431")),
        ("NL", "NL004495445B01", "00000001820029336000", "", new("0190", "00000001820029336000")),
        ("SE", "SE556188840401", "5561888404", "Godkänd för F-skatt", new("0007", "5561888404")),
        ("NO", "NO995525828MVA", "995525828", "Foretaksregisteret", new("0192", "995525828")),
        ("IT", "IT00743110157", "", "00743110157", new("0211", "IT00743110157")),
        ("IS", "IS12345", "5402696459", "", new("0196", "5402696459")),
        ("GR", "EL094259216", "", "", new("9933", "EL094259216")),
        ("FR", "FR40303265045", "303265045", "", new("0002", "303265045")),
        ("BE", "BE0428759497", "0428759497", "", new("0208", "0428759497")),
        ("GB", "GB980780684", "03977902", "", new("9932", "GB980780684")),
        ("CH", "CHE107787577MWST", "CHE107787577", "", new("0183", "CHE107787577")),
        ("US", null, "C1234567", "12-3456789", new("0060", "123456789")),
        ("AU", null, "51824753556", "", new("0151", "51824753556")),
        ("JP", "JP1234567890123", "1234567890123", "", new("0188", "1234567890123")),
    ];

    private static readonly Gen<string> Text = Gen.Frequency(
        (6, Gen.OneOf("Acme", "Ąžuolas & <Söhne> \"OÜ\"", "東京株式会社", "شركة الأمل", "A", "  Acme  ", "=1+1", "]]>", "Zoë’s 😀")),
        (1, Gen.Char.Array[1, 30].Select(characters => new string(characters))));

    private static readonly Gen<bool> Mostly = Gen.Frequency((7, true), (1, false));

    private static readonly Gen<SnapshotParty> Party = Gen.Select(
        Gen.OneOf(Companies), Text, Mostly, Mostly, Gen.OneOf("", "GmbH", "Société anonyme"), Gen.OneOf("", "Amtsgericht Berlin"),
        (company, name, hasAddress, hasContact, form, court) => new SnapshotParty(
            name,
            hasAddress
                ? new PostalAddress("Street 1", "10115", "Berlin", company.Country)
                : new PostalAddress("", "", "", company.Country),
            company.VatId,
            "billing@company.example",
            hasContact ? "Rasa" : "",
            hasContact ? "+370 5 000 0000" : "")
        {
            ElectronicAddress = company.Address,
            Registration = new CompanyRegistration(company.Number, company.TaxNumber, form, court),
        });

    private static readonly Gen<(string Description, long Quantity, long Price)> Line = Gen.Select(
        Text, Gen.Long[-50, 50_000], Gen.Long[0, 9_000_000]);

    private static readonly Gen<(string Currency, string? Own, long Nanos)> Currencies = Gen.Select(
        Gen.OneOf("EUR", "EUR", "USD", "JPY", "SEK", "DKK", "ISK", "KWD"),
        Gen.OneOf<string?>(null, null, "EUR", "JPY", "HUF"),
        Gen.Long[1_000_000, 200_000_000_000]);

    private static readonly Gen<(string Category, int Rate)> Tax = Gen.Select(
        Gen.OneOf("S", "S", "S", "AE", "E", "G", "O"), Gen.OneOf(600, 700, 1200, 1900, 2100, 2500, 2550));

    private static readonly Gen<(bool IsCredit, bool HasReference, bool HasAccount, bool HasLink, string Language)> Terms = Gen.Select(
        Gen.Bool, Mostly, Mostly, Gen.Bool, Gen.OneOf([.. DocumentLanguage.All.Select(language => language.Code)]));

    public static Gen<InvoiceSnapshot> ForProfile(ElectronicProfile profile) => Gen.Select(
        Gen.Select(Party, Party),
        Line.Array[1, 8],
        Currencies,
        Tax,
        Terms,
        Gen.Long[0, 400],
        (parties, lines, currencies, tax, terms, balance) =>
        {
            var currency = Currency.FromCode(currencies.Currency);
            SnapshotLine[] priced = [.. lines.Select(line => new SnapshotLine(
                line.Description,
                line.Quantity,
                line.Price,
                Money.Round(new UnitPrice(line.Price, currency) * line.Quantity).MinorUnits,
                tax.Category,
                tax.Category == "S" ? tax.Rate : 0))];
            var subtotals = TaxCalculation.Subtotals(
                priced.Select(line => (line.TaxCategory, line.TaxRateBasisPoints, new Money(line.AmountMinorUnits, currency))), currency);
            var (net, taxes) = (priced.Sum(line => line.AmountMinorUnits), subtotals.Sum(s => s.Tax.MinorUnits));
            var standard = SampleDocuments.Standard();
            var snapshot = standard with
            {
                Currency = currency,
                Seller = parties.Item1,
                Buyer = parties.Item2,
                BuyerReference = terms.HasReference ? "04011000-12345-03" : null,
                Lines = priced,
                Taxes =
                [
                    .. subtotals.Select(s => new SnapshotTax(
                        s.Category,
                        s.RateBasisPoints,
                        s.Taxable.MinorUnits,
                        s.Tax.MinorUnits,
                        tax.Category == "S" ? null : "A reason",
                        tax.Category is "AE" or "G" or "O" ? $"VATEX-EU-{tax.Category}" : null)),
                ],
                NetMinorUnits = net,
                TaxMinorUnits = taxes,
                TotalMinorUnits = net + taxes,
                FromBalanceMinorUnits = terms.IsCredit ? 0 : Math.Clamp(net + taxes, 0, balance),
                Account = terms.HasAccount
                    ? new BankAccount("Northwind", "LT121000011101001000", balance % 2 == 0 ? "CBVILT2X" : "")
                    : null,
                PayLink = terms is { HasLink: true, IsCredit: false } ? "https://pay.example/INV-1" : null,
                Language = terms.Language,
                ElectronicProfile = profile,
                Credits = terms.IsCredit ? new SnapshotCredit("INV-0", standard.IssuedOn, "Agreed") : null,
            };
            snapshot = currencies.Own is { } own && own != currencies.Currency
                ? SampleDocuments.Abroad(snapshot, own, currencies.Nanos)
                : snapshot;
            return balance % 4 == 0 && currencies.Currency != "PLN" ? SampleDocuments.Taxed(snapshot, "PLN", 4_256_700_000) : snapshot;
        });
}
