using System.Buffers;
using System.Text;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;
using ResellerPortal.Gateway.Callers;

namespace ResellerPortal.Gateway.Requests;

/// <summary>A multipart form (RFC 7578), read strictly: what different servers might read differently is refused.</summary>
/// <param name="length">The body's length in bytes; null if unknown.</param>
internal sealed class MultipartForm(MultipartScanner scanner, bool isWhole, long? length) : ICallerForm
{
    private const int MaxParts = 2_000;

    private const char ByteOrderMark = '\uFEFF';

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly ArrayBufferWriter<byte> _text = new(256);
    private int _parts;

    public bool IsWhole => isWhole;

    public int? FilesLeft => null;

    public long? BytesLeft => length - scanner.Consumed;

    public async ValueTask<CallerParameter?> ReadNextAsync(CancellationToken cancellationToken)
    {
        if (!await scanner.MoveToNextAsync(cancellationToken))
        {
            return null;
        }

        if (++_parts > MaxParts)
        {
            throw new InvalidDataException($"The form has more than {MaxParts:N0} parts.");
        }

        var part = ReadHeaders((await scanner.ReadHeadersAsync(cancellationToken)).Span);
        var name = ParameterName.Parse(part.Name);
        return part.FileName is null
            ? new CallerParameter(name, await ReadTextAsync(name, part.Charset, cancellationToken))
            : new CallerParameter(name, null, part.FileName);
    }

    public ValueTask<ReadOnlyMemory<byte>> ReadContentAsync(CancellationToken cancellationToken) =>
        scanner.ReadBodyAsync(cancellationToken);

    public void Dispose() => scanner.Dispose();

    private static PartHeaders ReadHeaders(ReadOnlySpan<byte> bytes)
    {
        var text = System.Text.Unicode.Utf8.IsValid(bytes) ? Encoding.UTF8.GetString(bytes) : Encoding.Latin1.GetString(bytes);
        ContentDispositionHeaderValue? disposition = null;
        string? charset = null;
        foreach (var range in text.AsSpan().Split("\r\n"))
        {
            var line = text.AsSpan()[range];
            if (line.IsEmpty)
            {
                continue;
            }

            var colon = line.IndexOf(':');
            if (colon <= 0 || line[..colon].ContainsAnyExcept(HeaderNameCharacters) || line.ContainsAny('\r', '\n', '\0'))
            {
                throw new InvalidDataException("A part of the form has a malformed header line.");
            }

            var value = line[(colon + 1)..].Trim();
            switch (line[..colon])
            {
                case var name when name.Equals("Content-Disposition", StringComparison.OrdinalIgnoreCase):
                    disposition = disposition is null
                        ? ReadDisposition(value.ToString())
                        : throw new InvalidDataException("A part of the form has more than one Content-Disposition header.");
                    break;
                case var name when name.Equals("Content-Type", StringComparison.OrdinalIgnoreCase):
                    charset = ReadCharset(value.ToString());
                    break;
                case var name when name.Equals("Content-Transfer-Encoding", StringComparison.OrdinalIgnoreCase)
                    && !((string[])["binary", "8bit", "7bit"]).Contains(value.ToString(), StringComparer.OrdinalIgnoreCase):
                    throw new InvalidDataException("A part of the form has a Content-Transfer-Encoding. Send the bytes as they are.");
            }
        }

        return disposition is null
            ? throw new InvalidDataException("A part of the form has no Content-Disposition header with a name.")
            : new PartHeaders(
                HeaderUtilities.UnescapeAsQuotedString(disposition.Name).ToString(), GetFileName(disposition), charset);
    }

    private static ContentDispositionHeaderValue ReadDisposition(string value)
    {
        if (!ContentDispositionHeaderValue.TryParse(value, out var disposition)
            || !disposition.DispositionType.Equals("form-data", StringComparison.OrdinalIgnoreCase)
            || disposition.Name.Length == 0)
        {
            throw new InvalidDataException("A part of the form has no Content-Disposition 'form-data' with a name.");
        }

        var seen = new HashSet<StringSegment>(StringSegmentComparer.OrdinalIgnoreCase);
        return disposition.Parameters.All(parameter => seen.Add(parameter.Name)) && !seen.Contains("name*")
            ? disposition
            : throw new InvalidDataException("A Content-Disposition in the form names something twice.");
    }

    /// <returns>Null if the part is a field rather than a file.</returns>
    private static string? GetFileName(ContentDispositionHeaderValue disposition)
    {
        var isFile = disposition.Parameters.Any(parameter =>
            parameter.Name.Equals("filename", StringComparison.OrdinalIgnoreCase)
            || parameter.Name.Equals("filename*", StringComparison.OrdinalIgnoreCase));
        return !isFile ? null
            : disposition.FileNameStar.Length > 0 ? disposition.FileNameStar.ToString()
            : HeaderUtilities.UnescapeAsQuotedString(disposition.FileName).ToString();
    }

    private static string? ReadCharset(string value)
    {
        if (!MediaTypeHeaderValue.TryParse(value, out var type))
        {
            return null;
        }

        return type.Type.Equals("multipart", StringComparison.OrdinalIgnoreCase)
            ? throw new InvalidDataException("A part of the form is a form itself. Send each file as a part of its own, such as Files[0].")
            : type.Charset.Length > 0 ? HeaderUtilities.RemoveQuotes(type.Charset).ToString() : null;
    }

    private async ValueTask<string> ReadTextAsync(ParameterName name, string? charset, CancellationToken cancellationToken)
    {
        _text.ResetWrittenCount();
        while (await scanner.ReadBodyAsync(cancellationToken) is { IsEmpty: false } piece)
        {
            if (_text.WrittenCount + piece.Length > ConversionParameters.MaxTextBytes)
            {
                throw new CallerErrorException(GatewayError.TextTooLong);
            }

            _text.Write(piece.Span);
        }

        return Decode(name, charset);
    }

    private string Decode(ParameterName name, string? charset)
    {
        try
        {
            var encoding = charset is null || charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase)
                ? StrictUtf8
                : CodePagesEncodingProvider.Instance.GetEncoding(charset) ?? Encoding.GetEncoding(charset);
            return encoding.GetString(_text.WrittenSpan).TrimStart(ByteOrderMark);
        }
        catch (Exception unreadable) when (unreadable is ArgumentException or NotSupportedException)
        {
            throw new InvalidDataException(
                $"The value of {name.Text} cannot be read. Send it as UTF-8, or name its charset in the part's Content-Type.");
        }
    }

    private static readonly SearchValues<char> HeaderNameCharacters = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");

    private readonly record struct PartHeaders(string Name, string? FileName, string? Charset);
}
