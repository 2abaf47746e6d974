using System.Globalization;
using ResellerPortal.Core.Countries;
using ResellerPortal.Core.Insights;

namespace ResellerPortal.Documents.Tables;

/// <summary>
/// Writes a month's documents as Xero's template for importing sales invoices, to be imported as tax exclusive. A document with a
/// negative total is imported as a credit note. Source of the columns and limits:
/// https://central.xero.com/s/article/Import-or-create-invoices-using-a-CSV-file.
/// </summary>
public static class XeroFileWriter
{
    /// <summary>"Sales" in Xero's default chart of accounts.</summary>
    private const string Sales = "200";

    private const int MaxDocuments = 500;
    private const int MaxDescription = 4000;

    private static readonly AccountingTable Table = new(
        [
            ("*ContactName", line => line.Snapshot.Buyer.Name),
            ("EmailAddress", line => line.Snapshot.Buyer.Email),
            ("POAddressLine1", line => line.Snapshot.Buyer.Address.Street),
            ("POAddressLine2", _ => null),
            ("POAddressLine3", _ => null),
            ("POAddressLine4", _ => null),
            ("POCity", line => line.Snapshot.Buyer.Address.City),
            ("PORegion", _ => null),
            ("POPostalCode", line => line.Snapshot.Buyer.Address.PostalCode),
            ("POCountry", line => Country.Find(line.Snapshot.Buyer.Address.Country)?.Name),
            ("*InvoiceNumber", line => line.Snapshot.Number),
            ("Reference", line => line.Snapshot.Credits?.Number ?? line.Snapshot.BuyerReference),
            ("*InvoiceDate", line => FormatDay(line, line.Snapshot.IssuedOn)),
            ("*DueDate", line => FormatDay(line, line.Snapshot.DueOn)),
            ("Total", _ => null),
            ("InventoryItemCode", _ => null),
            ("*Description", line => line.Description[..Math.Min(line.Description.Length, MaxDescription)]),
            ("*Quantity", line => line.Quantity),
            ("*UnitAmount", line => line.UnitAmount),
            ("Discount", _ => null),
            ("*AccountCode", _ => Sales),
            ("*TaxType", GetTaxType),
            ("TaxAmount", line => line.Tax.ToDecimal()),
            ("TrackingName1", _ => null),
            ("TrackingOption1", _ => null),
            ("TrackingName2", _ => null),
            ("TrackingOption2", _ => null),
            ("Currency", line => line.Snapshot.Currency.Code),
            ("BrandingTheme", _ => null),
        ],
        MaxDocuments,
        MaxRows: int.MaxValue,
        TakesNegativeLines: true);

    public static Task<IReadOnlyList<AccountingFile>> WriteAsync(JournalBatch batch, CancellationToken cancellationToken) =>
        Table.WriteAsync($"xero-{batch.Month}", batch.Lines.Where(line => !line.Gross.IsZero), isNegated: false, cancellationToken);

    /// <summary>The form that Xero expects in the seller's country.</summary>
    private static string FormatDay(AccountingLine line, DateOnly day) => day.ToString(
        line.Snapshot.Seller.Address.Country == "US" ? "MM'/'dd'/'yyyy" : "dd'/'MM'/'yyyy", CultureInfo.InvariantCulture);

    /// <summary>
    /// The names of Xero's default tax rates in the seller's country. Rates of other countries than the seller's are created in Xero
    /// under the same names before the import.
    /// </summary>
    private static string GetTaxType(AccountingLine line) => (line.Snapshot.Seller.Address.Country, line.Booked.Category) switch
    {
        ("AU", "S") => "GST on Income",
        ("AU", "O") => "BAS Excluded",
        ("AU", _) => "GST Free Income",
        ("NZ", "S") => FormatRate(line) + " GST on Income",
        ("NZ", "O") => "No GST",
        ("NZ", _) => "Zero Rated",
        ("US", "S") => "Tax on Sales",
        ("US", _) => "Tax Exempt",
        (_, "S") => FormatRate(line) + " (VAT on Income)",
        (_, "AE") => "Zero Rated EC Services",
        (_, "G") => "Zero Rated Income",
        (_, "E") => "Exempt Income",
        _ => "No VAT",
    };

    private static string FormatRate(AccountingLine line) =>
        (line.Booked.RateBasisPoints / 100m).ToString("0.##'%'", CultureInfo.InvariantCulture);
}
