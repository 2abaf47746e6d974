using System.Globalization;
using ResellerPortal.Core.Insights;
using ResellerPortal.Core.Monetary;

namespace ResellerPortal.Documents.Tables;

/// <summary>
/// Writes a month's journal as general ledger entries with the fields of the OECD's Standard Audit File for Tax (SAF-T 2.0,
/// GeneralLedgerEntries), one row an entry. The debits of each transaction equal its credits. Source: OECD, "Guidance for the Standard
/// Audit File – Tax, version 2.0", https://web-archive.oecd.org/2016-05-10/107470-45045602.pdf.
/// </summary>
public static class GeneralLedgerFileWriter
{
    private static readonly (string Name, Func<GeneralLedgerEntry, object?> Read)[] Columns =
    [
        ("journal_id", _ => "sales"),
        ("transaction_id", e => e.Source.Document.Snapshot.Number),
        ("period", e => (long)e.Source.Document.Snapshot.IssuedOn.Month),
        ("period_year", e => (long)e.Source.Document.Snapshot.IssuedOn.Year),
        ("transaction_date", e => e.Source.Document.Snapshot.IssuedOn),
        ("transaction_type", e => e.Source.Document.IsCreditNote ? "credit note" : "invoice"),
        ("document_number", e => e.Source.Document.Snapshot.Number),
        ("document_date", e => e.Source.Document.Snapshot.IssuedOn),
        ("credited_document_number", e => e.Source.Document.Snapshot.Credits?.Number),
        ("customer_id", e => (long)e.Source.Debtor),
        ("customer_name", e => e.Source.Document.Snapshot.Buyer.Name),
        ("customer_tax_registration_number", e => e.Source.Document.Snapshot.Buyer.VatId),
        ("customer_country", e => e.Source.Document.Snapshot.Buyer.Address.Country),
        ("account_id", e => (long)e.Account),
        ("debit_amount", e => e.Amount.MinorUnits > 0 ? e.Amount.ToDecimal() : null),
        ("credit_amount", e => e.Amount.MinorUnits < 0 ? (-e.Amount).ToDecimal() : null),
        ("default_currency_code", e => e.Amount.Currency.Code),
        ("currency_code", e => e.CurrencyAmount.Currency.Code),
        ("currency_amount", e => Abs(e.CurrencyAmount).ToDecimal()),
        ("exchange_rate", e => FormatRate(e.Source.Document.Snapshot.Rate)),
        ("tax_type", e => e.IsRevenue ? "VAT" : null),
        ("tax_code", e => e.IsRevenue ? e.Source.Document.Booked!.Category : null),
        ("tax_percentage", e => e.IsRevenue ? e.Source.Document.Booked!.RateBasisPoints / 100m : null),
        ("tax_base", e => e.IsRevenue ? Abs(e.Source.Document.Booked!.Net).ToDecimal() : null),
        ("tax_amount", e => e.IsRevenue ? Abs(e.Source.Document.Booked!.Tax).ToDecimal() : null),
        ("tax_exemption_reason", e => e.IsRevenue ? e.Source.Document.Snapshot.Taxes[0].Reason : null),
    ];

    public static Task WriteAsync(Stream stream, TableFormat format, JournalBatch batch, CancellationToken cancellationToken) =>
        TableFileWriter.WriteAsync(
            stream,
            format,
            [.. Columns.Select(column => column.Name)],
            GeneralLedger.Post(batch)
                .Select(entry => (IReadOnlyList<object?>)[.. Columns.Select(column => column.Read(entry))])
                .ToAsyncEnumerable(),
            cancellationToken);

    private static Money Abs(Money amount) => amount.MinorUnits < 0 ? -amount : amount;

    /// <summary>What the amount in the document's currency is multiplied by; the rate of the document is the other way round.</summary>
    private static string FormatRate(ExchangeRate rate) => (1 / rate.Amount).ToString("0.0###########", CultureInfo.InvariantCulture);
}
