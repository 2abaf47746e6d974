using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using ResellerPortal.Gateway.Callers;

namespace ResellerPortal.Gateway.Requests;

/// <summary>
/// A JSON body whose long strings (base64 files) are spooled to a temporary file, so that the rest can be read as a small tree. In the
/// tree a mark stands for each of them.
/// </summary>
internal sealed class SpooledJson : IDisposable
{
    /// <summary>Strings longer than this are spooled, in bytes.</summary>
    private const int LongString = 8 * 1024;

    /// <summary>The same once the tree has grown beyond <see cref="RoomySkeleton"/>, as by many small files.</summary>
    private const int ShortString = 256;

    private const int RoomySkeleton = 128 * 1024;

    /// <summary>Maximum bytes of the body without spooled strings.</summary>
    private const int MaxSkeleton = 1 << 20;

    private const int BufferSize = 64 * 1024;

    private readonly string _mark = $"__{Guid.NewGuid():N}_";
    private readonly List<(long Start, long Length)> _strings = [];
    private readonly ArrayBufferWriter<byte> _skeleton = new();
    private FileStream? _file;
    private JsonDocument? _document;

    private SpooledJson()
    {
    }

    public JsonElement Root => _document!.RootElement;

    /// <summary>Whether a part of the body is in a file.</summary>
    public bool IsSpooled => _file is not null;

    /// <exception cref="CallerErrorException">The body is not valid JSON.</exception>
    public static async Task<SpooledJson> ReadAsync(Stream body, CancellationToken cancellationToken)
    {
        var json = new SpooledJson();
        try
        {
            await json.FillAsync(body, cancellationToken);
            WireJson.CheckTexts(json._skeleton.WrittenSpan);
            json._document = JsonDocument.Parse(json._skeleton.WrittenMemory, WireJson.NoDuplicates);
            return json;
        }
        catch (JsonException)
        {
            json.Dispose();
            throw new CallerErrorException(GatewayError.JsonUnreadable);
        }
        catch
        {
            json.Dispose();
            throw;
        }
    }

    /// <summary>The whole text of a string of the tree.</summary>
    /// <exception cref="CallerErrorException">It is longer than allowed, or not valid.</exception>
    public async ValueTask<string> ReadTextAsync(string text, int maxBytes, CancellationToken cancellationToken)
    {
        if (Find(text) is not { } spooled)
        {
            return text;
        }

        if (spooled.Length > maxBytes)
        {
            throw new CallerErrorException(GatewayError.TextTooLong);
        }

        var raw = new byte[spooled.Length + 2];
        (raw[0], raw[^1]) = ((byte)'"', (byte)'"');
        _file!.Position = spooled.Start;
        await _file.ReadExactlyAsync(raw.AsMemory(1, (int)spooled.Length), cancellationToken);
        try
        {
            WireJson.CheckTexts(raw);
            return JsonSerializer.Deserialize<string>(raw)!;
        }
        catch (JsonException)
        {
            throw new CallerErrorException(GatewayError.JsonUnreadable);
        }
    }

    /// <summary>Reads a string of the tree as bytes, of which only base64 is expected.</summary>
    public Func<Memory<byte>, CancellationToken, ValueTask<int>> OpenText(string text)
    {
        if (Find(text) is not { } spooled)
        {
            var bytes = Encoding.UTF8.GetBytes(text);
            var at = 0;
            return (buffer, _) =>
            {
                var count = Math.Min(buffer.Length, bytes.Length - at);
                bytes.AsMemory(at, count).CopyTo(buffer);
                at += count;
                return ValueTask.FromResult(count);
            };
        }

        var (position, end) = (spooled.Start, spooled.Start + spooled.Length);
        var escapes = new JsonEscapes();
        return async (buffer, cancellationToken) =>
        {
            while (position < end)
            {
                _file!.Position = position;
                var read = await _file.ReadAsync(buffer[..(int)Math.Min(buffer.Length, end - position)], cancellationToken);
                position += read;
                if (escapes.Remove(buffer.Span[..read]) is > 0 and var left)
                {
                    return left;
                }
            }

            return 0;
        };
    }

    public void Dispose()
    {
        _document?.Dispose();
        _file?.Dispose();
    }

    private (long Start, long Length)? Find(string text) =>
        text.StartsWith(_mark, StringComparison.Ordinal)
            ? _strings[int.Parse(text.AsSpan(_mark.Length), CultureInfo.InvariantCulture)]
            : null;

    /// <summary>Splits the body: a string beyond the length limit is written to the file.</summary>
    private async Task FillAsync(Stream body, CancellationToken cancellationToken)
    {
        var buffer = new byte[BufferSize];
        var held = new ArrayBufferWriter<byte>();
        var (isString, isEscaped, isLong) = (false, false, false);
        var start = 0L;
        var isBegin = true;
        while (await body.ReadAsync(buffer, cancellationToken) is > 0 and var read)
        {
            var from = isBegin && buffer.AsSpan(0, read).StartsWith(Encoding.UTF8.Preamble) ? Encoding.UTF8.Preamble.Length : 0;
            isBegin = false;
            for (var at = from; at < read; at++)
            {
                var b = buffer[at];
                if (!isString)
                {
                    isString = b == '"';
                    if (isString)
                    {
                        Keep(buffer.AsSpan(from, at + 1 - from));
                        from = at + 1;
                    }

                    continue;
                }

                if (isEscaped || b == '\\')
                {
                    isEscaped = !isEscaped;
                    continue;
                }

                if (b == '"')
                {
                    await HoldAsync(at);
                    EndString();
                    from = at;
                    isString = false;
                }
            }

            if (isString)
            {
                await HoldAsync(read);
            }
            else
            {
                Keep(buffer.AsSpan(from, read - from));
            }

            async Task HoldAsync(int until)
            {
                held.Write(buffer.AsSpan(from, until - from));
                if (isLong || held.WrittenCount > (_skeleton.WrittenCount < RoomySkeleton ? LongString : ShortString))
                {
                    _file ??= OpenFile();
                    start = isLong ? start : _file.Position;
                    isLong = true;
                    await _file.WriteAsync(held.WrittenMemory, cancellationToken);
                    held.ResetWrittenCount();
                }
            }
        }

        void EndString()
        {
            if (isLong)
            {
                Keep(Encoding.ASCII.GetBytes(_mark + _strings.Count.ToString(CultureInfo.InvariantCulture)));
                _strings.Add((start, _file!.Position - start));
                isLong = false;
            }
            else
            {
                Keep(held.WrittenSpan);
                held.ResetWrittenCount();
            }
        }
    }

    private void Keep(ReadOnlySpan<byte> bytes)
    {
        if (_skeleton.WrittenCount + bytes.Length > MaxSkeleton)
        {
            throw new CallerErrorException(GatewayError.TextTooLong);
        }

        _skeleton.Write(bytes);
    }

    private static FileStream OpenFile() => new(
        Path.Combine(Path.GetTempPath(), Path.GetRandomFileName()),
        FileMode.CreateNew,
        FileAccess.ReadWrite,
        FileShare.None,
        BufferSize,
        FileOptions.DeleteOnClose | FileOptions.Asynchronous);

    /// <summary>Replaces the escapes that base64 can contain: some libraries write "/" and "+" as such.</summary>
    private sealed class JsonEscapes
    {
        private const int LongestEscape = 6;

        private readonly byte[] _escape = new byte[LongestEscape];
        private int _length;

        /// <summary>Works in place, and remembers an escape that continues in the next piece.</summary>
        /// <returns>The number of bytes left; bytes that base64 does not know stay as they are.</returns>
        public int Remove(Span<byte> text)
        {
            var left = 0;
            foreach (var b in text)
            {
                if (_length == 0 && b != '\\')
                {
                    text[left++] = b;
                    continue;
                }

                _escape[_length++] = b;
                if (_length == 2 && b != 'u')
                {
                    text[left++] = b switch { (byte)'n' => (byte)'\n', (byte)'r' => (byte)'\r', (byte)'t' => (byte)'\t', _ => b };
                    _length = 0;
                }
                else if (_length == LongestEscape)
                {
                    text[left++] = Utf8Parse(_escape.AsSpan(2));
                    _length = 0;
                }
            }

            return left;
        }

        /// <returns>A character that base64 does not know for anything but ASCII.</returns>
        private static byte Utf8Parse(ReadOnlySpan<byte> digits) =>
            System.Buffers.Text.Utf8Parser.TryParse(digits, out int code, out var read, 'x') && read == digits.Length && code < 0x80
                ? (byte)code
                : (byte)'\0';
    }
}
