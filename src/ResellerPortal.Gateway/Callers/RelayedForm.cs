using System.Buffers;
using System.Net.Http.Headers;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace ResellerPortal.Gateway.Callers;

/// <summary>A multipart form: files pass through, fields are looked at.</summary>
/// <param name="atEnd">Fields to add when all others are known.</param>
internal sealed class RelayedForm(
    HttpRequest caller,
    string boundary,
    CallerParameterFilter parameters,
    Func<ValueTask<IReadOnlyList<KeyValuePair<string, string>>>> atEnd)
    : RelayedContent(caller.Body, GetContentType(boundary))
{
    /// <summary>A longer field is content, not a name of something.</summary>
    private const int MaxField = 16 * 1024;

    private const string Disposition = "Content-Disposition:";

    private const int PieceSize = 64 * 1024;

    /// <summary>Bytes that a form may become longer by, beside its boundary: it may be given a job's id.</summary>
    private const int MostAdded = 256;

    private static readonly byte[] Blanks = [.. Enumerable.Repeat((byte)' ', 1024)];

    private static readonly byte[] LineBreak = "\r\n"u8.ToArray();

    private long _sent;

    private readonly byte[] _open = Encoding.ASCII.GetBytes($"--{boundary}\r\n");

    /// <summary>Takes what is to be sent.</summary>
    private delegate ValueTask PartWriter(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken);

    /// <summary>
    /// What is to be sent: a small form read to its end, since in one piece it costs both sides less; of another this one, which
    /// reads while it is sent.
    /// </summary>
    public async ValueTask<HttpContent> OpenAsync(CancellationToken cancellationToken)
    {
        if (caller.ContentLength is not { } length)
        {
            return this;
        }

        if (length > BufferedFormContent.MaxSize)
        {
            // How long the form will be is known at its end only. A length is announced all the same, for pieces of unknown
            // number cost the upstream a copy of all; blanks make up for what it has less.
            Headers.ContentLength = length + boundary.Length + MostAdded;
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
        while (await FromCallerAsync(form.NextAsync(cancellationToken), cancellationToken))
        {
            // Copied, for it is only good until more is read.
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

        // Behind its last boundary a form may hold what nobody reads (RFC 2046, section 5.1.1: the epilogue).
        while (Headers.ContentLength - _sent is > 0 and var left)
        {
            await SendAsync(Blanks.AsMemory(0, (int)Math.Min(left, Blanks.Length)), writer, cancellationToken);
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
            // What is not changed goes on as the bytes that it is, whatever they are in.
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
                new InvalidDataException("A part of the form has no Content-Disposition with its name."));
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
