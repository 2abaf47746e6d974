using System.Net;
using Microsoft.AspNetCore.Http;

namespace ResellerPortal.Gateway.Callers;

/// <summary>The caller's body, streamed upstream without buffering it whole. Records whether the caller caused a failure.</summary>
internal class RelayedContent : HttpContent
{
    protected const int BufferSize = 64 * 1024;

    private readonly Stream _body;

    /// <param name="caller">The request whose body is passed on unchanged.</param>
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
    /// The failure caused by the caller: a broken connection, a body that is too large or unreadable, or a rejected parameter.
    /// </summary>
    public Exception? Failure { get; private set; }

    /// <summary>Whether reading has started, so that the body cannot be sent again.</summary>
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

    /// <summary>Awaits work that only the caller can cause to fail, and records the failure.</summary>
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
