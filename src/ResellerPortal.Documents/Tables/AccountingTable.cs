using ResellerPortal.Core.Insights;
using ResellerPortal.Core.Monetary;

namespace ResellerPortal.Documents.Tables;

/// <summary>A file to import into an accounting program.</summary>
public sealed record AccountingFile(string Name, byte[] Content);

/// <summary>The CSV template of an accounting program: its columns, and how much it takes at once.</summary>
/// <param name="MaxDocuments">Documents in a file.</param>
/// <param name="MaxRows">Rows in a file, without the headings.</param>
/// <param name="TakesNegativeLines">Whether a line may have the opposite sign of its document.</param>
internal sealed record AccountingTable(
    IReadOnlyList<(string Heading, Func<AccountingLine, object?> Read)> Columns,
    int MaxDocuments,
    int MaxRows,
    bool TakesNegativeLines)
{
    /// <summary>Writes the lines of documents, in as many files as the limits require; the headings alone if there are none.</summary>
    /// <param name="isNegated">Whether the program takes the documents with the opposite sign.</param>
    public async Task<IReadOnlyList<AccountingFile>> WriteAsync(
        string name,
        IEnumerable<JournalLine> bookings,
        bool isNegated,
        CancellationToken cancellationToken)
    {
        var parts = new List<List<AccountingLine>> { new() };
        var documents = 0;
        foreach (var booking in bookings)
        {
            var lines = Split(booking, isNegated);
            if (documents == MaxDocuments || parts[^1].Count + lines.Count > MaxRows)
            {
                parts.Add([]);
                documents = 0;
            }

            parts[^1].AddRange(lines);
            documents++;
        }

        var files = new List<AccountingFile>();
        foreach (var (index, part) in parts.Index())
        {
            using var stream = new MemoryStream();
            await TableFileWriter.WriteAsync(
                stream,
                TableFormat.Csv,
                [.. Columns.Select(column => column.Heading)],
                part.Select(line => (IReadOnlyList<object?>)[.. Columns.Select(column => column.Read(line))]).ToAsyncEnumerable(),
                cancellationToken);
            files.Add(new AccountingFile(parts.Count == 1 ? $"{name}.csv" : $"{name}-{index + 1}.csv", stream.ToArray()));
        }

        return files;
    }

    private IReadOnlyList<AccountingLine> Split(JournalLine booking, bool isNegated)
    {
        var lines = AccountingLine.Split(booking);
        var sign = isNegated ? -1 : 1;
        var isTaken = lines.Count <= MaxRows
            && (TakesNegativeLines || lines.All(line => line.Net.MinorUnits * sign >= 0 && line.Tax.MinorUnits * sign >= 0));
        lines = isTaken ? lines : [AccountingLine.Combine(booking)];
        return isNegated ? [.. lines.Select(line => line.Negate())] : lines;
    }
}

internal static class AccountingAmounts
{
    /// <summary>The exact amount, with as many decimals as its currency has.</summary>
    public static decimal ToDecimal(this Money amount) =>
        new(
            (int)(Math.Abs(amount.MinorUnits) & uint.MaxValue),
            (int)(Math.Abs(amount.MinorUnits) >> 32),
            0,
            amount.MinorUnits < 0,
            (byte)amount.Currency.MinorDigits);
}
