using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace ResellerPortal.Gateway;

/// <summary>What became of a request to the upstream.</summary>
public abstract record UpstreamOutcome
{
    private UpstreamOutcome()
    {
    }

    /// <param name="Cost">Conversions charged; null where the upstream did not say.</param>
    public sealed record Converted(long? Cost, JsonObject Body) : UpstreamOutcome;

    /// <summary>The upstream said no in its own words; failed conversions are not charged.</summary>
    public sealed record Rejected(int Status, string Body) : UpstreamOutcome;

    /// <summary>The upstream did not accept our own account.</summary>
    public sealed record AccountRefused(string Body) : UpstreamOutcome;

    /// <summary>No connection was made, so nothing was sent.</summary>
    public sealed record Unreachable : UpstreamOutcome;

    /// <summary>The caller broke off, or sent more than allowed, before the whole request was passed on.</summary>
    public sealed record CallerFailed(Exception Failure) : UpstreamOutcome;

    /// <summary>The request was sent, and no answer that can be read came back. It may have been charged.</summary>
    public sealed record Lost : UpstreamOutcome;
}

/// <summary>Passes conversions on to ConvertAPI, or to whatever speaks its protocol at the configured address.</summary>
public sealed class UpstreamClient(HttpClient http, UpstreamAddress address, IOptions<ConvertApiOptions> options)
{
    /// <summary>Streams the caller's request upstream under our own credentials and reads the answer.</summary>
    public async Task<UpstreamOutcome> ConvertAsync(HttpRequest caller, string from, string to)
    {
        var body = new CallerBody(caller.Body);
        using var request = new HttpRequestMessage(new HttpMethod(caller.Method), address.Of($"/convert/{from}/to/{to}") + Credentials.WithoutCredentials(caller));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", address.Secret);
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        if (HttpMethods.IsPost(caller.Method))
        {
            request.Content = new StreamContent(body);
            request.Content.Headers.ContentLength = caller.ContentLength;
            Copy("Content-Type");
            Copy("Content-Disposition");
        }

        // Not the caller's cancellation: once sent, a conversion may be charged, so its answer is awaited.
        using var timeout = new CancellationTokenSource(options.Value.Timeout);
        try
        {
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, timeout.Token);
            return await ReadAsync(response, timeout.Token);
        }
        catch (Exception failure) when (failure is HttpRequestException or OperationCanceledException or IOException)
        {
            return body.Failure is not null ? new UpstreamOutcome.CallerFailed(body.Failure)
                : failure is HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError }
                    ? new UpstreamOutcome.Unreachable()
                    : new UpstreamOutcome.Lost();
        }

        void Copy(string header)
        {
            if (caller.Headers.TryGetValue(header, out var values))
            {
                request.Content!.Headers.TryAddWithoutValidation(header, values.ToArray());
            }
        }
    }

    /// <summary>Fetches a stored file. The caller disposes the answer.</summary>
    public Task<HttpResponseMessage> DownloadAsync(string fileId, CancellationToken cancellationToken) =>
        http.GetAsync(address.Of($"/d/{fileId}"), HttpCompletionOption.ResponseHeadersRead, cancellationToken);

    private static async Task<UpstreamOutcome> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        if (response.IsSuccessStatusCode)
        {
            try
            {
                await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
                return await JsonNode.ParseAsync(stream, cancellationToken: cancellationToken) is JsonObject json && json["Files"] is JsonArray
                    ? new UpstreamOutcome.Converted(CostOf(json), json)
                    : new UpstreamOutcome.Lost();
            }
            catch (JsonException)
            {
                return new UpstreamOutcome.Lost();
            }
        }

        var body = await response.Content.ReadAsStringAsync(cancellationToken);
        return response.StatusCode is System.Net.HttpStatusCode.Unauthorized or System.Net.HttpStatusCode.Forbidden
            ? new UpstreamOutcome.AccountRefused(body)
            : new UpstreamOutcome.Rejected((int)response.StatusCode, body);
    }

    private static long? CostOf(JsonObject json) =>
        json["ConversionCost"] is JsonValue value && value.TryGetValue<long>(out var cost) && cost is >= 0 and <= 1_000_000 ? cost : null;

    /// <summary>The caller's body, which remembers whether it was the caller who failed.</summary>
    private sealed class CallerBody(Stream inner) : Stream
    {
        public Exception? Failure { get; private set; }

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            try
            {
                return await inner.ReadAsync(buffer, cancellationToken);
            }
            catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
            {
                Failure = failure;
                throw;
            }
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Read asynchronously.");

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
