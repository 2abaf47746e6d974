using System.Buffers;
using System.Net;
using System.Net.Http.Headers;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace ResellerPortal.Gateway.Callers;

/// <summary>
/// The caller's body on its way upstream, read while it is sent and never held whole. It remembers whether it was the caller
/// who failed.
/// </summary>
internal class RelayedBody : HttpContent
{
    protected const int BufferSize = 64 * 1024;

    private readonly Stream _body;

    /// <param name="caller">Its body is passed on as it is.</param>
    public RelayedBody(HttpRequest caller)
        : this(caller.Body, caller.ContentType)
    {
        Headers.ContentLength = caller.ContentLength;
        if (caller.Headers.ContentDisposition.ToString() is { Length: > 0 } disposition)
        {
            Headers.TryAddWithoutValidation("Content-Disposition", disposition);
        }
    }

    protected RelayedBody(Stream body, string? contentType)
    {
        _body = body;
        if (contentType is not null)
        {
            Headers.TryAddWithoutValidation("Content-Type", contentType);
        }
    }

    /// <summary>What the caller did wrong: a connection cut, a body that is too large or cannot be read, a parameter that is refused.</summary>
    public Exception? Failure { get; private set; }

    /// <summary>Whether any of it was read, so that it cannot be sent once more.</summary>
    public bool HasBegun { get; private set; }

    protected sealed override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, default);

    protected sealed override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        HasBegun = true;
        return RelayAsync(_body, stream, cancellationToken);
    }

    protected virtual Task RelayAsync(Stream from, Stream to, CancellationToken cancellationToken) => CopyAsync(from, to, cancellationToken);

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }

    protected async Task CopyAsync(Stream from, Stream to, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            while (await OfCallerAsync(from.ReadAsync(buffer, cancellationToken), cancellationToken) is > 0 and var read)
            {
                await to.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Does something that only the caller can make fail.</summary>
    protected async ValueTask<T> OfCallerAsync<T>(ValueTask<T> work, CancellationToken cancellationToken)
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

/// <summary>A multipart form: files pass through, fields are looked at.</summary>
/// <param name="atEnd">Fields to add when all others are known.</param>
internal sealed class RelayedForm(HttpRequest caller, string boundary, CallerParameters parameters, Func<ValueTask<IReadOnlyList<KeyValuePair<string, string>>>> atEnd)
    : RelayedBody(caller.Body, $"multipart/form-data; boundary=\"{boundary}\"")
{
    /// <summary>A longer field is content, not a name of something.</summary>
    private const int MaxField = 16 * 1024;

    protected override async Task RelayAsync(Stream from, Stream to, CancellationToken cancellationToken)
    {
        var reader = new MultipartReader(boundary, from, BufferSize);
        while (await OfCallerAsync(new ValueTask<MultipartSection?>(reader.ReadNextSectionAsync(cancellationToken)), cancellationToken) is { } section)
        {
            await PassAsync(section, to, cancellationToken);
        }

        foreach (var (name, value) in await OfCallerAsync(atEnd(), cancellationToken))
        {
            await WriteFieldAsync($"Content-Disposition: form-data; name=\"{name}\"\r\n", value, to, cancellationToken);
        }

        await to.WriteAsync(System.Text.Encoding.ASCII.GetBytes($"--{boundary}--\r\n"), cancellationToken);
    }

    private async Task PassAsync(MultipartSection section, Stream to, CancellationToken cancellationToken)
    {
        var headers = string.Concat((section.Headers ?? []).SelectMany(h => h.Value, (h, value) => $"{h.Key}: {value}\r\n"));
        if (!ContentDispositionHeaderValue.TryParse(section.ContentDisposition, out var disposition))
        {
            await OfCallerAsync(ValueTask.FromException<int>(new InvalidDataException("A part of the form has no Content-Disposition with its name.")), cancellationToken);
            return;
        }

        if (disposition.FileName is null && disposition.FileNameStar is null && await ReadFieldAsync(section.Body, cancellationToken) is var (value, remainder))
        {
            if (remainder is not null)
            {
                await WritePartAsync(headers, value, to, cancellationToken);
                await CopyAsync(remainder, to, cancellationToken);
                await to.WriteAsync("\r\n"u8.ToArray(), cancellationToken);
            }
            else if (await OfCallerAsync(parameters.PassAsync(disposition.Name?.Trim('"') ?? "", System.Text.Encoding.UTF8.GetString(value.Span), cancellationToken), cancellationToken) is { } passed)
            {
                await WriteFieldAsync(headers, passed, to, cancellationToken);
            }

            return;
        }

        await WritePartAsync(headers, default, to, cancellationToken);
        await CopyAsync(section.Body, to, cancellationToken);
        await to.WriteAsync("\r\n"u8.ToArray(), cancellationToken);
    }

    /// <returns>The field, and what is left of the body where it is longer than a field.</returns>
    private async Task<(ReadOnlyMemory<byte> Value, Stream? Remainder)> ReadFieldAsync(Stream body, CancellationToken cancellationToken)
    {
        var buffer = new byte[MaxField];
        var length = 0;
        while (length < buffer.Length)
        {
            var read = await OfCallerAsync(body.ReadAsync(buffer.AsMemory(length), cancellationToken), cancellationToken);
            if (read == 0)
            {
                return (buffer.AsMemory(0, length), null);
            }

            length += read;
        }

        return (buffer, body);
    }

    private Task WriteFieldAsync(string headers, string value, Stream to, CancellationToken cancellationToken) =>
        WritePartAsync(headers, System.Text.Encoding.UTF8.GetBytes(value + "\r\n"), to, cancellationToken);

    private async Task WritePartAsync(string headers, ReadOnlyMemory<byte> content, Stream to, CancellationToken cancellationToken)
    {
        await to.WriteAsync(System.Text.Encoding.UTF8.GetBytes($"--{boundary}\r\n{headers}\r\n"), cancellationToken);
        await to.WriteAsync(content, cancellationToken);
    }
}
