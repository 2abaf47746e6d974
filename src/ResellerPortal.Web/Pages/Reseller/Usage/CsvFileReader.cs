using CsvHelper;

namespace ResellerPortal.Web.ResellerPages.Usage;

/// <summary>A CSV file with a header, whatever separates its cells.</summary>
public sealed record CsvFileReader(string Name, IReadOnlyList<string> Headers, IReadOnlyList<(int Line, string[] Cells)> Rows)
{
    public const long MaxBytes = 20 << 20;

    /// <exception cref="InvalidDataException">It is no CSV with a header and at least one line.</exception>
    public static async Task<CsvFileReader> ReadAsync(string name, Stream stream, int mostLines)
    {
        using var text = new StreamReader(stream);
        var rows = new List<(int, string[])>();
        try
        {
            using var reader = CsvReader.FromText(await text.ReadToEndAsync(), CsvReaderOptions.Default with { HasHeader = false });
            while (reader.Read())
            {
                rows.Add((rows.Count + 1, [.. Enumerable.Range(0, reader.FieldCount).Select(reader.GetString)]));
                if (rows.Count > mostLines + 1)
                {
                    throw new InvalidDataException(
                        $"The file has more than {mostLines:N0} lines. Split it; what overlaps is counted once.");
                }
            }
        }
        catch (CsvFormatException malformed)
        {
            throw new InvalidDataException($"The file is no CSV that can be read: {malformed.Message}", malformed);
        }

        return rows.Count >= 2
            ? new CsvFileReader(name, rows[0].Item2, rows[1..])
            : throw new InvalidDataException("The file holds no lines below its header.");
    }

    /// <summary>A cell; empty where the line is too short, or no column is meant.</summary>
    public static string Cell(string[] cells, int index) => index >= 0 && index < cells.Length ? cells[index].Trim() : "";
}
