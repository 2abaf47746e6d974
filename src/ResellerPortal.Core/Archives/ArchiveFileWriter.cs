using System.IO.Compression;
using System.Text;

namespace ResellerPortal.Core.Archives;

/// <summary>Writes an archive file under another name, and gives it its own when it is complete and on disk.</summary>
internal sealed class ArchiveFileWriter : IAsyncDisposable
{
    private readonly string _path;
    private readonly FileStream _file;
    private readonly ZipArchive _zip;
    private StreamWriter? _lines;

    public ArchiveFileWriter(string path)
    {
        _path = path;
        _file = new FileStream(path + ".part", FileMode.Create, FileAccess.ReadWrite);
        _zip = new ZipArchive(_file, ZipArchiveMode.Create, leaveOpen: true);
    }

    /// <summary>Begins the lines of a chain. The same rows make the same file, so that a repetition knows its own.</summary>
    public async Task BeginAsync(Guid chain)
    {
        await EndAsync();
        var entry = _zip.CreateEntry(ArchiveFolder.GetEntryName(chain), CompressionLevel.Optimal);
        entry.LastWriteTime = new DateTimeOffset(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);
        _lines = new StreamWriter(await entry.OpenAsync(), new UTF8Encoding(false)) { NewLine = "\n" };
    }

    public Task WriteAsync(string line) => _lines!.WriteLineAsync(line);

    /// <returns>SHA-256 of the file.</returns>
    /// <exception cref="ArchiveFileException">The folder has another file of this name.</exception>
    public async Task<byte[]> CompleteAsync(CancellationToken cancellationToken)
    {
        await EndAsync();
        await _zip.DisposeAsync();
        _file.Flush(flushToDisk: true);
        await _file.DisposeAsync();
        var hash = await ArchiveFolder.ComputeHashAsync(_file.Name, cancellationToken);
        if (!File.Exists(_path))
        {
            File.Move(_file.Name, _path);
        }
        else if (!(await ArchiveFolder.ComputeHashAsync(_path, cancellationToken)).AsSpan().SequenceEqual(hash))
        {
            throw new ArchiveFileException(
                $"{_path} exists and has other rows than the database. Nothing was dropped; move that file away and run this again.");
        }

        // File systems write a new name with the file that has it.
        await using var named = new FileStream(_path, FileMode.Open, FileAccess.ReadWrite);
        named.Flush(flushToDisk: true);
        return hash;
    }

    public async ValueTask DisposeAsync()
    {
        if (_lines is not null)
        {
            await EndAsync();
        }

        await _zip.DisposeAsync();
        await _file.DisposeAsync();
        File.Delete(_file.Name);
    }

    private async Task EndAsync()
    {
        if (_lines is { } lines)
        {
            _lines = null;
            await lines.DisposeAsync();
        }
    }
}

/// <summary>An archive file cannot be written, or is not what was to be written.</summary>
public sealed class ArchiveFileException(string message) : IOException(message);
