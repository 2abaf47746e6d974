using System.Buffers;
using System.Net;

namespace ResellerPortal.Gateway.Callers;

/// <summary>
/// A small form, read before it is sent. Its buffer comes from the pool, for at many forms a second new ones would live just
/// long enough to be costly; it goes back only when nobody can be reading it any more.
/// </summary>
internal sealed class WholeForm : HttpContent
{
    private const int Free = 0;
    private const int Read = 1;
    private const int Disposed = 2;

    private readonly MemoryStream _content;
    private readonly byte[] _buffer;
    private int _use;

    /// <param name="maxBytes">More cannot be written.</param>
    public WholeForm(int maxBytes, string contentType)
    {
        _buffer = ArrayPool<byte>.Shared.Rent(maxBytes);
        _content = new MemoryStream(_buffer);
        Headers.TryAddWithoutValidation("Content-Type", contentType);
    }

    /// <summary>Where it is written, before it is sent.</summary>
    public Stream Content => _content;

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, default);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(Interlocked.CompareExchange(ref _use, Read, Free) != Free, this);
        await stream.WriteAsync(_buffer.AsMemory(0, (int)_content.Position), cancellationToken);
        Interlocked.CompareExchange(ref _use, Free, Read);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = _content.Position;
        return true;
    }

    /// <summary>An upstream may answer before it has read all: then the buffer is still being sent, and is left to the collector.</summary>
    protected override void Dispose(bool disposing)
    {
        if (Interlocked.Exchange(ref _use, Disposed) == Free)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
        }

        base.Dispose(disposing);
    }
}
