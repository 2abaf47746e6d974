using System.Globalization;
using System.Text;
using System.Xml;
using System.Xml.Linq;
using ResellerPortal.Core.Invoicing;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Documents.Invoices.Electronic;

/// <summary>The requirements of EN 16931 and its national rules, independent of the syntax.</summary>
internal static class ElectronicInvoiceRules
{
    public const string XRechnungSpecification = "urn:cen.eu:en16931:2017#compliant#urn:xeinkauf.de:kosit:xrechnung_3.0";
    public const string Process = "urn:fdc:peppol.eu:2017:poacc:billing:01:1.0";

    /// <summary>UNECE Recommendation 20: one.</summary>
    public const string One = "C62";

    /// <summary>Electronic address scheme: an email address.</summary>
    public const string EmailScheme = "EM";

    public static IReadOnlyList<string> FindMissing(InvoiceSnapshot snapshot)
    {
        var missing = new List<string>();
        Need(snapshot.Seller.VatId is not null || snapshot.Taxes.All(t => t.Category == "O"), "your VAT ID");
        Need(
            snapshot.Buyer.VatId is not null || snapshot.Taxes.All(t => t.Category != "AE"),
            "the customer's VAT ID, as reverse charge requires");
        Need(snapshot.Seller.Email.Length > 0, "your email address");
        Need(
            snapshot.Currency.MinorDigits <= 2 && snapshot.Rate.From.MinorDigits <= 2,
            "a currency with at most two decimals, as EN 16931 requires");
        Need(snapshot.Lines.Count > 0, "at least one line");
        if (snapshot.ElectronicProfile == ElectronicProfile.XRechnung)
        {
            // BR-DE-2 to 9, 15 and 23.
            Need(
                snapshot.Seller is { ContactName.Length: > 0, Phone.Length: > 0 },
                "your contact with a telephone number, as XRechnung requires");
            Need(snapshot.Seller.Address is { City.Length: > 0, PostalCode.Length: > 0 }, "your city and postal code");
            Need(snapshot.Buyer.Address is { City.Length: > 0, PostalCode.Length: > 0 }, "the customer's city and postal code");
            Need(snapshot.BuyerReference is not null, "the customer's buyer reference (Leitweg-ID)");
            Need(snapshot.Account is not null, "your bank account");
        }

        return missing;

        void Need(bool isThere, string what)
        {
            if (!isThere)
            {
                missing.Add(what);
            }
        }
    }

    /// <exception cref="InvalidOperationException">Required data is missing.</exception>
    public static void DemandComplete(InvoiceSnapshot snapshot)
    {
        if (FindMissing(snapshot) is { Count: > 0 } missing)
        {
            throw new InvalidOperationException(
                $"Invoice {snapshot.Number} cannot be written as an e-invoice without {string.Join(", ", missing)}.");
        }
    }

    public static string GetNote(InvoiceSnapshot snapshot) => snapshot.Credits is { } credits
        ? credits.Reason
        : $"Usage ledger entries {snapshot.Ledger.FirstSequence} to {snapshot.Ledger.LastSequence}, hash of the last: "
            + $"{snapshot.Ledger.ChainHead}";

    /// <summary>The payment terms in words; null if nothing is to be paid.</summary>
    public static string? GetPaymentTerms(InvoiceSnapshot snapshot) => snapshot.Credits is not null || snapshot.TotalMinorUnits < 0
        ? null
        : snapshot is { FromBalanceMinorUnits: > 0, Payable.MinorUnits: 0 } ? "Paid from the buyer's balance."
        : $"Payable by {snapshot.DueOn.ToString(
            "yyyy-MM-dd",
            CultureInfo.InvariantCulture)} with the reference {snapshot.Number}. {snapshot.PaymentInstructions} {snapshot.PayLink}".Trim();

    /// <summary>UNCL4461: SEPA credit transfer, other credit transfer, or not defined and described in words.</summary>
    public static string GetPaymentMeans(InvoiceSnapshot snapshot) =>
        snapshot.Account is null ? "1" : snapshot.Currency.Code == "EUR" ? "58" : "30";

    /// <summary>BR-O-05: an amount outside the scope of tax has no rate, not even 0.</summary>
    public static string? FormatPercent(string category, int basisPoints) =>
        category == "O" ? null : (basisPoints / 100m).ToString("0.##", CultureInfo.InvariantCulture);

    public static string FormatAmount(long minorUnits, Currency currency) =>
        new Money(minorUnits, currency).Amount.ToString(
            "F" + currency.MinorDigits.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);

    /// <summary>
    /// The price and its base quantity, if not one (BT-149). A unit price with its tax deducted has more decimals than allowed, so the line
    /// is priced as a whole, and price times quantity still equals the amount (PEPPOL-EN16931-R120).
    /// </summary>
    public static (string Price, string? ForHowMany) FormatPrice(SnapshotLine line, Currency currency)
    {
        var price = new UnitPrice(line.UnitPriceMicros, currency);
        return Math.Abs(Money.Round(price * line.Quantity).MinorUnits - line.AmountMinorUnits) <= 1
            ? (price.Amount.ToString("0.00####", CultureInfo.InvariantCulture), null)
            : (FormatAmount(Math.Abs(line.AmountMinorUnits), currency), Math.Abs(line.Quantity).ToString(CultureInfo.InvariantCulture));
    }

    public static byte[] Bytes(XElement root)
    {
        using var stream = new MemoryStream();
        using (var writer = XmlWriter.Create(
            stream,
            new XmlWriterSettings
            {
                Encoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
                Indent = true,
                NewLineChars = "\n",
            }))
        {
            new XDocument(root).Save(writer);
        }

        return stream.ToArray();
    }
}
