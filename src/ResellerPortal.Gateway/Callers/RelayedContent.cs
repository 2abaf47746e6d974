using System.Net;
using Microsoft.AspNetCore.Http;

namespace ResellerPortal.Gateway.Callers;

/// <summary>
/// The caller's body on its way upstream, read while it is sent and never held whole. It remembers whether it was the caller
/// who failed.
/// </summary>
internal class RelayedContent : HttpContent
{
    protected const int BufferSize = 64 * 1024;

    private readonly Stream _body;

    /// <param name="caller">Its body is passed on as it is.</param>
    public RelayedContent(HttpRequest caller)
        : this(caller.Body, caller.ContentType)
    {
        Headers.ContentLength = caller.ContentLength;
        if (caller.Headers.ContentDisposition.ToString() is { Length: > 0 } disposition)
        {
            Headers.TryAddWithoutValidation("Content-Disposition", disposition);
        }
    }

    protected RelayedContent(Stream body, string? contentType)
    {
        _body = body;
        if (contentType is not null)
        {
            Headers.TryAddWithoutValidation("Content-Type", contentType);
        }
    }

    /// <summary>
    /// What the caller did wrong: a connection cut, a body that is too large or cannot be read, a parameter that is refused.
    /// </summary>
    public Exception? Failure { get; private set; }

    /// <summary>Whether any of it was read, so that it cannot be sent once more.</summary>
    public bool HasBegun { get; private set; }

    protected sealed override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, default);

    protected sealed override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        HasBegun = true;
        return RelayAsync(_body, stream, cancellationToken);
    }

    protected virtual Task RelayAsync(Stream from, Stream to, CancellationToken cancellationToken) =>
        CopyAsync(from, to, cancellationToken);

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }

    protected async Task CopyAsync(Stream from, Stream to, CancellationToken cancellationToken)
    {
        var buffer = BufferPool.Rent(BufferSize);
        try
        {
            while (await FromCallerAsync(from.ReadAsync(buffer, cancellationToken), cancellationToken) is > 0 and var read)
            {
                await to.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
            }
        }
        finally
        {
            BufferPool.Return(buffer);
        }
    }

    /// <summary>Does something that only the caller can make fail.</summary>
    protected async ValueTask<T> FromCallerAsync<T>(ValueTask<T> work, CancellationToken cancellationToken)
    {
        try
        {
            return await work;
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            Failure = failure;
            throw;
        }
    }
}
