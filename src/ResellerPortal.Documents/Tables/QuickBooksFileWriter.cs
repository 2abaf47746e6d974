using System.Globalization;
using ResellerPortal.Core.Insights;

namespace ResellerPortal.Documents.Tables;

/// <summary>
/// Writes a month's documents as the sample files of QuickBooks Online for importing invoices and credit notes, to be imported with dates
/// as DD/MM/YYYY and amounts exclusive of tax. A file takes 100 documents and 1,000 rows, and no negative amounts. Sources:
/// https://quickbooks.intuit.com/learn-support/en-ca/help-articles/import-invoices-in-batches/01/338729 and
/// https://quickbooks.intuit.com/learn-support/en-us/help-articles/how-to-import-credit-notes/00/332855.
/// </summary>
public static class QuickBooksFileWriter
{
    /// <summary>The generic item that QuickBooks itself gives lines without one.</summary>
    private const string Item = "Sales";

    private const int MaxDocuments = 100;
    private const int MaxRows = 1_000;
    private const int MaxNumber = 21;
    private const int MaxDescription = 4000;

    private static readonly (string Heading, Func<AccountingLine, object?> Read)[] LineColumns =
    [
        ("Item(Product/Service)", _ => Item),
        ("ItemDescription", line => line.Description[..Math.Min(line.Description.Length, MaxDescription)]),
        ("ItemQuantity", line => line.Quantity),
        ("ItemRate", line => line.UnitAmount),
        ("*ItemAmount", line => line.Net.ToDecimal()),
        ("*ItemTaxCode", GetTaxCode),
        ("ItemTaxAmount", line => line.Tax.ToDecimal()),
        ("Currency", line => line.Snapshot.Currency.Code),
        ("Service Date", line => FormatDay(line.Snapshot.PeriodTo)),
    ];

    private static readonly AccountingTable Invoices = new(
        [
            ("*InvoiceNo", GetNumber),
            ("*Customer", line => line.Snapshot.Buyer.Name),
            ("*InvoiceDate", line => FormatDay(line.Snapshot.IssuedOn)),
            ("*DueDate", line => FormatDay(line.Snapshot.DueOn)),
            ("Terms", _ => null),
            ("Location", _ => null),
            ("Memo", line => line.Snapshot.BuyerReference),
            .. LineColumns,
        ],
        MaxDocuments,
        MaxRows,
        TakesNegativeLines: false);

    private static readonly AccountingTable CreditNotes = new(
        [
            ("*CreditNoteNo", GetNumber),
            ("*Customer", line => line.Snapshot.Buyer.Name),
            ("*CreditNoteDate", line => FormatDay(line.Snapshot.IssuedOn)),
            ("Location", _ => null),
            ("Memo", line => line.Snapshot.Credits?.Number),
            .. LineColumns,
        ],
        MaxDocuments,
        MaxRows,
        TakesNegativeLines: false);

    /// <returns>The invoices, then the credit notes if there are any; a negative invoice counts as a credit note.</returns>
    public static async Task<IReadOnlyList<AccountingFile>> WriteAsync(JournalBatch batch, CancellationToken cancellationToken)
    {
        var (invoices, credits) = (
            batch.Lines.Where(line => line.Gross.MinorUnits > 0), batch.Lines.Where(line => line.Gross.MinorUnits < 0).ToList());
        var files = await Invoices.WriteAsync($"quickbooks-invoices-{batch.Month}", invoices, isNegated: false, cancellationToken);
        return credits.Count == 0
            ? files
            : [
                .. files,
                .. await CreditNotes.WriteAsync($"quickbooks-credit-notes-{batch.Month}", credits, isNegated: true, cancellationToken),
            ];
    }

    /// <summary>A longer number keeps its end, which tells it from others.</summary>
    private static string GetNumber(AccountingLine line) =>
        line.Snapshot.Number is { Length: > MaxNumber } number ? number[^MaxNumber..] : line.Snapshot.Number;

    private static string FormatDay(DateOnly day) => day.ToString("dd'/'MM'/'yyyy", CultureInfo.InvariantCulture);

    /// <summary>QuickBooks' default codes; the import asks for its own code for each name that it does not know.</summary>
    private static string GetTaxCode(AccountingLine line) => line.Booked.Category switch
    {
        "S" => (line.Booked.RateBasisPoints / 100m).ToString("0.0#'% S'", CultureInfo.InvariantCulture),
        "AE" => "0.0% ECS",
        "G" => "0.0% Z",
        "E" => "Exempt",
        _ => "No VAT",
    };
}
