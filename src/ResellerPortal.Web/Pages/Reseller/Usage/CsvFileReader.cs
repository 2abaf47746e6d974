using CsvHelper;

namespace ResellerPortal.Web.ResellerPages.Usage;

/// <summary>A CSV file with a header row and any common separator.</summary>
public sealed record CsvFileReader(string Name, IReadOnlyList<string> Headers, IReadOnlyList<(int Line, string[] Cells)> Rows)
{
    public const long MaxBytes = 20 << 20;

    private const int MaxColumns = 200;

    /// <summary>Ten columns of the longest file. A cell takes much more memory than its two bytes in a file of many short ones.</summary>
    private const int MaxCells = 2_000_000;

    /// <exception cref="InvalidDataException">The file is not a CSV file with a header and at least one line.</exception>
    public static CsvFileReader Read(string name, Stream stream, int maxLines, CancellationToken cancellationToken = default)
    {
        using var text = new StreamReader(stream);
        var rows = new List<(int, string[])>();
        var cells = 0;
        try
        {
            using var reader = CsvReader.FromText(text.ReadToEnd(), CsvReaderOptions.Default with { HasHeader = false });
            while (reader.Read())
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (reader.FieldCount > MaxColumns)
                {
                    throw new InvalidDataException($"Line {rows.Count + 1} has more than {MaxColumns} columns.");
                }

                cells += reader.FieldCount;
                if (cells > MaxCells)
                {
                    throw new InvalidDataException(
                        $"The file has more than {MaxCells:N0} cells. Remove columns or split it; overlapping lines are counted once.");
                }

                rows.Add((rows.Count + 1, [.. Enumerable.Range(0, reader.FieldCount).Select(reader.GetString)]));
                if (rows.Count > maxLines + 1)
                {
                    throw new InvalidDataException(
                        $"The file has more than {maxLines:N0} lines. Split it; overlapping lines are counted once.");
                }
            }
        }
        catch (CsvFormatException malformed)
        {
            throw new InvalidDataException($"The CSV file cannot be read: {malformed.Message}", malformed);
        }

        return rows.Count >= 2
            ? new CsvFileReader(name, rows[0].Item2, rows[1..])
            : throw new InvalidDataException("The file contains no lines below the header.");
    }

    /// <summary>Returns a cell, or an empty string if the line is too short or no column is mapped.</summary>
    public static string Cell(string[] cells, int index) => index >= 0 && index < cells.Length ? cells[index].Trim() : "";
}
