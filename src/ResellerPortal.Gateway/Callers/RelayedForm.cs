using System.Buffers;
using System.Net.Http.Headers;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace ResellerPortal.Gateway.Callers;

/// <summary>A multipart form whose files are streamed and whose fields are filtered.</summary>
/// <param name="atEnd">Fields to append once all others are known.</param>
internal sealed class RelayedForm(
    HttpRequest caller,
    string boundary,
    CallerParameterFilter parameters,
    Func<ValueTask<IReadOnlyList<KeyValuePair<string, string>>>> atEnd)
    : RelayedContent(caller.Body, GetContentType(boundary))
{
    /// <summary>Maximum bytes of a filtered field; longer ones are content rather than a reference.</summary>
    private const int MaxField = 16 * 1024;

    private const string Disposition = "Content-Disposition:";

    private const int PieceSize = 64 * 1024;

    /// <summary>Maximum bytes added to a form besides its boundary, such as a job id.</summary>
    private const int MaxAddedBytes = 256;

    private static readonly byte[] Padding = [.. Enumerable.Repeat((byte)' ', 1024)];

    private static readonly byte[] LineBreak = "\r\n"u8.ToArray();

    private long _sent;

    private readonly byte[] _open = Encoding.ASCII.GetBytes($"--{boundary}\r\n");

    /// <summary>Writes bytes to send.</summary>
    private delegate ValueTask PartWriter(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken);

    /// <summary>
    /// Returns the content to send: a small form is buffered, because one piece is cheaper for both sides; a large one is streamed.
    /// </summary>
    public async ValueTask<HttpContent> OpenAsync(CancellationToken cancellationToken)
    {
        if (caller.ContentLength is not { } length)
        {
            return this;
        }

        if (length > BufferedFormContent.MaxSize)
        {
            // The final length is unknown until the end. It is announced nevertheless, because a chunked request makes the upstream copy
            // the whole body; padding fills the difference.
            Headers.ContentLength = length + boundary.Length + MaxAddedBytes;
            return this;
        }

        var form = await BufferedFormContent.ReadAsync(caller.Body, (int)length, GetContentType(boundary), cancellationToken);
        try
        {
            using var scanner = form.Scan(boundary);
            await RelayAsync(scanner, form.WriteAsync, cancellationToken);
            return form;
        }
        catch
        {
            form.Dispose();
            throw;
        }
    }

    protected override async Task RelayAsync(Stream from, Stream to, CancellationToken cancellationToken)
    {
        using var form = new MultipartScanner(from, boundary, PieceSize);
        await RelayAsync(form, to.WriteAsync, cancellationToken);
    }

    private async Task RelayAsync(MultipartScanner form, PartWriter writer, CancellationToken cancellationToken)
    {
        while (await FromCallerAsync(form.MoveToNextAsync(cancellationToken), cancellationToken))
        {
            // Copied, because the memory is valid only until the next read.
            var headers = (await FromCallerAsync(form.ReadHeadersAsync(cancellationToken), cancellationToken)).ToArray();
            await CopyPartAsync(form, headers, writer, cancellationToken);
        }

        foreach (var (name, value) in await FromCallerAsync(atEnd(), cancellationToken))
        {
            await WriteFieldAsync(
                Encoding.UTF8.GetBytes($"{Disposition} form-data; name=\"{name}\"\r\n"),
                Encoding.UTF8.GetBytes(value),
                writer,
                cancellationToken);
        }

        await SendAsync(Encoding.ASCII.GetBytes($"--{boundary}--\r\n"), writer, cancellationToken);

        // Content after the last boundary is ignored (RFC 2046, section 5.1.1: the epilogue).
        while (Headers.ContentLength - _sent is > 0 and var left)
        {
            await SendAsync(Padding.AsMemory(0, (int)Math.Min(left, Padding.Length)), writer, cancellationToken);
        }
    }

    private static string GetContentType(string boundary) => $"multipart/form-data; boundary=\"{boundary}\"";

    private async Task CopyPartAsync(MultipartScanner form, byte[] headers, PartWriter writer, CancellationToken cancellationToken)
    {
        var disposition = await FromCallerAsync(ReadDispositionAsync(headers), cancellationToken);
        var field = new ArrayBufferWriter<byte>();
        var isField = disposition.FileName is null && disposition.FileNameStar is null;
        if (!isField)
        {
            await BeginPartAsync(headers, writer, cancellationToken);
        }

        while (await FromCallerAsync(form.ReadBodyAsync(cancellationToken), cancellationToken) is { IsEmpty: false } piece)
        {
            if (isField && field.WrittenCount + piece.Length <= MaxField)
            {
                field.Write(piece.Span);
                continue;
            }

            if (isField)
            {
                isField = false;
                await BeginPartAsync(headers, writer, cancellationToken);
                await SendAsync(field.WrittenMemory, writer, cancellationToken);
            }

            await SendAsync(piece, writer, cancellationToken);
        }

        if (!isField)
        {
            await SendAsync(LineBreak, writer, cancellationToken);
        }
        else
        {
            // Unchanged values are forwarded as the original bytes, whatever their encoding.
            var value = Encoding.UTF8.GetString(field.WrittenSpan);
            if (await FromCallerAsync(
                parameters.FilterAsync(disposition.Name?.Trim('"') ?? "", value, cancellationToken), cancellationToken) is { } passed)
            {
                await WriteFieldAsync(
                    headers, passed == value ? field.WrittenMemory : Encoding.UTF8.GetBytes(passed), writer, cancellationToken);
            }
        }
    }

    private static ValueTask<ContentDispositionHeaderValue> ReadDispositionAsync(byte[] headers)
    {
        var lines = Encoding.UTF8.GetString(headers);
        foreach (var line in lines.AsSpan().Split("\r\n"))
        {
            if (lines.AsSpan()[line].StartsWith(Disposition, StringComparison.OrdinalIgnoreCase))
            {
                return ContentDispositionHeaderValue.TryParse(lines[line][Disposition.Length..], out var disposition)
                    ? ValueTask.FromResult(disposition)
                    : Unreadable();
            }
        }

        return Unreadable();

        static ValueTask<ContentDispositionHeaderValue> Unreadable() =>
            ValueTask.FromException<ContentDispositionHeaderValue>(
                new InvalidDataException("A part of the form has no Content-Disposition header with a name."));
    }

    private async Task WriteFieldAsync(byte[] headers, ReadOnlyMemory<byte> value, PartWriter writer, CancellationToken cancellationToken)
    {
        await BeginPartAsync(headers, writer, cancellationToken);
        await SendAsync(value, writer, cancellationToken);
        await SendAsync(LineBreak, writer, cancellationToken);
    }

    private async Task BeginPartAsync(byte[] headers, PartWriter writer, CancellationToken cancellationToken)
    {
        await SendAsync(_open, writer, cancellationToken);
        await SendAsync(headers, writer, cancellationToken);
        await SendAsync(LineBreak, writer, cancellationToken);
    }

    private ValueTask SendAsync(ReadOnlyMemory<byte> bytes, PartWriter writer, CancellationToken cancellationToken)
    {
        _sent += bytes.Length;
        return writer(bytes, cancellationToken);
    }
}
