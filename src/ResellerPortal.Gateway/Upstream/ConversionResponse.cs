using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace ResellerPortal.Gateway.Upstream;

/// <summary>Converted files on their way to the caller.</summary>
internal abstract class ConversionResponse : IDisposable
{
    /// <summary>Conversions charged; null if unknown so far.</summary>
    public abstract long? Cost { get; }

    /// <summary>Whether the cost may still be found while the response is relayed.</summary>
    public virtual bool MayTellCostLater => false;

    /// <summary>Relays the response.</summary>
    /// <returns>The cost, if it was found on the way.</returns>
    /// <exception cref="IOException">The upstream connection failed.</exception>
    public abstract Task<long?> WriteAsync(HttpContext context);

    /// <summary>Reads the response to its end for the cost alone.</summary>
    public virtual Task<long?> ReadCostAsync(CancellationToken cancellationToken) => Task.FromResult(Cost);

    public virtual void Dispose()
    {
    }

    /// <summary>Rejects implausibly large costs, which are errors and need investigation.</summary>
    protected static long? Plausible(long cost) => cost is >= 0 and <= 1_000_000 ? cost : null;
}

/// <summary>A fully read response: it refers to files, or is small.</summary>
/// <param name="whole">JSON with an array "Files".</param>
internal sealed class BufferedResponse(ResponseHead whole, long? cost, Action<JsonObject> adapt) : ConversionResponse
{
    public override long? Cost => cost;

    public override async Task<long?> WriteAsync(HttpContext context)
    {
        // Only responses that refer to stored files need changes.
        var passed = whole.Bytes;
        if (passed.Span.IndexOf("\"FileId\""u8) >= 0)
        {
            var body = (JsonObject)JsonNode.Parse(passed.Span)!;
            adapt(body);
            passed = JsonSerializer.SerializeToUtf8Bytes(body, WireJson.Options);
        }

        context.Response.ContentType = "application/json; charset=utf-8";
        context.Response.ContentLength = passed.Length;
        await context.Response.Body.WriteAsync(passed, context.RequestAborted);
        return cost;
    }

    public override void Dispose() => whole.Dispose();

    /// <summary>Determines a response's kind without building a JSON tree.</summary>
    /// <param name="whole">Owned by the outcome if it is a response.</param>
    /// <returns>Null if it is not a response at all.</returns>
    /// <exception cref="JsonException">It is not JSON.</exception>
    public static UpstreamOutcome? Read(ResponseHead whole, Action<JsonObject> adapt)
    {
        var reader = new Utf8JsonReader(whole.Bytes.Span);
        var hasFiles = false;
        string? jobId = null;
        long? cost = null;
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            return null;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isFiles = reader.ValueTextEquals("Files"u8);
            var isJob = reader.ValueTextEquals("JobId"u8);
            var isCost = reader.ValueTextEquals("ConversionCost"u8);
            reader.Read();
            hasFiles |= isFiles && reader.TokenType == JsonTokenType.StartArray;
            jobId = isJob && reader.TokenType is JsonTokenType.String ? reader.GetString() : jobId;
            cost = isCost ? (reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var read) ? Plausible(read) : null) : cost;
            reader.Skip();
        }

        // Read to the end, because trailing garbage makes it invalid.
        while (reader.Read())
        {
        }

        return hasFiles
            ? new UpstreamOutcome.Converted(new BufferedResponse(whole, cost, adapt))
            : jobId is not null
            ? new UpstreamOutcome.JobAccepted(jobId)
            : null;
    }
}

/// <summary>File content, relayed as it arrives and never buffered as a whole.</summary>
internal sealed class StreamedResponse : ConversionResponse
{
    /// <summary>
    /// Possible headers for the cost of a response that consists of the file itself; ConvertAPI does not document which one it uses.
    /// </summary>
    public static readonly string[] CostHeaders = ["ConversionCost", "X-Conversion-Cost", "Conversion-Cost"];

    private const int BufferSize = 64 * 1024;

    /// <summary>Number of trailing bytes that are searched for the cost.</summary>
    private const int TailSize = 4096;

    private static readonly string[] PassedHeaders = ["Content-Type", "Content-Disposition", "Content-Length"];

    private readonly HttpResponseMessage _response;
    private readonly Stream _body;
    private readonly ResponseHead _head;
    private readonly bool _isJson;

    /// <param name="head">The part of the body that was already read.</param>
    public StreamedResponse(HttpResponseMessage response, Stream body, ResponseHead head, bool isJson)
    {
        (_response, _body, _head, _isJson) = (response, body, head, isJson);
        Cost = CostHeaders.Select(name => response.Headers.TryGetValues(name, out var values)
            && long.TryParse(values.First(), CultureInfo.InvariantCulture, out var cost) ? Plausible(cost) : null)
            .FirstOrDefault(cost => cost is not null) ?? (isJson ? FindCostAtHead(head.Bytes.Span) : null);
    }

    public override long? Cost { get; }

    public override bool MayTellCostLater => _isJson && Cost is null;

    public override Task<long?> WriteAsync(HttpContext context)
    {
        foreach (var (name, values) in _response.Content.Headers.Concat(_response.Headers))
        {
            if (PassedHeaders.Contains(name, StringComparer.OrdinalIgnoreCase)
                || CostHeaders.Contains(name, StringComparer.OrdinalIgnoreCase))
            {
                context.Response.Headers[name] = values.ToArray();
            }
        }

        return CopyToAsync(context.Response.Body, context.RequestAborted, default);
    }

    public override Task<long?> ReadCostAsync(CancellationToken cancellationToken) =>
        MayTellCostLater ? CopyToAsync(Stream.Null, default, cancellationToken) : Task.FromResult(Cost);

    public override void Dispose()
    {
        _response.Dispose();
        _head.Dispose();
    }

    /// <summary>Copies to the end. If the caller disconnects, nothing more is written, but the cost is still searched for.</summary>
    private async Task<long?> CopyToAsync(Stream caller, CancellationToken callerGone, CancellationToken cancellationToken)
    {
        var buffer = BufferPool.Rent(BufferSize);
        var tail = new byte[TailSize];
        var tailLength = 0;
        var isHere = true;
        try
        {
            await TakeAsync(_head.Bytes);
            while ((isHere || MayTellCostLater) && await _body.ReadAsync(buffer, cancellationToken) is > 0 and var read)
            {
                await TakeAsync(buffer.AsMemory(0, read));
            }

            return Cost ?? (_isJson ? FindCostAtEnd(tail.AsSpan(0, tailLength)) : null);
        }
        finally
        {
            BufferPool.Return(buffer);
        }

        async ValueTask TakeAsync(ReadOnlyMemory<byte> bytes)
        {
            if (MayTellCostLater)
            {
                var kept = bytes[Math.Max(0, bytes.Length - TailSize)..];
                var old = Math.Min(tailLength, TailSize - kept.Length);
                tail.AsSpan(tailLength - old, old).CopyTo(tail);
                kept.Span.CopyTo(tail.AsSpan(old));
                tailLength = old + kept.Length;
            }

            if (isHere)
            {
                try
                {
                    await caller.WriteAsync(bytes, callerGone);
                }
                catch (Exception gone) when (gone is OperationCanceledException or IOException)
                {
                    isHere = false;
                }
            }
        }
    }

    /// <summary>The cost if it precedes the files, as in ConvertAPI's responses.</summary>
    private static long? FindCostAtHead(ReadOnlySpan<byte> head)
    {
        var reader = new Utf8JsonReader(head, isFinalBlock: false, default);
        try
        {
            while (reader.Read())
            {
                if (reader is { TokenType: JsonTokenType.PropertyName, CurrentDepth: 1 } && reader.ValueTextEquals("ConversionCost"u8))
                {
                    return reader.Read() && reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var cost)
                        ? Plausible(cost)
                        : null;
                }
            }
        }
        catch (JsonException)
        {
            // Not JSON after all; the cost stays unknown.
        }

        return null;
    }

    /// <summary>The cost if it follows the files. Within a string its quotes would be escaped.</summary>
    private static long? FindCostAtEnd(ReadOnlySpan<byte> tail)
    {
        var at = tail.LastIndexOf("\"ConversionCost\""u8);
        if (at < 0 || (at > 0 && tail[at - 1] == '\\'))
        {
            return null;
        }

        var rest = Encoding.UTF8.GetString(tail[(at + "\"ConversionCost\"".Length)..]).TrimStart().TrimStart(':').TrimStart();
        var digits = rest.TakeWhile(char.IsAsciiDigit).Count();
        return long.TryParse(rest.AsSpan(0, digits), CultureInfo.InvariantCulture, out var cost) ? Plausible(cost) : null;
    }
}
