using System.Globalization;
using System.Xml.Linq;
using ResellerPortal.Core.ElectronicInvoices;
using ResellerPortal.Core.Invoicing;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Documents.Invoices.Electronic;

/// <summary>
/// Writes an invoice or credit note as UBL 2.1, following EN 16931 and Peppol BIS Billing 3.0 or XRechnung 3.0. All amounts come from the
/// snapshot; nothing is recalculated. Rule names in comments are from EN 16931-1 and its UBL binding.
/// </summary>
internal static class UblInvoiceWriter
{
    private const string PeppolSpecification = "urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0";

    // The type codes are UNCL1001's: commercial invoice, and credit note.
    private static readonly Vocabulary Invoice = new(
        (XNamespace)"urn:oasis:names:specification:ubl:schema:xsd:Invoice-2" + "Invoice", "380", "InvoiceLine", "InvoicedQuantity");
    private static readonly Vocabulary CreditNote = new(
        (XNamespace)"urn:oasis:names:specification:ubl:schema:xsd:CreditNote-2" + "CreditNote",
        "381",
        "CreditNoteLine",
        "CreditedQuantity");
    private static readonly XNamespace Cac = "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2";
    private static readonly XNamespace Cbc = "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2";

    public static byte[] Write(InvoiceSnapshot snapshot)
    {
        ElectronicInvoiceRules.DemandComplete(snapshot);

        // BR-O-02: a document that is not subject to tax has no VAT IDs.
        var hasVatIds = snapshot.Taxes.All(t => t.Category != "O");
        var words = snapshot.Credits is null ? Invoice : CreditNote;
        var document = new XElement(
            words.Root,
            new XAttribute("xmlns", words.Root.NamespaceName),
            new XAttribute(XNamespace.Xmlns + "cac", Cac.NamespaceName),
            new XAttribute(XNamespace.Xmlns + "cbc", Cbc.NamespaceName),
            Text("CustomizationID", snapshot.ElectronicProfile switch
            {
                ElectronicProfile.XRechnung => ElectronicInvoiceRules.XRechnungSpecification,
                ElectronicProfile.Peppol => PeppolSpecification,
                _ => ElectronicInvoiceRules.Specification,
            }),
            Text("ProfileID", ElectronicInvoiceRules.Process),
            Text("ID", snapshot.Number),
            Text("IssueDate", Date(snapshot.IssuedOn)),
            snapshot.Credits is null ? Text("DueDate", Date(snapshot.DueOn)) : null,
            Text(words.Root.LocalName + "TypeCode", words.TypeCode),
            Text("Note", ElectronicInvoiceRules.GetNote(snapshot)),
            Text("DocumentCurrencyCode", snapshot.Currency.Code),
            snapshot.AccountedTax is { } accounted ? Text("TaxCurrencyCode", accounted.Currency.Code) : null,
            Given("BuyerReference", snapshot.BuyerReference),
            new XElement(Cac + "InvoicePeriod", Text("StartDate", Date(snapshot.PeriodFrom)), Text("EndDate", Date(snapshot.PeriodTo))),
            snapshot.Credits is { } credits
                ? new XElement(
                    Cac + "BillingReference",
                    new XElement(Cac + "InvoiceDocumentReference", Text("ID", credits.Number), Text("IssueDate", Date(credits.IssuedOn))))
                : null,
            new XElement(Cac + "AccountingSupplierParty", Party(snapshot, snapshot.Seller, hasVatIds)),
            new XElement(Cac + "AccountingCustomerParty", Party(snapshot, snapshot.Buyer, hasVatIds)),
            PaymentMeans(snapshot),
            new XElement(Cac + "PaymentTerms", Text("Note", ElectronicInvoiceRules.GetPaymentTerms(snapshot))),
            new XElement(
                Cac + "TaxTotal",
                Amount("TaxAmount", snapshot.TaxMinorUnits, snapshot.Currency),
                snapshot.Taxes.Select(tax => Subtotal(snapshot, tax))),

            // BR-53: the tax in its accounting currency, as one amount.
            snapshot.AccountedTax is { } tax
                ? new XElement(Cac + "TaxTotal", Amount("TaxAmount", tax.MinorUnits, tax.Currency))
                : null,
            new XElement(
                Cac + "LegalMonetaryTotal",
                Amount("LineExtensionAmount", snapshot.NetMinorUnits, snapshot.Currency),
                Amount("TaxExclusiveAmount", snapshot.NetMinorUnits, snapshot.Currency),
                Amount("TaxInclusiveAmount", snapshot.TotalMinorUnits, snapshot.Currency),
                snapshot.FromBalanceMinorUnits != 0 ? Amount("PrepaidAmount", snapshot.FromBalanceMinorUnits, snapshot.Currency) : null,
                Amount("PayableAmount", snapshot.Payable.MinorUnits, snapshot.Currency)),
            snapshot.Lines.Select((line, index) => Line(line, index + 1, words, snapshot.Currency)));
        return ElectronicInvoiceRules.Bytes(document);
    }

    private static XElement Party(InvoiceSnapshot snapshot, SnapshotParty party, bool hasVatIds)
    {
        var isSeller = ReferenceEquals(party, snapshot.Seller);
        var registration = party.Registration;
        return new XElement(
            Cac + "Party",
            ElectronicInvoiceRules.FindElectronicAddress(snapshot, party) is { } address
                ? Text("EndpointID", address.Id, new XAttribute("schemeID", address.Scheme))
                : null,
            isSeller && ElectronicInvoiceRules.FindSellerId(party, hasVatIds) is { } id
                ? new XElement(Cac + "PartyIdentification", Text("ID", id))
                : null,
            new XElement(Cac + "PartyName", Text("Name", party.Name)),
            new XElement(
                Cac + "PostalAddress",
                Given("StreetName", party.Address.Street),
                Given("CityName", party.Address.City),
                Given("PostalZone", party.Address.PostalCode),
                new XElement(Cac + "Country", Text("IdentificationCode", party.Address.Country))),
            party.VatId is { } vatId && hasVatIds ? new XElement(Cac + "PartyTaxScheme", Text("CompanyID", vatId), Vat()) : null,
            isSeller && registration.TaxNumber.Length > 0
                ? new XElement(Cac + "PartyTaxScheme", Text("CompanyID", registration.TaxNumber), TaxScheme("TAX"))
                : null,
            new XElement(
                Cac + "PartyLegalEntity",
                Text("RegistrationName", party.Name),
                registration.Number.Length == 0 ? null : Text(
                    "CompanyID",
                    registration.Number,
                    CompanyRegistrationRules.FindScheme(party.Address.Country, registration.Number) is { } scheme
                        ? [new XAttribute("schemeID", scheme)]
                        : []),
                isSeller ? Given("CompanyLegalForm", ElectronicInvoiceRules.GetLegalInformation(party)) : null),
            party.Email.Length > 0 || party.ContactName.Length > 0
                ? new XElement(
                    Cac + "Contact",
                    Given("Name", party.ContactName),
                    Given("Telephone", party.Phone),
                    Given("ElectronicMail", party.Email))
                : null);
    }

    private static XElement PaymentMeans(InvoiceSnapshot snapshot) => new(
        Cac + "PaymentMeans",
        Text("PaymentMeansCode", ElectronicInvoiceRules.GetPaymentMeans(snapshot)),
        Text("PaymentID", snapshot.Number),
        snapshot.Account is { } account
            ? new XElement(
                Cac + "PayeeFinancialAccount",
                Text("ID", account.Iban),
                Text("Name", account.Holder),
                account.Bic.Length > 0 ? new XElement(Cac + "FinancialInstitutionBranch", Text("ID", account.Bic)) : null)
            : null);

    private static XElement Subtotal(InvoiceSnapshot snapshot, SnapshotTax tax) => new(
        Cac + "TaxSubtotal",
        Amount("TaxableAmount", tax.TaxableMinorUnits, snapshot.Currency),
        Amount("TaxAmount", tax.TaxMinorUnits, snapshot.Currency),
        new XElement(
            Cac + "TaxCategory",
            Text("ID", tax.Category),
            Given("Percent", ElectronicInvoiceRules.FormatTotalPercent(snapshot, tax)),
            Given("TaxExemptionReasonCode", tax.ReasonCode),
            Given("TaxExemptionReason", tax.Reason),
            Vat()));

    private static XElement Line(SnapshotLine line, int number, Vocabulary words, Currency currency)
    {
        var (price, forHowMany) = ElectronicInvoiceRules.FormatPrice(line, currency);
        return new XElement(
            Cac + words.Line,
            Text("ID", number.ToString(CultureInfo.InvariantCulture)),
            Text(words.Quantity, line.Quantity.ToString(CultureInfo.InvariantCulture), Unit()),
            Amount("LineExtensionAmount", line.AmountMinorUnits, currency),
            new XElement(
                Cac + "Item",
                Text("Name", line.Description),
                new XElement(
                    Cac + "ClassifiedTaxCategory",
                    Text("ID", line.TaxCategory),
                    Given("Percent", ElectronicInvoiceRules.FormatPercent(line.TaxCategory, line.TaxRateBasisPoints)),
                    Vat())),
            new XElement(
                Cac + "Price",
                Text("PriceAmount", price, new XAttribute("currencyID", currency.Code)),
                forHowMany is null ? null : Text("BaseQuantity", forHowMany, Unit())));
    }

    private static XAttribute Unit() => new("unitCode", ElectronicInvoiceRules.One);

    private static XElement TaxScheme(string id) => new(Cac + "TaxScheme", Text("ID", id));

    private static XElement Vat() => TaxScheme("VAT");

    private static XElement Amount(string name, long minorUnits, Currency currency) =>
        Text(name, ElectronicInvoiceRules.FormatAmount(minorUnits, currency), new XAttribute("currencyID", currency.Code));

    private static XElement? Given(string name, string? value) =>
        ElectronicInvoiceRules.FindText(value) is { } text ? new XElement(Cbc + name, text) : null;

    private static XElement Text(string name, string value, params XAttribute[] attributes) =>
        new(Cbc + name, attributes, ElectronicInvoiceRules.FindText(value) ?? "-");

    private static string Date(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    /// <summary>The names that differ between UBL's two document types.</summary>
    private sealed record Vocabulary(XName Root, string TypeCode, string Line, string Quantity);
}
