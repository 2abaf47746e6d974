using System.Net;

namespace ResellerPortal.Gateway.Callers;

/// <summary>
/// A small form that is read completely before it is sent, and sent unchanged unless a part was modified. Its buffer returns to the pool
/// only when it can no longer be in use.
/// </summary>
internal sealed class BufferedFormContent : HttpContent
{
    /// <summary>Maximum form size in bytes.</summary>
    public const int MaxSize = BufferPool.MaxKept - MultipartScanner.Lead;

    private const int Free = 0;
    private const int Read = 1;
    private const int Disposed = 2;

    private readonly byte[] _read;
    private readonly int _end;
    private MemoryStream? _changed;
    private int _written;
    private int _use;

    private BufferedFormContent(byte[] read, int end, string contentType)
    {
        (_read, _end) = (read, end);
        Headers.TryAddWithoutValidation("Content-Type", contentType);
    }

    /// <summary>The content to send.</summary>
    private ReadOnlyMemory<byte> Content =>
        _changed is null ? _read.AsMemory(MultipartScanner.Lead, _written) : _changed.GetBuffer().AsMemory(0, (int)_changed.Length);

    /// <summary>Reads a caller's form to its end without marking anything for sending.</summary>
    /// <param name="length">The form's length in bytes; at most <see cref="MaxSize"/>.</param>
    public static async ValueTask<BufferedFormContent> ReadAsync(
        Stream caller,
        int length,
        string contentType,
        CancellationToken cancellationToken)
    {
        var buffer = BufferPool.Rent(MultipartScanner.Lead + length);
        try
        {
            var read = await caller.ReadAtLeastAsync(
                buffer.AsMemory(MultipartScanner.Lead, length), length, throwOnEndOfStream: false, cancellationToken);
            return new BufferedFormContent(buffer, MultipartScanner.Lead + read, contentType);
        }
        catch
        {
            BufferPool.Return(buffer);
            throw;
        }
    }

    /// <summary>Scans the form.</summary>
    public MultipartScanner Scan(string boundary) => new(_read, _end, boundary);

    /// <summary>Appends to the content to send.</summary>
    public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        if (_changed is null && _read.AsSpan((MultipartScanner.Lead + _written).._end).StartsWith(bytes.Span))
        {
            _written += bytes.Length;
            return ValueTask.CompletedTask;
        }

        if (_changed is null)
        {
            var before = Content;
            _changed = new MemoryStream(_end);
            _changed.Write(before.Span);
        }

        return _changed.WriteAsync(bytes, cancellationToken);
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, default);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(Interlocked.CompareExchange(ref _use, Read, Free) != Free, this);
        await stream.WriteAsync(Content, cancellationToken);
        Interlocked.CompareExchange(ref _use, Free, Read);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = Content.Length;
        return true;
    }

    /// <summary>
    /// If the upstream responds before reading everything, the buffer is still in use, so it is left to the garbage collector.
    /// </summary>
    protected override void Dispose(bool disposing)
    {
        if (Interlocked.Exchange(ref _use, Disposed) == Free)
        {
            BufferPool.Return(_read);
        }

        base.Dispose(disposing);
    }
}
