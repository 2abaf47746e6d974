using ResellerPortal.Core.Countries;
using ResellerPortal.Core.ElectronicInvoices;
using ResellerPortal.Core.Taxes;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Invoicing;

/// <summary>
/// What a document needs before it can be an e-invoice of its profile. Rule names are those of EN 16931-1, of Peppol BIS Billing 3.0 and of
/// XRechnung 3.0; Peppol's rules of a country apply to sellers there.
/// </summary>
public static class ElectronicInvoiceRequirements
{
    /// <returns>What is missing, in words that complete "It needs …"; empty if nothing is.</returns>
    public static IReadOnlyList<string> FindMissing(InvoiceSnapshot snapshot) =>
        [.. FindMissingOfSeller(snapshot), .. FindMissingOfBuyer(snapshot), .. FindMissingOfDocument(snapshot)];

    /// <summary>What the seller has to add to its own details.</summary>
    public static IReadOnlyList<string> FindMissingOfSeller(InvoiceSnapshot snapshot)
    {
        var missing = new MissingDetails();
        var (seller, profile) = (snapshot.Seller, snapshot.ElectronicProfile);
        var country = seller.Address.Country;
        missing.Need(Country.IsCode(country), "your country");
        missing.Need(seller.VatId is not null || IsOutsideScope(snapshot), "your VAT ID");
        missing.Need(seller.VatId is null || VatId.HasPrefix(seller.VatId), "a VAT ID of yours that begins with its country's code");

        // BR-CO-26: without a VAT ID, which BR-O-02 forbids.
        missing.Need(
            !IsOutsideScope(snapshot) || seller.Registration.Number.Length > 0 || seller.Registration.TaxNumber.Length > 0,
            "your company registration number or tax number, since the document may not have a VAT ID");
        if (IsByGermanRules(snapshot))
        {
            // BR-DE-2 to 7.
            var rules = profile == ElectronicProfile.XRechnung ? "XRechnung" : "Germany";
            missing.Need(
                seller is { ContactName.Length: > 0, Phone.Length: > 0 } && seller.Phone.Count(char.IsAsciiDigit) >= 3,
                $"your contact with a telephone number, as {rules} requires");
            missing.Need(seller.Email.Length > 0, "your email address");
            missing.Need(seller.Address is { City.Length: > 0, PostalCode.Length: > 0 }, "your city and postal code");
            missing.Need(snapshot.Account is not null, "your bank account");
        }

        if (profile == ElectronicProfile.Peppol)
        {
            missing.Need(IsInPeppol(seller), "your electronic address, as Peppol requires");
            missing.Need(
                country is not ("DK" or "IS" or "NL") || seller.Registration.Number.Length > 0,
                $"your company registration number ({Country.GetName(country, Languages.DocumentLanguage.English)} requires it)");
            missing.Need(
                country is not ("IT" or "NL") || seller.Address is { Street.Length: > 0, City.Length: > 0, PostalCode.Length: > 0 },
                "your street, city and postal code");
            missing.Need(
                country != "IS" || seller.Address is { Street.Length: > 0, PostalCode.Length: > 0 }, "your street and postal code");
            missing.Need(
                country != "GR",
                "a MARK of the Greek tax authority's myDATA, which this portal cannot request: Greek sellers cannot send through Peppol");
        }

        return missing.All;
    }

    private static List<string> FindMissingOfBuyer(InvoiceSnapshot snapshot)
    {
        var missing = new MissingDetails();
        var (buyer, country) = (snapshot.Buyer, snapshot.Seller.Address.Country);
        missing.Need(Country.IsCode(buyer.Address.Country), "the customer's country");
        missing.Need(
            buyer.VatId is not null || snapshot.Taxes.All(t => t.Category != "AE"),
            "the customer's VAT ID, as reverse charge requires");
        missing.Need(buyer.VatId is null || VatId.HasPrefix(buyer.VatId), "a VAT ID of the customer that begins with its country's code");
        if (IsByGermanRules(snapshot))
        {
            // BR-DE-8, 9 and 15.
            missing.Need(buyer.Address is { City.Length: > 0, PostalCode.Length: > 0 }, "the customer's city and postal code");
            missing.Need(snapshot.BuyerReference is not null, "the customer's buyer reference (Leitweg-ID)");
        }

        if (snapshot.ElectronicProfile == ElectronicProfile.Peppol)
        {
            var isAtHome = buyer.Address.Country == country;
            missing.Need(IsInPeppol(buyer), "the customer's electronic address, as Peppol requires");
            missing.Need(
                snapshot.BuyerReference is not null || IsByGermanRules(snapshot),
                "the customer's buyer reference or order number, as Peppol requires");
            missing.Need(
                !isAtHome || country is not ("IS" or "NL") || buyer.Registration.Number.Length > 0,
                "the customer's company registration number");
            missing.Need(
                !isAtHome || country != "NL" || buyer.Address is { Street.Length: > 0, City.Length: > 0, PostalCode.Length: > 0 },
                "the customer's street, city and postal code");
            missing.Need(
                !isAtHome || country != "IS" || buyer.Address is { Street.Length: > 0, PostalCode.Length: > 0 },
                "the customer's street and postal code");
            missing.Need(!isAtHome || country != "NL" || snapshot.Account is not null, "your bank account");
        }

        return missing.All;
    }

    private static List<string> FindMissingOfDocument(InvoiceSnapshot snapshot)
    {
        var missing = new MissingDetails();
        missing.Need(
            snapshot.Currency.MinorDigits <= 2 && snapshot.AccountedTax is not { Currency.MinorDigits: > 2 },
            "a currency with at most two decimals, as EN 16931 requires");
        missing.Need(snapshot.Lines.Count > 0, "at least one line");

        // BR-S-05.
        missing.Need(
            snapshot.Taxes.All(tax => tax.Category != "S" || tax.RateBasisPoints > 0),
            "a tax rate above 0%, or a reason why there is none");

        // SE-R-006.
        missing.Need(
            snapshot is not { ElectronicProfile: ElectronicProfile.Peppol, Seller: { Address.Country: "SE", VatId: ['S', 'E', ..] } }
                || snapshot.Taxes.All(tax => tax.Category != "S" || tax.RateBasisPoints is 600 or 1200 or 2500),
            "a Swedish tax rate of 6, 12 or 25%");
        return missing.All;
    }

    /// <summary>Whether the rules of German authorities hold, which Peppol applies between German companies as well.</summary>
    private static bool IsByGermanRules(InvoiceSnapshot snapshot) => snapshot.ElectronicProfile == ElectronicProfile.XRechnung
        || snapshot is { ElectronicProfile: ElectronicProfile.Peppol, Seller.Address.Country: "DE", Buyer.Address.Country: "DE" };

    private static bool IsOutsideScope(InvoiceSnapshot snapshot) => snapshot.Taxes.Any(t => t.Category == "O");

    private static bool IsInPeppol(SnapshotParty party) =>
        party.ElectronicAddress is { IsGiven: true, Scheme: not ElectronicAddressScheme.Email };

    private sealed class MissingDetails
    {
        public List<string> All { get; } = [];

        public void Need(bool isThere, string what)
        {
            if (!isThere && !All.Contains(what))
            {
                All.Add(what);
            }
        }
    }
}
