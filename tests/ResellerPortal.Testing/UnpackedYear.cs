using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace ResellerPortal.Testing;

/// <summary>The archive of a year, read and checked as its guide says, without any code of the portal.</summary>
public sealed class UnpackedYear
{
    private static readonly string[] Hashed =
    [
        "version", "customer", "sequence", "kind", "occurred", "recorded", "token", "environment", "converter", "quantity", "source",
        "request", "reference", "flags", "corrects", "commitment",
    ];

    private readonly Dictionary<string, byte[]> _files = new(StringComparer.OrdinalIgnoreCase);

    public UnpackedYear(byte[] zip)
    {
        using var archive = new ZipArchive(new MemoryStream(zip));
        foreach (var entry in archive.Entries)
        {
            using var content = new MemoryStream();
            using var stream = entry.Open();
            stream.CopyTo(content);
            _files.Add(entry.FullName, content.ToArray());
        }

        Manifest = JsonDocument.Parse(_files["manifest.json"]).RootElement;
    }

    public IReadOnlyCollection<string> Paths => _files.Keys;

    public JsonElement Manifest { get; }

    public byte[] ReadBytes(string path) => _files[path];

    public string ReadText(string path) => Encoding.UTF8.GetString(_files[path]);

    /// <summary>The lines of a table by their columns' names.</summary>
    public IReadOnlyList<IReadOnlyDictionary<string, string>> ReadTable(string path)
    {
        var lines = ParseCsv(ReadText(path));
        return [.. lines.Skip(1).Select(line => lines[0].Zip(line).ToDictionary(cell => cell.First, cell => cell.Second))];
    }

    /// <summary>Sums of a column by another one.</summary>
    public IReadOnlyDictionary<string, decimal> SumTable(string path, string by, string column) => ReadTable(path)
        .GroupBy(row => row[by])
        .ToDictionary(rows => rows.Key, rows => rows.Sum(row => decimal.Parse(row[column], CultureInfo.InvariantCulture)));

    /// <summary>Files that are missing, too many, or not those of which SHA256SUMS and the manifest have the sums.</summary>
    public IReadOnlyList<string> FindWrongFiles()
    {
        var faults = new List<string>();
        var sums = ReadText("SHA256SUMS").Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split("  ", 2)).ToList();
        faults.AddRange(sums.Where(s => s[0] != Hash(s[1])).Select(s => $"{s[1]} has another sum"));
        faults.AddRange(Paths.Except(sums.Select(s => s[1])).Where(path => path != "SHA256SUMS").Select(path => $"{path} has no sum"));
        var listed = Manifest.GetProperty("files").EnumerateArray().ToDictionary(f => f.GetProperty("path").GetString()!);
        faults.AddRange(Paths.Except(listed.Keys)
            .Where(path => path is not ("SHA256SUMS" or "manifest.json"))
            .Select(path => $"{path} is not in the manifest"));
        faults.AddRange(listed
            .Where(f => f.Value.GetProperty("sha256").GetString() != Hash(f.Key)
                || f.Value.GetProperty("size").GetInt64() != _files[f.Key].Length)
            .Select(f => $"{f.Key} is otherwise in the manifest"));
        return faults;
    }

    /// <summary>Where a ledger's chain breaks, or does not begin and end as the manifest says.</summary>
    public IReadOnlyList<string> FindBrokenChains()
    {
        var faults = new List<string>();
        foreach (var ledger in Manifest.GetProperty("ledgers").EnumerateArray())
        {
            var (sequence, head) = (ledger.GetProperty("sequenceBefore").GetInt64(), ledger.GetProperty("headBefore").GetString()!);
            var file = ledger.GetProperty("file").GetString();
            foreach (var entry in file is null ? [] : ReadTable(file))
            {
                sequence++;
                var texts = Hashed.Select(column => Restore(entry[column]) + "\n");
                byte[] canonical = [.. Convert.FromHexString(head), .. Encoding.UTF8.GetBytes(string.Concat(texts))];
                head = Convert.ToHexStringLower(SHA256.HashData(canonical));
                var draws = entry["draws"].Split(' ').SelectMany(draw => draw.Split('/')).Select(text => text + "\n");
                if (entry["sequence"] != sequence.ToString(CultureInfo.InvariantCulture)
                    || entry["hash"] != head
                    || entry["commitment"] != Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Concat(draws)))))
                {
                    faults.Add($"{file} breaks at {sequence}");
                    break;
                }
            }

            if (sequence != ledger.GetProperty("lastSequence").GetInt64() || head != ledger.GetProperty("head").GetString())
            {
                faults.Add($"{file} ends at {sequence}");
            }
        }

        return faults;
    }

    /// <summary>The sequence and hash at one end of each customer's ledger, by the customer's id.</summary>
    public IReadOnlyDictionary<string, (long Sequence, string Hash)> ReadEnds(string sequence, string head) =>
        Manifest.GetProperty("ledgers").EnumerateArray().ToDictionary(
            ledger => ledger.GetProperty("customer").GetString()!,
            ledger => (ledger.GetProperty(sequence).GetInt64(), ledger.GetProperty(head).GetString()!));

    private string? Hash(string path) => _files.TryGetValue(path, out var file) ? Convert.ToHexStringLower(SHA256.HashData(file)) : null;

    /// <summary>Without the apostrophe before what would be a formula.</summary>
    private static string Restore(string text) => text is ['\'', '=' or '+' or '-' or '@', ..] ? text[1..] : text;

    private static List<List<string>> ParseCsv(string text)
    {
        var (rows, row, field, isQuoted) = (new List<List<string>>(), new List<string>(), new StringBuilder(), false);
        for (var i = 0; i < text.Length; i++)
        {
            switch (text[i])
            {
                case '"' when isQuoted && i + 1 < text.Length && text[i + 1] == '"':
                    field.Append(text[i++]);
                    break;
                case '"':
                    isQuoted = !isQuoted;
                    break;
                case ',' when !isQuoted:
                    EndField();
                    break;
                case '\n' when !isQuoted:
                    EndField();
                    rows.Add(row);
                    row = [];
                    break;
                case '\r' when !isQuoted:
                    break;
                default:
                    field.Append(text[i]);
                    break;
            }
        }

        return rows;

        void EndField()
        {
            row.Add(field.ToString());
            field.Clear();
        }
    }
}
