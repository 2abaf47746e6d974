using CsvHelper;
using ResellerPortal.Core.Metering;

namespace ResellerPortal.Web.ResellerDoor;

/// <summary>Which column holds what; -1 for none.</summary>
internal sealed record ColumnMapping(int Token, int At, int Quantity, int Converter)
{
    public static ColumnMapping None { get; } = new(-1, -1, -1, -1);

    /// <summary>All that an import needs; the converter is optional.</summary>
    public bool IsComplete => Token >= 0 && At >= 0 && Quantity >= 0;

    /// <summary>By the words that statistics use in their header.</summary>
    public static ColumnMapping Guess(IReadOnlyList<string> headers)
    {
        return new ColumnMapping(Find("token", "key", "secret"), Find("date", "time", "day"), Find("conversion", "count", "quantity", "cost"), Find("converter", "route", "endpoint"));

        int Find(params string[] words)
        {
            foreach (var word in words)
            {
                for (var i = 0; i < headers.Count; i++)
                {
                    if (headers[i].Contains(word, StringComparison.OrdinalIgnoreCase) && !(word == "conversion" && headers[i].Contains("converter", StringComparison.OrdinalIgnoreCase)))
                    {
                        return i;
                    }
                }
            }

            return -1;
        }
    }
}

/// <summary>A CSV file of usage statistics.</summary>
internal sealed record StatisticsFile(string Name, IReadOnlyList<string> Headers, IReadOnlyList<(int Line, string[] Cells)> Rows)
{
    public const long MaxBytes = 20 << 20;

    /// <exception cref="InvalidDataException">It is no CSV with a header and at least one line.</exception>
    public static async Task<StatisticsFile> ReadAsync(string name, Stream stream)
    {
        using var text = new StreamReader(stream);
        var rows = new List<(int, string[])>();
        try
        {
            using var reader = CsvReader.FromText(await text.ReadToEndAsync(), CsvReaderOptions.Default with { HasHeader = false });
            while (reader.Read())
            {
                rows.Add((rows.Count + 1, [.. Enumerable.Range(0, reader.FieldCount).Select(reader.GetString)]));
                if (rows.Count > UsageImports.MaxLines + 1)
                {
                    throw new InvalidDataException($"The file has more than {UsageImports.MaxLines:N0} lines. Split it; what overlaps is counted once.");
                }
            }
        }
        catch (CsvFormatException malformed)
        {
            throw new InvalidDataException($"The file is no CSV that can be read: {malformed.Message}", malformed);
        }

        return rows.Count >= 2
            ? new StatisticsFile(name, rows[0].Item2, rows[1..])
            : throw new InvalidDataException("The file holds no lines below its header.");
    }

    public IReadOnlyList<ImportLine> Lines(ColumnMapping mapping) =>
        [.. Rows.Select(row => new ImportLine(row.Line, Cell(row.Cells, mapping.Token), Cell(row.Cells, mapping.At), Cell(row.Cells, mapping.Quantity), mapping.Converter < 0 ? null : Cell(row.Cells, mapping.Converter)))];

    private static string Cell(string[] cells, int index) => index < cells.Length ? cells[index] : "";
}
