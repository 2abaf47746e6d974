using System.Globalization;
using CsvHelper;
using ResellerPortal.Core.Metering;

namespace ResellerPortal.Documents.Ledgers;

/// <summary>
/// Writes a customer's ledger as CSV, with the fields of <see cref="ExportedEntry"/> in the order in which they are hashed. Text cannot
/// start a spreadsheet formula: it has an apostrophe before it then.
/// </summary>
public static class LedgerCsvWriter
{
    private static readonly string[] Columns =
    [
        "version", "customer", "sequence", "kind", "occurred", "recorded", "token", "environment", "converter", "quantity",
        "source", "request", "reference", "flags", "corrects", "commitment", "previous", "hash",
    ];

    /// <param name="includesDraws">
    /// Whether a last column has what each entry drew from lots, as <c>salt/lot/quantity/cost/currency</c> separated by spaces: for the
    /// reseller alone, because it says the cost.
    /// </param>
    public static async Task WriteAsync(
        Stream stream,
        IAsyncEnumerable<ExportedEntry> entries,
        bool includesDraws,
        CancellationToken cancellationToken)
    {
        await using var csv = CsvWriter.Create(stream, CsvWriterOptions.Default with { Injection = CsvInjection.Escape }, leaveOpen: true);
        csv.WriteHeader(includesDraws ? [.. Columns, "draws"] : Columns);
        await foreach (var entry in entries.WithCancellation(cancellationToken))
        {
            csv.WriteField<int>(entry.Version);
            csv.WriteField(entry.Customer.ToString());
            csv.WriteField<long>(entry.Sequence);
            csv.WriteField(entry.Kind);
            csv.WriteField<long>(entry.Occurred);
            csv.WriteField<long>(entry.Recorded);
            csv.WriteField(entry.Token.ToString());
            csv.WriteField(entry.Environment);
            csv.WriteField(entry.Converter);
            csv.WriteField<long>(entry.Quantity);
            csv.WriteField(entry.Source);
            csv.WriteField(entry.Request.ToString());
            csv.WriteField(entry.Reference ?? "");
            csv.WriteField<int>(entry.Flags);
            csv.WriteField(entry.Corrects is { } corrects ? corrects.ToString(CultureInfo.InvariantCulture) : "");
            csv.WriteField(entry.Commitment);
            csv.WriteField(entry.Previous);
            csv.WriteField(entry.Hash);
            if (includesDraws)
            {
                csv.WriteField(string.Join(' ', (entry.Draws ?? []).Select(Format)));
            }

            await csv.EndRecordAsync(cancellationToken);
        }
    }

    private static string Format(ExportedDraw draw) =>
        string.Create(CultureInfo.InvariantCulture, $"{draw.Salt}/{draw.Lot}/{draw.Quantity}/{draw.Cost}/{draw.Currency}");
}
