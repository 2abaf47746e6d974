using System.Globalization;
using System.Text;
using System.Xml;
using System.Xml.Linq;
using ResellerPortal.Core.ElectronicInvoices;
using ResellerPortal.Core.Invoicing;
using ResellerPortal.Core.Languages;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Documents.Invoices.Electronic;

/// <summary>The requirements of EN 16931 and its national rules, independent of the syntax.</summary>
internal static class ElectronicInvoiceRules
{
    public const string Specification = "urn:cen.eu:en16931:2017";
    public const string XRechnungSpecification = "urn:cen.eu:en16931:2017#compliant#urn:xeinkauf.de:kosit:xrechnung_3.0";
    public const string Process = "urn:fdc:peppol.eu:2017:poacc:billing:01:1.0";

    /// <summary>UNECE Recommendation 20: one.</summary>
    public const string One = "C62";

    /// <summary>How far a line's amount may be from its price times its quantity (PEPPOL-EN16931-R120), in the currency's unit.</summary>
    private const decimal PriceTolerance = 0.02m;

    /// <exception cref="InvalidOperationException">Required data is missing.</exception>
    public static void DemandComplete(InvoiceSnapshot snapshot)
    {
        if (ElectronicInvoiceRequirements.FindMissing(snapshot) is { Count: > 0 } missing)
        {
            throw new InvalidOperationException(
                $"Invoice {snapshot.Number} cannot be written as an e-invoice without {string.Join(", ", missing)}.");
        }
    }

    public static string GetNote(InvoiceSnapshot snapshot) => snapshot.Credits is { } credits ? credits.Reason
        : $"{Format(
            DocumentLanguage.Get(snapshot.Language).Words.LedgerRange,
            snapshot.Ledger.FirstSequence,
            snapshot.Ledger.LastSequence)} {snapshot.Ledger.ChainHead}";

    /// <summary>The payment terms in words (BT-20), in the document's language.</summary>
    public static string GetPaymentTerms(InvoiceSnapshot snapshot)
    {
        var language = DocumentLanguage.Get(snapshot.Language);
        return snapshot.Credits is not null || snapshot.TotalMinorUnits < 0 ? language.Words.CreditTerms
            : snapshot is { FromBalanceMinorUnits: > 0, Payable.MinorUnits: 0 } ? language.Words.AllPaidFromBalance
            : string.Join(' ', new[]
            {
                Format(
                    language.Words.PleasePay,
                    language.AmountWithCurrency(snapshot.Payable),
                    language.Day(snapshot.DueOn),
                    snapshot.Number),
                EscapeDiscounts(snapshot.PaymentInstructions),
                snapshot.PayLink ?? "",
            }.Where(part => part.Length > 0));
    }

    /// <summary>In Germany a line that begins with "#" is a discount for machines to read, and nothing else (BR-DE-18).</summary>
    private static string EscapeDiscounts(string text) => string.Join(
        '\n', text.Split('\n').Select(line => line.TrimStart().StartsWith('#') ? $"– {line}" : line));

    /// <summary>
    /// UNCL4461: SEPA credit transfer, other credit transfer, or not defined and described in words, as between Danish companies any
    /// transfer that is neither SEPA's nor one of their own systems (DK-R-005).
    /// </summary>
    public static string GetPaymentMeans(InvoiceSnapshot snapshot) => snapshot.Account is null ? "1"
        : snapshot.Currency.Code == "EUR" ? "58"
        : snapshot.Seller.Address.Country == "DK" ? "1"
        : "30";

    /// <summary>BR-O-05: an amount outside the scope of tax has no rate, not even 0.</summary>
    public static string? FormatPercent(string category, int basisPoints) =>
        category == "O" ? null : (basisPoints / 100m).ToString("0.##", CultureInfo.InvariantCulture);

    /// <summary>The rate of a sum of taxes, which German rules require in every case (BR-DE-14, DE-R-014).</summary>
    public static string? FormatTotalPercent(InvoiceSnapshot snapshot, SnapshotTax tax) =>
        FormatPercent(tax.Category, tax.RateBasisPoints)
            ?? (snapshot.ElectronicProfile == ElectronicProfile.Standard ? null : "0");

    /// <summary>Where a party receives e-invoices; its email address where a profile allows one, and null if there is none.</summary>
    public static ElectronicAddress? FindElectronicAddress(InvoiceSnapshot snapshot, SnapshotParty party) =>
        party.ElectronicAddress.IsGiven ? party.ElectronicAddress
        : party.Email.Length > 0 && snapshot.ElectronicProfile != ElectronicProfile.Peppol
            ? new ElectronicAddress(ElectronicAddressScheme.Email, party.Email)
        : null;

    /// <summary>BT-33: what the seller's country wants stated about a company beside its number; empty if nothing is.</summary>
    public static string GetLegalInformation(SnapshotParty seller) =>
        string.Join(", ", new[] { seller.Registration.LegalForm, seller.Registration.Court }.Where(part => part.Length > 0));

    /// <summary>
    /// BT-29: a seller is identified by its VAT ID or its registration (BR-CO-26), or else by its number at the tax office. Null if it
    /// needs no further identifier.
    /// </summary>
    public static string? FindSellerId(SnapshotParty seller, bool hasVatIds) =>
        hasVatIds || seller.Registration.Number.Length > 0 ? null : seller.Registration.TaxNumber;

    /// <summary>Without characters that XML cannot carry; null where nothing is left, since elements may not be empty.</summary>
    public static string? FindText(string? text) =>
        text is null ? null : DocumentText.CleanLines(text).Trim() is { Length: > 0 } clean ? clean : null;

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
        var difference = (price.Amount * line.Quantity) - new Money(line.AmountMinorUnits, currency).Amount;
        return Math.Abs(difference) <= PriceTolerance
            ? (price.Amount.ToString("0.00####", CultureInfo.InvariantCulture), null)
            : (FormatAmount(Math.Abs(line.AmountMinorUnits), currency), Math.Abs(line.Quantity).ToString(CultureInfo.InvariantCulture));
    }

    private static string Format(string words, params object[] values) => string.Format(CultureInfo.InvariantCulture, words, values);

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
