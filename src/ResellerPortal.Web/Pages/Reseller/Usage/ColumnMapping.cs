using ResellerPortal.Core.Metering;

namespace ResellerPortal.Web.ResellerPages.Usage;

/// <summary>Maps the columns of a usage statistics file; -1 means no column.</summary>
internal sealed record ColumnMapping(int Token, int At, int Quantity, int Converter)
{
    public static ColumnMapping None { get; } = new(-1, -1, -1, -1);

    /// <summary>Whether the required columns are mapped; the converter is optional.</summary>
    public bool IsComplete => Token >= 0 && At >= 0 && Quantity >= 0;

    /// <summary>Guesses the columns from common header names.</summary>
    public static ColumnMapping Guess(IReadOnlyList<string> headers)
    {
        return new ColumnMapping(
            Find("token", "key", "secret"),
            Find("date", "time", "day"),
            Find("conversion", "count", "quantity", "cost"),
            Find("converter", "route", "endpoint"));

        int Find(params string[] words)
        {
            foreach (var word in words)
            {
                for (var i = 0; i < headers.Count; i++)
                {
                    if (headers[i].Contains(word, StringComparison.OrdinalIgnoreCase)
                        && !(word == "conversion" && headers[i].Contains("converter", StringComparison.OrdinalIgnoreCase)))
                    {
                        return i;
                    }
                }
            }

            return -1;
        }
    }

    public IReadOnlyList<ImportLine> Lines(CsvFileReader file) =>
        [.. file.Rows.Select(row => new ImportLine(
            row.Line,
            CsvFileReader.Cell(row.Cells, Token),
            CsvFileReader.Cell(row.Cells, At),
            CsvFileReader.Cell(row.Cells, Quantity),
            Converter < 0 ? null : CsvFileReader.Cell(row.Cells, Converter)))];
}
