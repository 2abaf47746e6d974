using System.Globalization;
using System.Xml.Linq;
using ResellerPortal.Core.ElectronicInvoices;
using ResellerPortal.Core.Invoicing;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Documents.Invoices.Electronic;

/// <summary>
/// Writes an invoice or credit note as UN/CEFACT Cross Industry Invoice (D16B), following EN 16931 and Factur-X 1.0 or XRechnung 3.0. All
/// amounts come from the snapshot; nothing is recalculated.
/// </summary>
internal static class CiiInvoiceWriter
{
    private static readonly XNamespace Rsm = "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100";
    private static readonly XNamespace Ram = "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100";
    private static readonly XNamespace Udt = "urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100";
    private static readonly XNamespace Qdt = "urn:un:unece:uncefact:data:standard:QualifiedDataType:100";

    public static byte[] Write(InvoiceSnapshot snapshot)
    {
        ElectronicInvoiceRules.DemandComplete(snapshot);
        var isXRechnung = snapshot.ElectronicProfile == ElectronicProfile.XRechnung;
        return ElectronicInvoiceRules.Bytes(new XElement(
            Rsm + "CrossIndustryInvoice",
            new XAttribute(XNamespace.Xmlns + "rsm", Rsm.NamespaceName),
            new XAttribute(XNamespace.Xmlns + "ram", Ram.NamespaceName),
            new XAttribute(XNamespace.Xmlns + "udt", Udt.NamespaceName),
            new XAttribute(XNamespace.Xmlns + "qdt", Qdt.NamespaceName),
            new XElement(
                Rsm + "ExchangedDocumentContext",
                isXRechnung ? Group("BusinessProcessSpecifiedDocumentContextParameter", Text("ID", ElectronicInvoiceRules.Process)) : null,
                Group(
                    "GuidelineSpecifiedDocumentContextParameter",
                    Text("ID", isXRechnung ? ElectronicInvoiceRules.XRechnungSpecification : ElectronicInvoiceRules.Specification))),
            new XElement(
                Rsm + "ExchangedDocument",
                Text("ID", snapshot.Number),

                // UNCL1001: commercial invoice, and credit note.
                Text("TypeCode", snapshot.Credits is null ? "380" : "381"),
                Group("IssueDateTime", Date(Udt, snapshot.IssuedOn)),
                Group("IncludedNote", Text("Content", ElectronicInvoiceRules.GetNote(snapshot)))),
            new XElement(
                Rsm + "SupplyChainTradeTransaction",
                snapshot.Lines.Select((line, index) => Line(line, index + 1, snapshot.Currency)),
                Agreement(snapshot),
                Group("ApplicableHeaderTradeDelivery"),
                Settlement(snapshot))));
    }

    private static XElement Line(SnapshotLine line, int number, Currency currency)
    {
        var (price, forHowMany) = ElectronicInvoiceRules.FormatPrice(line, currency);
        return Group(
            "IncludedSupplyChainTradeLineItem",
            Group("AssociatedDocumentLineDocument", Text("LineID", number.ToString(CultureInfo.InvariantCulture))),
            Group("SpecifiedTradeProduct", Text("Name", line.Description)),
            Group(
                "SpecifiedLineTradeAgreement",
                Group(
                    "NetPriceProductTradePrice",
                    Text("ChargeAmount", price),
                    forHowMany is null ? null : Text("BasisQuantity", forHowMany, Unit()))),
            Group(
                "SpecifiedLineTradeDelivery",
                Text("BilledQuantity", line.Quantity.ToString(CultureInfo.InvariantCulture), Unit())),
            Group(
                "SpecifiedLineTradeSettlement",
                Group(
                    "ApplicableTradeTax",
                    Text("TypeCode", "VAT"),
                    Text("CategoryCode", line.TaxCategory),
                    Given("RateApplicablePercent", ElectronicInvoiceRules.FormatPercent(line.TaxCategory, line.TaxRateBasisPoints))),
                Group("SpecifiedTradeSettlementLineMonetarySummation", Amount("LineTotalAmount", line.AmountMinorUnits, currency))));
    }

    private static XAttribute Unit() => new("unitCode", ElectronicInvoiceRules.One);

    private static XElement Agreement(InvoiceSnapshot snapshot)
    {
        // BR-O-02: a document that is not subject to tax has no VAT IDs.
        var hasVatIds = snapshot.Taxes.All(t => t.Category != "O");
        return Group(
            "ApplicableHeaderTradeAgreement",
            Given("BuyerReference", snapshot.BuyerReference),
            Party("SellerTradeParty", snapshot, snapshot.Seller, hasVatIds),
            Party("BuyerTradeParty", snapshot, snapshot.Buyer, hasVatIds));
    }

    private static XElement Party(string name, InvoiceSnapshot snapshot, SnapshotParty party, bool hasVatIds)
    {
        var isSeller = ReferenceEquals(party, snapshot.Seller);
        var registration = party.Registration;
        return Group(
            name,
            isSeller ? Given("ID", ElectronicInvoiceRules.FindSellerId(party, hasVatIds)) : null,
            Text("Name", party.Name),
            isSeller ? Given("Description", ElectronicInvoiceRules.GetLegalInformation(party)) : null,
            registration.Number.Length == 0 ? null : Group(
                "SpecifiedLegalOrganization",
                Text(
                    "ID",
                    registration.Number,
                    CompanyRegistrationRules.FindScheme(party.Address.Country, registration.Number) is { } scheme
                        ? [new XAttribute("schemeID", scheme)]
                        : [])),
            party.ContactName.Length == 0 ? null : Group(
                "DefinedTradeContact",
                Text("PersonName", party.ContactName),
                party.Phone.Length == 0 ? null : Group("TelephoneUniversalCommunication", Text("CompleteNumber", party.Phone)),
                party.Email.Length == 0 ? null : Group("EmailURIUniversalCommunication", Text("URIID", party.Email))),
            Group(
                "PostalTradeAddress",
                Given("PostcodeCode", party.Address.PostalCode),
                Given("LineOne", party.Address.Street),
                Given("CityName", party.Address.City),
                Text("CountryID", party.Address.Country)),
            ElectronicInvoiceRules.FindElectronicAddress(snapshot, party) is { } address
                ? Group("URIUniversalCommunication", Text("URIID", address.Id, new XAttribute("schemeID", address.Scheme)))
                : null,
            party.VatId is { } vatId && hasVatIds
                ? Group("SpecifiedTaxRegistration", Text("ID", vatId, new XAttribute("schemeID", "VA")))
                : null,
            isSeller && registration.TaxNumber.Length > 0
                ? Group("SpecifiedTaxRegistration", Text("ID", registration.TaxNumber, new XAttribute("schemeID", "FC")))
                : null);
    }

    private static XElement Settlement(InvoiceSnapshot snapshot)
    {
        var currency = snapshot.Currency;
        return Group(
            "ApplicableHeaderTradeSettlement",
            Text("PaymentReference", snapshot.Number),
            snapshot.AccountedTax is { } accounted ? Text("TaxCurrencyCode", accounted.Currency.Code) : null,
            Text("InvoiceCurrencyCode", currency.Code),
            PaymentMeans(snapshot),
            snapshot.Taxes.Select(tax => Group(
                "ApplicableTradeTax",
                Amount("CalculatedAmount", tax.TaxMinorUnits, currency),
                Text("TypeCode", "VAT"),
                Given("ExemptionReason", tax.Reason),
                Amount("BasisAmount", tax.TaxableMinorUnits, currency),
                Text("CategoryCode", tax.Category),
                Given("ExemptionReasonCode", tax.ReasonCode),
                Given("RateApplicablePercent", ElectronicInvoiceRules.FormatTotalPercent(snapshot, tax)))),
            Group(
                "BillingSpecifiedPeriod",
                Group("StartDateTime", Date(Udt, snapshot.PeriodFrom)),
                Group("EndDateTime", Date(Udt, snapshot.PeriodTo))),
            Group(
                "SpecifiedTradePaymentTerms",
                Text("Description", ElectronicInvoiceRules.GetPaymentTerms(snapshot)),
                snapshot.Credits is null ? Group("DueDateDateTime", Date(Udt, snapshot.DueOn)) : null),
            Group(
                "SpecifiedTradeSettlementHeaderMonetarySummation",
                Amount("LineTotalAmount", snapshot.NetMinorUnits, currency),
                Amount("TaxBasisTotalAmount", snapshot.NetMinorUnits, currency),
                TaxTotal(new Money(snapshot.TaxMinorUnits, currency)),

                // BR-53: the tax in its accounting currency.
                snapshot.AccountedTax is { } inAccounts ? TaxTotal(inAccounts) : null,
                Amount("GrandTotalAmount", snapshot.TotalMinorUnits, currency),
                snapshot.FromBalanceMinorUnits != 0 ? Amount("TotalPrepaidAmount", snapshot.FromBalanceMinorUnits, currency) : null,
                Amount("DuePayableAmount", snapshot.Payable.MinorUnits, currency)),
            snapshot.Credits is { } credits
                ? Group(
                    "InvoiceReferencedDocument",
                    Text("IssuerAssignedID", credits.Number),
                    Group("FormattedIssueDateTime", Date(Qdt, credits.IssuedOn)))
                : null);
    }

    private static XElement TaxTotal(Money tax) =>
        Text(
            "TaxTotalAmount",
            ElectronicInvoiceRules.FormatAmount(tax.MinorUnits, tax.Currency),
            new XAttribute("currencyID", tax.Currency.Code));

    private static XElement PaymentMeans(InvoiceSnapshot snapshot) => Group(
        "SpecifiedTradeSettlementPaymentMeans",
        Text("TypeCode", ElectronicInvoiceRules.GetPaymentMeans(snapshot)),
        snapshot.Account is { } account
            ? Group("PayeePartyCreditorFinancialAccount", Text("IBANID", account.Iban), Text("AccountName", account.Holder))
            : null,
        snapshot.Account is { Bic: { Length: > 0 } bic } ? Group("PayeeSpecifiedCreditorFinancialInstitution", Text("BICID", bic)) : null);

    private static XElement Amount(string name, long minorUnits, Currency currency) =>
        Text(name, ElectronicInvoiceRules.FormatAmount(minorUnits, currency));

    private static XElement Date(XNamespace space, DateOnly day) =>
        new(space + "DateTimeString", new XAttribute("format", "102"), day.ToString("yyyyMMdd", CultureInfo.InvariantCulture));

    private static XElement? Given(string name, string? value) =>
        ElectronicInvoiceRules.FindText(value) is { } text ? new XElement(Ram + name, text) : null;

    private static XElement Text(string name, string value, params XAttribute[] attributes) =>
        new(Ram + name, attributes, ElectronicInvoiceRules.FindText(value) ?? "-");

    private static XElement Group(string name, params object?[] content) => new(Ram + name, content);
}
