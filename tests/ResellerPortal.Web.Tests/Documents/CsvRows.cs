using System.Text;

namespace ResellerPortal.Web.Tests.Documents;

/// <summary>Reads CSV (RFC 4180) as a program would that imports it.</summary>
internal static class CsvRows
{
    /// <returns>The rows as dictionaries by heading.</returns>
    public static IReadOnlyList<Dictionary<string, string>> Read(byte[] file)
    {
        var (headings, rows) = ReadAll(file);
        return [.. rows.Select(row =>
        {
            Assert.Equal(headings.Count, row.Count);
            return headings.Zip(row).ToDictionary(cell => cell.First, cell => cell.Second);
        })];
    }

    public static IReadOnlyList<string> ReadHeadings(byte[] file) => ReadAll(file).Headings;

    private static (List<string> Headings, List<List<string>> Rows) ReadAll(byte[] file)
    {
        var text = Encoding.UTF8.GetString(file);
        var rows = new List<List<string>> { new() };
        var (cell, isQuoted) = (new StringBuilder(), false);
        for (var i = 0; i < text.Length; i++)
        {
            if (isQuoted)
            {
                if (text[i] != '"')
                {
                    cell.Append(text[i]);
                }
                else if (i + 1 < text.Length && text[i + 1] == '"')
                {
                    cell.Append(text[i++]);
                }
                else
                {
                    isQuoted = false;
                }
            }
            else if (text[i] == '"')
            {
                isQuoted = true;
            }
            else if (text[i] is ',' or '\n')
            {
                rows[^1].Add(cell.ToString().TrimEnd('\r'));
                cell.Clear();
                if (text[i] == '\n')
                {
                    rows.Add([]);
                }
            }
            else
            {
                cell.Append(text[i]);
            }
        }

        Assert.Empty(rows[^1]);
        return (rows[0], rows[1..^1]);
    }
}
