using System.IO.Compression;
using System.Security.Cryptography;

namespace ResellerPortal.Documents.YearArchives;

/// <param name="Hash">SHA-256 in lower-case hex.</param>
internal sealed record HashedFile(string Path, long Bytes, string Hash);

/// <summary>Writes a ZIP to a stream that cannot seek, one file after another, and remembers size and hash of each.</summary>
internal sealed class HashedZipWriter
{
    private readonly PendingWriteStream _output;
    private readonly ZipArchive _zip;
    private readonly DateTimeOffset _filesFrom;
    private readonly List<HashedFile> _files = [];

    public HashedZipWriter(Stream output, DateTimeOffset filesFrom)
    {
        _output = new PendingWriteStream(output);
        _zip = new ZipArchive(_output, ZipArchiveMode.Create, leaveOpen: true);
        _filesFrom = filesFrom;
    }

    public IReadOnlyList<HashedFile> Files => _files;

    public async Task AddAsync(string path, Func<Stream, Task> write, CancellationToken cancellationToken)
    {
        // Pages of a PDF are compressed already.
        var level = path.EndsWith(".pdf", StringComparison.Ordinal) ? CompressionLevel.Fastest : CompressionLevel.Optimal;
        var entry = _zip.CreateEntry(path, level);
        entry.LastWriteTime = _filesFrom;
        await using (var file = new HashingStream(await entry.OpenAsync(cancellationToken)))
        {
            await write(file);
            _files.Add(file.Complete(path));
        }

        await _output.FlushAsync(cancellationToken);
    }

    public Task AddAsync(string path, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) =>
        AddAsync(path, file => file.WriteAsync(content, cancellationToken).AsTask(), cancellationToken);

    /// <summary>Writes the list of files, without which a ZIP that was broken off cannot be taken for a whole one.</summary>
    public async Task CompleteAsync(CancellationToken cancellationToken)
    {
        await _zip.DisposeAsync();
        await _output.FlushAsync(cancellationToken);
    }

    private sealed class HashingStream(Stream inner) : Stream
    {
        private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        private long _bytes;

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => _bytes;
            set => throw new NotSupportedException();
        }

        public HashedFile Complete(string path) => new(path, _bytes, Convert.ToHexStringLower(_hash.GetHashAndReset()));

        public override void Write(byte[] buffer, int offset, int count)
        {
            Add(buffer.AsSpan(offset, count));
            inner.Write(buffer, offset, count);
        }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Add(buffer.Span);
            return inner.WriteAsync(buffer, cancellationToken);
        }

        public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override void Flush()
        {
            // The file is flushed when it ends: a response cannot be written to synchronously.
        }

        public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override async ValueTask DisposeAsync()
        {
            _hash.Dispose();
            await inner.DisposeAsync();
            GC.SuppressFinalize(this);
        }

        private void Add(ReadOnlySpan<byte> bytes)
        {
            _hash.AppendData(bytes);
            _bytes += bytes.Length;
        }
    }
}
