using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Options;
using Polly;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Gateway.Callers;
using ResellerPortal.Gateway.Requests;

namespace ResellerPortal.Gateway.Upstream;

/// <summary>Sends requests to ConvertAPI, or to a compatible service at the configured address.</summary>
internal sealed class UpstreamClient(UpstreamCircuitBreaker breaker, IOptions<ConvertApiOptions> options) : IDisposable
{
    private static readonly TimeSpan AskAgainAfter = TimeSpan.FromSeconds(1);

    /// <summary>Avoids HttpClient's per-request features (timeouts, buffering, diagnostics), none of which are used here.</summary>
    private readonly HttpMessageInvoker _sender = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        ActivityHeadersPropagator = null,

        // Picks up DNS changes of the upstream.
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
    });

    /// <summary>Sends a conversion under an account and reads the response.</summary>
    /// <param name="customer">Whose request it is.</param>
    /// <param name="body">Only sent again if sending has not begun. Disposed by its creator.</param>
    /// <param name="limit">The caller's own time limit; null for the portal's limit.</param>
    /// <param name="adapt">Adapts a response that refers to files for the caller.</param>
    public ValueTask<UpstreamOutcome> ConvertAsync(
        UpstreamAccount account,
        CustomerId customer,
        string pathAndQuery,
        string? accept,
        CallerContent body,
        TimeSpan? limit,
        Action<JsonObject> adapt)
    {
        // The upstream enforces the caller's limit; shortly after it, the request has certainly failed.
        var patience = limit + TimeSpan.FromSeconds(10) is { } callers && callers < options.Value.Timeout ? callers : options.Value.Timeout;
        return breaker.RunAsync(account.BaseAddress, customer, SendAsync);

        async ValueTask<Outcome<UpstreamOutcome>> SendAsync()
        {
            // Independent of the caller's cancellation: once sent, a conversion may be charged, so the response is awaited.
            using var timeout = new CancellationTokenSource(patience);
            using var request = CreateRequest(account, HttpMethod.Post, pathAndQuery, accept);
            request.Content = body;
            try
            {
                return Outcome.FromResult(await ReadAsync(await _sender.SendAsync(request, timeout.Token), adapt, timeout.Token));
            }
            catch (Exception failure) when (failure is HttpRequestException or OperationCanceledException
                or IOException or InvalidDataException or CallerErrorException)
            {
                var isCallersLimit = timeout.IsCancellationRequested && patience < options.Value.Timeout;
                return Outcome.FromResult(ToOutcome(failure, body, isCallersLimit));
            }
            catch (Exception fault)
            {
                return Outcome.FromException<UpstreamOutcome>(fault);
            }
            finally
            {
                request.Content = null;
            }
        }
    }

    /// <summary>Requests the result of a job.</summary>
    public async Task<UpstreamOutcome> GetJobAsync(
        UpstreamAccount account,
        string jobId,
        Action<JsonObject> adapt,
        CancellationToken cancellationToken)
    {
        using var request = CreateRequest(account, HttpMethod.Get, $"/async/job/{jobId}", null);
        try
        {
            var response = await _sender.SendAsync(request, cancellationToken);
            if (response.StatusCode is HttpStatusCode.Accepted or HttpStatusCode.ServiceUnavailable or HttpStatusCode.NotFound)
            {
                using (response)
                {
                    // 503 means that polling was too frequent, not that the job failed.
                    return response.StatusCode == HttpStatusCode.NotFound
                        ? new UpstreamOutcome.JobUnknown()
                        : new UpstreamOutcome.StillRunning();
                }
            }

            return await ReadAsync(response, adapt, cancellationToken);
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException)
        {
            return new UpstreamOutcome.Unreachable();
        }
    }

    /// <summary>Asks for the result of a job until it has ended.</summary>
    public async Task<UpstreamOutcome> WaitForJobAsync(UpstreamAccount account, string jobId, Action<JsonObject> adapt)
    {
        using var timeout = new CancellationTokenSource(options.Value.Timeout);
        try
        {
            while (true)
            {
                var outcome = await GetJobAsync(account, Uri.EscapeDataString(jobId), adapt, timeout.Token);
                if (outcome is not (UpstreamOutcome.StillRunning or UpstreamOutcome.Unreachable))
                {
                    return outcome;
                }

                await Task.Delay(AskAgainAfter, timeout.Token);
            }
        }
        catch (OperationCanceledException)
        {
            return new UpstreamOutcome.Lost();
        }
    }

    /// <summary>Sends a request other than a conversion. The caller disposes the response.</summary>
    /// <exception cref="HttpRequestException">There was no response.</exception>
    public async Task<HttpResponseMessage> SendAsync(
        UpstreamAccount account,
        HttpMethod method,
        string pathAndQuery,
        HttpContent? body,
        CancellationToken cancellationToken)
    {
        using var request = CreateRequest(account, method, pathAndQuery, null);
        request.Content = body;
        return await _sender.SendAsync(request, cancellationToken);
    }

    public void Dispose() => _sender.Dispose();

    private static HttpRequestMessage CreateRequest(UpstreamAccount account, HttpMethod method, string pathAndQuery, string? accept)
    {
        var request = new HttpRequestMessage(method, account.BaseAddress + pathAndQuery);
        request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + account.Secret);
        request.Headers.TryAddWithoutValidation("Accept", accept ?? "application/json");
        return request;
    }

    private static UpstreamOutcome ToOutcome(Exception failure, CallerContent body, bool isCallersLimit) =>
        body.Failure is { } callers ? new UpstreamOutcome.CallerFailed(callers)
        : failure is HttpRequestException
        {
            HttpRequestError: HttpRequestError.ConnectionError
            or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError
        }
            && !body.HasBegun ? new UpstreamOutcome.Unreachable()
        : new UpstreamOutcome.Lost(isCallersLimit);

    private static async ValueTask<UpstreamOutcome> ReadAsync(
        HttpResponseMessage response,
        Action<JsonObject> adapt,
        CancellationToken cancellationToken)
    {
        var isPassedOn = false;
        try
        {
            if (!response.IsSuccessStatusCode)
            {
                var words = await response.Content.ReadAsStringAsync(cancellationToken);
                return response.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden
                    ? new UpstreamOutcome.AccountRefused(words)
                    : new UpstreamOutcome.Rejected((int)response.StatusCode, words);
            }

            var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
            var isJson = response.Content.Headers.ContentType?.MediaType is null or "application/json" or "text/json";
            if (!isJson)
            {
                isPassedOn = true;
                return new UpstreamOutcome.Converted(new StreamedResponse(response, stream, ResponseHead.None, isJson: false));
            }

            var head = await ResponseHead.ReadAsync(stream, response.Content.Headers.ContentLength, cancellationToken);
            if (!head.IsWhole)
            {
                isPassedOn = true;
                return new UpstreamOutcome.Converted(new StreamedResponse(response, stream, head, isJson: true));
            }

            return BufferedResponse.Read(head, adapt) ?? new UpstreamOutcome.Lost();
        }
        catch (JsonException)
        {
            return new UpstreamOutcome.Lost();
        }
        finally
        {
            if (!isPassedOn)
            {
                response.Dispose();
            }
        }
    }
}
