using System.Buffers;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ResellerPortal.Gateway.Callers;

/// <summary>
/// A JSON body whose long strings (base64 files) are spooled to a temporary file, so that the rest can be edited as a small tree. The
/// strings are reinserted when the body is sent.
/// </summary>
internal sealed class SpooledJson : IAsyncDisposable
{
    /// <summary>Strings longer than this are spooled, in bytes.</summary>
    private const int LongString = 8 * 1024;

    /// <summary>Maximum bytes of the body without spooled strings.</summary>
    private const int MaxSkeleton = 1 << 20;

    private const int BufferSize = 64 * 1024;

    private readonly string _mark = $"__{Guid.NewGuid():N}_";
    private readonly List<(long Start, long Length)> _strings = [];
    private readonly ArrayBufferWriter<byte> _skeleton = new();
    private readonly FileStream _file = new(
        Path.Combine(Path.GetTempPath(), Path.GetRandomFileName()),
        FileMode.CreateNew,
        FileAccess.ReadWrite,
        FileShare.None,
        BufferSize,
        FileOptions.DeleteOnClose | FileOptions.Asynchronous);

    private JsonNode? _root;

    private SpooledJson()
    {
    }

    public JsonNode Root => _root!;

    /// <exception cref="CallerErrorException">The body is not valid JSON.</exception>
    public static async Task<SpooledJson> ReadAsync(Stream body, CancellationToken cancellationToken)
    {
        var json = new SpooledJson();
        try
        {
            await json.FillAsync(body, cancellationToken);
            WireJson.CheckTexts(json._skeleton.WrittenSpan);
            json._root = JsonNode.Parse(json._skeleton.WrittenSpan, nodeOptions: null, WireJson.NoDuplicates)
                ?? throw new CallerErrorException(GatewayError.JsonUnreadable);
            return json;
        }
        catch (JsonException)
        {
            await json.DisposeAsync();
            throw new CallerErrorException(GatewayError.JsonUnreadable);
        }
        catch
        {
            await json.DisposeAsync();
            throw;
        }
    }

    /// <summary>The complete, edited body. Disposing of it disposes of this instance.</summary>
    public HttpContent ToContent() => new MultipartFormContent(this);

    public ValueTask DisposeAsync() => _file.DisposeAsync();

    /// <summary>Splits the body: the part of a string beyond the length limit is written to the file.</summary>
    private async Task FillAsync(Stream body, CancellationToken cancellationToken)
    {
        var buffer = new byte[BufferSize];
        var held = new ArrayBufferWriter<byte>();
        var (isString, isEscaped, isLong) = (false, false, false);
        var start = 0L;
        while (await body.ReadAsync(buffer, cancellationToken) is > 0 and var read)
        {
            var from = 0;
            for (var at = 0; at < read; at++)
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
                if (isLong || held.WrittenCount > LongString)
                {
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
                Keep(Encoding.ASCII.GetBytes(_mark + _strings.Count.ToString(CultureInfo.InvariantCulture) + "_"));
                _strings.Add((start, _file.Position - start));
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
            throw new CallerErrorException(GatewayError.JsonUnreadable);
        }

        _skeleton.Write(bytes);
    }

    private sealed class MultipartFormContent : HttpContent
    {
        private readonly SpooledJson _json;
        private readonly string[] _pieces;

        public MultipartFormContent(SpooledJson json)
        {
            _json = json;
            _pieces = json.Root.ToJsonString(WireJson.Options).Split(json._mark);
            Headers.TryAddWithoutValidation("Content-Type", "application/json");
        }

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await stream.WriteAsync(Encoding.UTF8.GetBytes(_pieces[0]));
            var buffer = new byte[BufferSize];
            foreach (var piece in _pieces.Skip(1))
            {
                var end = piece.IndexOf('_', StringComparison.Ordinal);
                var (start, length) = _json._strings[int.Parse(piece.AsSpan(0, end), CultureInfo.InvariantCulture)];
                _json._file.Position = start;
                while (length > 0)
                {
                    var read = await _json._file.ReadAsync(buffer.AsMemory(0, (int)Math.Min(buffer.Length, length)));
                    await stream.WriteAsync(buffer.AsMemory(0, read));
                    length -= read;
                }

                await stream.WriteAsync(Encoding.UTF8.GetBytes(piece[(end + 1)..]));
            }
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                _json._file.Dispose();
            }

            base.Dispose(disposing);
        }
    }
}
