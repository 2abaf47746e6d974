using System.Net;

namespace ResellerPortal.Gateway.Requests;

/// <summary>
/// Content that is read from the caller while it is sent upstream. Records whether the caller caused a failure. Its buffers return to the
/// pool only when they can no longer be in use.
/// </summary>
internal abstract class CallerContent : HttpContent
{
    private const int Free = 0;
    private const int Sending = 1;
    private const int Disposed = 2;

    private int _use;

    /// <summary>
    /// The failure caused by the caller: a broken connection, a body that is too large, too slow or unreadable, or a refused parameter.
    /// </summary>
    public Exception? Failure { get; private set; }

    /// <summary>Whether sending has started, so that the content cannot be sent again.</summary>
    public bool HasBegun { get; private set; }

    protected sealed override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, default);

    protected sealed override async Task SerializeToStreamAsync(
        Stream stream,
        TransportContext? context,
        CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(Interlocked.CompareExchange(ref _use, Sending, Free) != Free, this);
        HasBegun = true;
        await WriteAsync(stream, cancellationToken);
        Interlocked.CompareExchange(ref _use, Free, Sending);
    }

    protected abstract Task WriteAsync(Stream upstream, CancellationToken cancellationToken);

    /// <summary>Returns the buffers.</summary>
    protected abstract void Release();

    /// <summary>
    /// If the upstream responds before reading everything, the buffers are still in use, so they are left to the garbage collector.
    /// </summary>
    protected sealed override void Dispose(bool disposing)
    {
        if (Interlocked.Exchange(ref _use, Disposed) == Free)
        {
            Release();
        }

        base.Dispose(disposing);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }

    /// <summary>
    /// Awaits work that only the caller can cause to fail, and records the failure. If time runs out meanwhile, the caller was too slow.
    /// </summary>
    protected async ValueTask<T> FromCallerAsync<T>(ValueTask<T> work, CancellationToken cancellationToken)
    {
        try
        {
            return await work;
        }
        catch (Exception failure)
        {
            Failure = failure is OperationCanceledException && cancellationToken.IsCancellationRequested
                ? new Callers.CallerErrorException(GatewayError.BodyTooSlow)
                : failure;
            throw;
        }
    }
}
