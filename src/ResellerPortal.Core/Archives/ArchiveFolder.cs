using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;

namespace ResellerPortal.Core.Archives;

/// <summary>
/// The folder of archive files, to be read: for each month a ZIP with a text of JSON lines for each chain, in the order of the chain.
/// </summary>
public sealed class ArchiveFolder : IDisposable
{
    private readonly Dictionary<(ArchiveKind Kind, DateOnly Month), ZipArchive> _files = [];
    private readonly List<string> _faults = [];

    private ArchiveFolder()
    {
    }

    /// <summary>The files that are not those that were written.</summary>
    public IReadOnlyList<string> Faults => _faults;

    public static string GetFileName(ArchiveKind kind, DateOnly month) =>
        $"{(kind == ArchiveKind.Ledger ? "ledger" : "history")}-{month.ToString("yyyy-MM", CultureInfo.InvariantCulture)}.zip";

    /// <summary>Opens the files of the given months that the folder has.</summary>
    public static async Task<ArchiveFolder> OpenAsync(
        string folder,
        IEnumerable<ArchivedMonth> months,
        CancellationToken cancellationToken)
    {
        var archive = new ArchiveFolder();
        foreach (var month in months)
        {
            var path = Path.Combine(folder, month.FileName);
            if (!File.Exists(path))
            {
                continue;
            }

            if (!(await ComputeHashAsync(path, cancellationToken)).AsSpan().SequenceEqual(month.FileHash) || FindZip(path) is not { } zip)
            {
                archive._faults.Add($"{month.FileName} is not the file that was written.");
                continue;
            }

            archive._files.Add((month.Kind, month.Month), zip);
        }

        return archive;
    }

    public bool Holds(ArchiveKind kind, DateOnly month) => _files.ContainsKey((kind, month));

    /// <summary>The lines of a chain; none if the month has nothing of it.</summary>
    public IEnumerable<string> ReadLines(ArchiveKind kind, DateOnly month, Guid chain)
    {
        if (_files[(kind, month)].GetEntry(GetEntryName(chain)) is not { } entry)
        {
            yield break;
        }

        using var reader = new StreamReader(entry.Open(), Encoding.UTF8);
        while (reader.ReadLine() is { } line)
        {
            yield return line;
        }
    }

    public void Dispose()
    {
        foreach (var file in _files.Values)
        {
            file.Dispose();
        }
    }

    internal static string GetEntryName(Guid chain) => $"{chain}.ndjson";

    internal static async Task<byte[]> ComputeHashAsync(string path, CancellationToken cancellationToken)
    {
        await using var file = File.OpenRead(path);
        return await SHA256.HashDataAsync(file, cancellationToken);
    }

    private static ZipArchive? FindZip(string path)
    {
        try
        {
            return ZipFile.OpenRead(path);
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }
}
