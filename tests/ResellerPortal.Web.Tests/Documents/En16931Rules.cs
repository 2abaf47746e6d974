using System.Globalization;
using System.Xml.Linq;

namespace ResellerPortal.Web.Tests.Documents;

/// <summary>
/// Rules of EN 16931-1 and Peppol BIS Billing 3.0 for UBL invoices and credit notes, implemented from the specification
/// (docs.peppol.eu/poacc/billing/3.0/rules) and independent of the production code.
/// </summary>
internal static class En16931Rules
{
    private static readonly XNamespace Cac = "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2";
    private static readonly XNamespace Cbc = "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2";

    /// <summary>The order of the used top-level elements in the UBL 2.1 schema.</summary>
    private static readonly string[] SchemaOrder =
    [
        "CustomizationID", "ProfileID", "ID", "IssueDate", "DueDate", "InvoiceTypeCode", "CreditNoteTypeCode", "Note",
        "DocumentCurrencyCode", "TaxCurrencyCode", "BuyerReference", "InvoicePeriod", "BillingReference",
        "AccountingSupplierParty", "AccountingCustomerParty", "PaymentMeans", "PaymentTerms", "TaxTotal", "LegalMonetaryTotal",
        "InvoiceLine", "CreditNoteLine",
    ];

    /// <returns>The violated rules.</returns>
    public static IReadOnlyList<string> BrokenBy(byte[] xml)
    {
        using var stream = new MemoryStream(xml);
        var invoice = XDocument.Load(stream).Root!;
        var broken = new List<string>();
        var (seller, buyer) = (PartyOf("AccountingSupplierParty"), PartyOf("AccountingCustomerParty"));
        var isCredit = invoice.Name.LocalName == "CreditNote";
        var (lineName, quantityName) = isCredit ? ("CreditNoteLine", "CreditedQuantity") : ("InvoiceLine", "InvoicedQuantity");
        var lines = invoice.Elements(Cac + lineName).ToList();
        var subtotals = invoice.Element(Cac + "TaxTotal")!.Elements(Cac + "TaxSubtotal").ToList();
        var totals = invoice.Element(Cac + "LegalMonetaryTotal")!;
        var (net, exclusive, inclusive, payable) = (
            Number(totals, "LineExtensionAmount"),
            Number(totals, "TaxExclusiveAmount"),
            Number(totals, "TaxInclusiveAmount"),
            Number(totals, "PayableAmount"));
        var tax = Number(invoice.Element(Cac + "TaxTotal")!, "TaxAmount");

        Rule(
            "UBL 2.1, order",
            invoice.Elements().Select(e => Array.IndexOf(SchemaOrder, e.Name.LocalName)) is var order
                && order.All(i => i >= 0)
                && order.SequenceEqual(order.Order()));
        Rule("BR-01", Has(invoice, "CustomizationID"));
        Rule("PEPPOL-R001", Has(invoice, "ProfileID"));
        Rule("BR-02", Has(invoice, "ID"));
        Rule("BR-03", DateOnly.TryParseExact(Value(invoice, "IssueDate"), "yyyy-MM-dd", out _));
        Rule("BR-04", isCredit ? Value(invoice, "CreditNoteTypeCode") == "381" : Value(invoice, "InvoiceTypeCode") == "380");
        Rule(
            "UBL 2.1, namespace", invoice.Name.NamespaceName == $"urn:oasis:names:specification:ubl:schema:xsd:{invoice.Name.LocalName}-2");
        Rule("BR-55", !isCredit || Has(invoice.Element(Cac + "BillingReference")!.Element(Cac + "InvoiceDocumentReference")!, "ID"));
        Rule("BR-05", Has(invoice, "DocumentCurrencyCode"));
        Rule(
            "BR-06, BR-07",
            Has(seller.Element(Cac + "PartyLegalEntity")!, "RegistrationName")
                && Has(buyer.Element(Cac + "PartyLegalEntity")!, "RegistrationName"));
        Rule(
            "BR-09, BR-11",
            new[] { seller, buyer }.All(
                p => Value(p.Element(Cac + "PostalAddress")!.Element(Cac + "Country")!, "IdentificationCode").Length == 2));
        Rule("BR-16", lines.Count > 0);
        Rule("BR-CO-10", lines.Sum(l => Number(l, "LineExtensionAmount")) == net);
        Rule("BR-CO-13", exclusive == net);
        Rule("BR-CO-14", subtotals.Sum(s => Number(s, "TaxAmount")) == tax);
        Rule("BR-CO-15", inclusive == exclusive + tax);
        Rule("BR-CO-16", payable == inclusive - (Has(totals, "PrepaidAmount") ? Number(totals, "PrepaidAmount") : 0));
        Rule("BR-CO-18", subtotals.Count > 0);
        Rule("BR-CO-25", payable <= 0 || Has(invoice, "DueDate") || invoice.Element(Cac + "PaymentTerms") is not null);
        Rule(
            "BR-CO-26",
            FindVatId(seller) is not null
                || Has(seller.Element(Cac + "PartyLegalEntity")!, "CompanyID")
                || seller.Element(Cac + "PartyIdentification") is not null);
        Rule(
            "BR-29",
            string.CompareOrdinal(
                Value(invoice.Element(Cac + "InvoicePeriod")!, "EndDate"),
                Value(invoice.Element(Cac + "InvoicePeriod")!, "StartDate")) >= 0);
        var (currency, ofBooks) = (Value(invoice, "DocumentCurrencyCode"), Value(invoice, "TaxCurrencyCode"));
        var booked = invoice.Elements(Cac + "TaxTotal").Where(t => !t.Elements(Cac + "TaxSubtotal").Any()).ToList();
        Rule(
            "PEPPOL-R051",
            invoice
                .Descendants()
                .Attributes("currencyID")
                .Where(a => !booked.Contains(a.Parent!.Parent!))
                .Select(a => a.Value)
                .Distinct()
                .SequenceEqual([currency]));
        Rule("PEPPOL-R005", ofBooks != currency);
        Rule(
            "BR-53, PEPPOL-R053, R054",
            invoice.Elements(Cac + "TaxTotal").Count() - booked.Count == 1 && booked.Count == (Has(invoice, "TaxCurrencyCode") ? 1 : 0));
        Rule("BR-53", booked.All(t => (string?)t.Element(Cbc + "TaxAmount")!.Attribute("currencyID") == ofBooks));
        Rule("PEPPOL-R055", booked.All(t => Number(t, "TaxAmount") * tax >= 0));
        Rule(
            "BR-DEC",
            invoice
                .Descendants()
                .Where(e => e.Name.LocalName.EndsWith("Amount", StringComparison.Ordinal) && e.Name.LocalName != "PriceAmount")
                .All(e => CountDecimals(e.Value) <= 2));
        foreach (var line in lines)
        {
            var price = Number(line.Element(Cac + "Price")!, "PriceAmount");
            Rule("BR-21, unique", lines.Count(l => Value(l, "ID") == Value(line, "ID")) == 1);
            Rule("BR-23", (string?)line.Element(Cbc + quantityName)!.Attribute("unitCode") is { Length: > 0 });
            Rule("BR-25", Has(line.Element(Cac + "Item")!, "Name"));
            Rule("BR-27", price >= 0);
            Rule(
                "PEPPOL-R120",
                Math.Abs(
                    (Number(
                        line,
                        quantityName) * price / (Has(line.Element(Cac + "Price")!, "BaseQuantity")
                            ? Number(line.Element(Cac + "Price")!, "BaseQuantity")
                            : 1)) - Number(line, "LineExtensionAmount")) <= 0.02m);
        }

        foreach (var subtotal in subtotals)
        {
            var category = subtotal.Element(Cac + "TaxCategory")!;
            var (code, rate) = (Value(category, "ID"), Value(category, "Percent"));
            var taxable = Number(subtotal, "TaxableAmount");
            var ofCategory = lines.Where(l => l.Element(Cac + "Item")!.Element(Cac + "ClassifiedTaxCategory") is { } c
                && Value(c, "ID") == code
                && (code == "O" || Value(c, "Percent") == rate)).ToList();
            Rule($"BR-{code}-08", ofCategory.Count > 0 && ofCategory.Sum(l => Number(l, "LineExtensionAmount")) == taxable);
            switch (code)
            {
                case "S":
                    Rule("BR-S-02", FindVatId(seller) is not null);
                    Rule("BR-S-05", decimal.Parse(rate, CultureInfo.InvariantCulture) > 0);
                    Rule(
                        "BR-CO-17",
                        Math.Abs(
                            (taxable * decimal.Parse(rate, CultureInfo.InvariantCulture) / 100) - Number(subtotal, "TaxAmount")) < 1);
                    Rule("BR-S-10", !Has(category, "TaxExemptionReason") && !Has(category, "TaxExemptionReasonCode"));
                    break;
                case "O":
                    Rule("BR-O-02", FindVatId(seller) is null && FindVatId(buyer) is null);
                    Rule("BR-O-05", ofCategory.All(l => !l.Descendants(Cbc + "Percent").Any()));
                    Rule("BR-O-09", Number(subtotal, "TaxAmount") == 0);
                    Rule("BR-O-10", Has(category, "TaxExemptionReason") || Has(category, "TaxExemptionReasonCode"));
                    Rule("BR-O-11", subtotals.Count == 1);
                    break;
                default:
                    Rule($"BR-{code}-02", FindVatId(seller) is not null && (code != "AE" || FindVatId(buyer) is not null));
                    Rule($"BR-{code}-05", rate == "0");
                    Rule($"BR-{code}-09", Number(subtotal, "TaxAmount") == 0);
                    Rule($"BR-{code}-10", Has(category, "TaxExemptionReason") || Has(category, "TaxExemptionReasonCode"));
                    break;
            }
        }

        return broken;

        XElement PartyOf(string role) => invoice.Element(Cac + role)!.Element(Cac + "Party")!;

        void Rule(string name, bool isKept)
        {
            if (!isKept)
            {
                broken.Add(name);
            }
        }
    }

    private static string? FindVatId(XElement party) => party.Elements(Cac + "PartyTaxScheme")
        .Where(scheme => Value(scheme.Element(Cac + "TaxScheme")!, "ID") == "VAT")
        .Select(scheme => Value(scheme, "CompanyID"))
        .SingleOrDefault();

    private static bool Has(XElement element, string name) => Value(element, name).Length > 0;

    private static string Value(XElement element, string name) => element.Element(Cbc + name)?.Value ?? "";

    private static decimal Number(XElement element, string name) =>
        decimal.Parse(Value(element, name), NumberStyles.Number, CultureInfo.InvariantCulture);

    private static int CountDecimals(string number) =>
        number.Contains('.', StringComparison.Ordinal) ? number.Length - number.IndexOf('.', StringComparison.Ordinal) - 1 : 0;
}
