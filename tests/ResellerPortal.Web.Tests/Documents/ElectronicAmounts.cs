using System.Xml.Linq;

namespace ResellerPortal.Web.Tests.Documents;

/// <summary>The contents of an invoice by EN 16931 names, so that both syntaxes can be compared.</summary>
internal static class ElectronicAmounts
{
    private static readonly XNamespace Cac = "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2";
    private static readonly XNamespace Cbc = "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2";
    private static readonly XNamespace Ram = "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100";

    public static IReadOnlyList<string> OfUbl(byte[] xml)
    {
        var root = Root(xml);
        return
        [
            $"BT-1 {Text(root, Cbc, "ID")}",
            $"BT-10 {Text(root, Cbc, "BuyerReference")}",
            .. new[] { ("BT-31", "AccountingSupplierParty"), ("BT-48", "AccountingCustomerParty") }.Select(p => $"{p.Item1} {root
                .Element(Cac + p.Item2)!
                .Descendants(Cac + "PartyTaxScheme")
                .SingleOrDefault(s => s.Descendants(Cbc + "ID").Single().Value == "VAT")?.Element(Cbc + "CompanyID")!.Value}"),
            .. root.Elements(Cac + "InvoiceLine").Concat(root.Elements(Cac + "CreditNoteLine")).Select(l =>
                $"BG-25 {Text(
                    l,
                    Cbc,
                    "ID")} {Text(
                        l,
                        Cbc,
                        l.Name.LocalName == "InvoiceLine" ? "InvoicedQuantity" : "CreditedQuantity")} {Text(
                            l,
                            Cbc,
                            "LineExtensionAmount")} {Text(
                                l,
                                Cbc,
                                "Name")} {Text(
                                    l,
                                    Cbc,
                                    "PriceAmount")} {Text(
                                        l,
                                        Cbc,
                                        "BaseQuantity")} {Text(
                                            l.Descendants(Cac + "ClassifiedTaxCategory").Single(), Cbc, "ID")} {Text(l, Cbc, "Percent")}"),
            .. root.Descendants(Cac + "TaxSubtotal").Select(t =>
                $"BG-23 {Text(
                    t,
                    Cbc,
                    "TaxableAmount")} {Text(
                        t,
                        Cbc,
                        "TaxAmount")} {Text(
                            t.Element(Cac + "TaxCategory")!, Cbc, "ID")} {Text(t, Cbc, "Percent")} {Text(t, Cbc, "TaxExemptionReason")}"),
            $"BG-22 {Text(
                root,
                Cbc,
                "TaxExclusiveAmount")} {Text(
                    root,
                    Cbc,
                    "TaxInclusiveAmount")} {Text(
                        root,
                        Cbc,
                        "PrepaidAmount")} {Text(
                            root, Cbc, "PayableAmount")} {root.Element(Cac + "TaxTotal")!.Element(Cbc + "TaxAmount")!.Value}",
            $"BT-6 {root.Element(
                Cbc + "TaxCurrencyCode")?.Value} BT-111 {root.Elements(Cac + "TaxTotal").Skip(1).SingleOrDefault()?.Value}",
        ];
    }

    public static IReadOnlyList<string> OfCii(byte[] xml)
    {
        var root = Root(xml);
        var settlement = root.Descendants(Ram + "ApplicableHeaderTradeSettlement").Single();
        return
        [
            $"BT-1 {Text(root.Elements().Single(e => e.Name.LocalName == "ExchangedDocument"), Ram, "ID")}",
            $"BT-10 {Text(root, Ram, "BuyerReference")}",
            .. new[] { ("BT-31", "SellerTradeParty"), ("BT-48", "BuyerTradeParty") }.Select(
                p => $"{p.Item1} {root.Descendants(Ram + p.Item2)
                    .Single()
                    .Elements(Ram + "SpecifiedTaxRegistration")
                    .SingleOrDefault(r => (string?)r.Element(Ram + "ID")!.Attribute("schemeID") == "VA")?.Value}"),
            .. root.Descendants(Ram + "IncludedSupplyChainTradeLineItem").Select(l =>
                $"BG-25 {Text(
                    l,
                    Ram,
                    "LineID")} {Text(
                        l,
                        Ram,
                        "BilledQuantity")} {Text(
                            l,
                            Ram,
                            "LineTotalAmount")} {Text(
                                l,
                                Ram,
                                "Name")} {Text(
                                    l,
                                    Ram,
                                    "ChargeAmount")} {Text(
                                        l, Ram, "BasisQuantity")} {Text(l, Ram, "CategoryCode")} {Text(l, Ram, "RateApplicablePercent")}"),
            .. settlement.Elements(Ram + "ApplicableTradeTax").Select(t =>
                $"BG-23 {Text(
                    t,
                    Ram,
                    "BasisAmount")} {Text(
                        t,
                        Ram,
                        "CalculatedAmount")} {Text(
                            t, Ram, "CategoryCode")} {Text(t, Ram, "RateApplicablePercent")} {Text(t, Ram, "ExemptionReason")}"),
            $"BG-22 {Text(
                settlement,
                Ram,
                "TaxBasisTotalAmount")} {Text(
                    settlement,
                    Ram,
                    "GrandTotalAmount")} {Text(
                        settlement,
                        Ram,
                        "TotalPrepaidAmount")} {Text(settlement, Ram, "DuePayableAmount")} {Text(settlement, Ram, "TaxTotalAmount")}",
            $"BT-6 {settlement.Element(
                Ram + "TaxCurrencyCode")?.Value} BT-111 {settlement.Descendants(Ram + "TaxTotalAmount").Skip(1).SingleOrDefault()?.Value}",
        ];
    }

    private static XElement Root(byte[] xml)
    {
        using var stream = new MemoryStream(xml);
        return XDocument.Load(stream).Root!;
    }

    /// <summary>Returns the first element with this name, or an empty string.</summary>
    private static string Text(XElement element, XNamespace space, string name) =>
        element.Descendants(space + name).FirstOrDefault()?.Value ?? "";
}
