using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using ResellerPortal.Core.Tokens;
using ResellerPortal.Testing;

namespace ResellerPortal.EndToEnd.Tests.Nodes;

internal enum AttemptResult
{
    /// <summary>Answered with 200.</summary>
    Answered,

    /// <summary>Refused before anything was held for it.</summary>
    Refused,

    /// <summary>The upstream refused it.</summary>
    Rejected,

    /// <summary>Without an answer, or with one that does not say whether it is recorded.</summary>
    Unknown,
}

/// <summary>One request of a customer's program, which is never sent twice.</summary>
/// <param name="Id">The content of its file, by which the upstream tells it apart.</param>
/// <param name="Converter">As in the ledger. Each worker uses one of its own and makes one request after another.</param>
/// <param name="RequestId">What the gateway calls it; null if it did not say.</param>
internal sealed record Attempt(string Id, SharedToken Token, string Converter, AttemptResult Result, Guid? RequestId, string Answer);

/// <summary>
/// The programs of customers, which convert through one node after another. What could not be sent to a node, because it does not listen,
/// is sent to the next; nothing else is sent again.
/// </summary>
internal sealed class GatewayLoad : IDisposable
{
    private const int WorkersPerToken = 3;

    /// <summary>Between requests that are refused, so that they leave the processors to the others.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    private readonly Func<IReadOnlyList<Uri>> _nodes;

    /// <summary>Gives a node up that does not answer, so that the others are still used.</summary>
    private readonly HttpClient _client = new() { Timeout = TimeSpan.FromSeconds(10) };

    private readonly CancellationTokenSource _over = new();
    private readonly ConcurrentBag<Attempt> _attempts = [];
    private readonly long[] _answers = new long[PortalCluster.NodeCount];
    private readonly Task _workers;
    private int _turn;

    private GatewayLoad(Func<IReadOnlyList<Uri>> nodes, IReadOnlyList<SharedToken> tokens)
    {
        _nodes = nodes;
        _workers = Task.WhenAll(tokens.SelectMany(
            (token, index) => Enumerable.Range(0, WorkersPerToken).Select(worker => Task.Run(
                () => ConvertAsync(token, $"worker-{index}-{worker}", isAsync: !token.IsBounded && worker == 0)))));
    }

    public IReadOnlyCollection<Attempt> Attempts => _attempts;

    public static GatewayLoad Start(Func<IReadOnlyList<Uri>> nodes, IReadOnlyList<SharedToken> tokens) => new(nodes, tokens);

    /// <summary>Waits until a node has answered some more requests with 200.</summary>
    public Task WaitForAnswersAsync(int node, long count)
    {
        var enough = Volatile.Read(ref _answers[node]) + count;
        return WaitAsync(() => Volatile.Read(ref _answers[node]) >= enough, $"node {node} answers {count} requests");
    }

    /// <summary>Waits until each bounded token was refused for its limit or its balance.</summary>
    public Task WaitForLimitsAsync(IEnumerable<SharedToken> tokens) => WaitAsync(
        () => tokens.Where(token => token.IsBounded).All(
            token => _attempts.Any(attempt => attempt.Token == token && attempt.Result == AttemptResult.Refused)),
        "the limits are reached");

    /// <summary>Lets each worker end its request.</summary>
    public async Task StopAsync()
    {
        await _over.CancelAsync();
        await _workers;
    }

    /// <summary>How many requests ended in which way, for the report of a failure.</summary>
    public override string ToString() => string.Join('\n', _attempts
        .GroupBy(attempt => $"{attempt.Token.Name}: {attempt.Result} {attempt.Answer}")
        .OrderBy(same => same.Key, StringComparer.Ordinal)
        .Select(same => $"{same.Count(),6} {same.Key}"));

    public void Dispose()
    {
        _client.Dispose();
        _over.Dispose();
    }

    /// <summary>Fails at once when a worker has failed, and otherwise says what became of the requests.</summary>
    private async Task WaitAsync(Func<bool> condition, string what)
    {
        try
        {
            await Eventually.TrueAsync(() => condition() || _workers.IsFaulted, what);
        }
        catch (TimeoutException late)
        {
            throw new TimeoutException($"{late.Message}\nAnswers of each node: {string.Join(", ", _answers)}\n{this}", late);
        }

        if (_workers.IsFaulted)
        {
            await _workers;
        }
    }

    private async Task ConvertAsync(SharedToken token, string converter, bool isAsync)
    {
        for (var i = 0; !_over.IsCancellationRequested; i++)
        {
            // Most have one file, some have two, and now and then the upstream refuses one.
            string[] files = i % 10 == 9 ? [ChargingUpstream.RefusedFile] : i % 3 == 2 ? ["a.txt", "b.txt"] : ["a.txt"];
            var attempt = await ConvertAsync(token, converter, files, isAsync);
            _attempts.Add(attempt);
            if (attempt.Result != AttemptResult.Answered)
            {
                await Task.Delay(Pause);
            }
            else if (isAsync)
            {
                await FetchAsync(token, attempt.RequestId!.Value);
            }
        }
    }

    private async Task<Attempt> ConvertAsync(SharedToken token, string converter, string[] files, bool isAsync)
    {
        ConverterName.TryCreate("txt", "pdf", converter, out var inLedger);
        var attempt = new Attempt(Guid.NewGuid().ToString("N"), token, inLedger, AttemptResult.Unknown, null, "");
        while (true)
        {
            var node = GetNext();
            using var form = new MultipartFormDataContent();
            for (var i = 0; i < files.Length; i++)
            {
                form.Add(new StringContent(attempt.Id), $"Files[{i}]", files[i]);
            }

            var path = $"{(isAsync ? "async/" : "")}convert/txt/to/pdf/converter/{converter}";
            using var request = Authorize(
                new HttpRequestMessage(HttpMethod.Post, new Uri(_nodes()[node], path)) { Content = form }, token);
            try
            {
                using var answer = await _client.SendAsync(request);
                var (result, id, text) = await ReadAsync(answer, isAsync);
                if (result == AttemptResult.Answered)
                {
                    Interlocked.Increment(ref _answers[node]);
                }

                return attempt with { Result = result, RequestId = id, Answer = text };
            }
            catch (HttpRequestException failure) when (
                failure.HttpRequestError == HttpRequestError.ConnectionError && !_over.IsCancellationRequested)
            {
                // It was not sent, since nobody listens there.
                await Task.Delay(Pause);
            }
            catch (Exception cut) when (cut is HttpRequestException or OperationCanceledException)
            {
                return attempt with { Answer = cut.Message };
            }
        }
    }

    private static async Task<(AttemptResult Result, Guid? Id, string Text)> ReadAsync(HttpResponseMessage answer, bool isAsync)
    {
        Guid? id = answer.Headers.TryGetValues("X-Request-Id", out var ids) ? Guid.Parse(ids.Single()) : null;
        if (answer.StatusCode != HttpStatusCode.OK)
        {
            var text = $"{(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}";
            return (
                answer.StatusCode == ChargingUpstream.RefusalStatus ? AttemptResult.Rejected
                : id is null && text.Contains("5001", StringComparison.Ordinal) ? AttemptResult.Unknown
                : id is null && answer.StatusCode != HttpStatusCode.InternalServerError ? AttemptResult.Refused
                : AttemptResult.Unknown,
                id,
                text);
        }

        var body = await answer.Content.ReadFromJsonAsync<JsonElement>();
        return (AttemptResult.Answered, isAsync ? Guid.Parse(body.GetProperty("JobId").GetString()!) : id, "200");
    }

    /// <summary>Fetches the result of a job once, which settles it beside the nodes that poll it.</summary>
    private async Task FetchAsync(SharedToken token, Guid job)
    {
        try
        {
            using var request = Authorize(
                new HttpRequestMessage(HttpMethod.Get, new Uri(_nodes()[GetNext()], $"async/job/{job:N}")), token);
            using var answer = await _client.SendAsync(request);
        }
        catch (Exception cut) when (cut is HttpRequestException or OperationCanceledException)
        {
            // The nodes settle it all the same.
        }
    }

    private int GetNext() => (int)((uint)Interlocked.Increment(ref _turn) % PortalCluster.NodeCount);

    private static HttpRequestMessage Authorize(HttpRequestMessage request, SharedToken token)
    {
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token.Issued.Secret);
        request.Headers.Accept.ParseAdd("application/json");
        return request;
    }
}
