using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.WebUtilities;

namespace ResellerPortal.Testing;

/// <summary>
/// A local replacement for the parts of Stripe that the portal uses, over real HTTP: keys, connected accounts, parameters, idempotency
/// keys, objects and their life cycle, a checkout page, and signed events that tests deliver.
/// </summary>
public sealed partial class StandInStripe : IAsyncDisposable
{
    public const string Key = "sk_test_operator";
    public const string Secret = "whsec_operator";
    public const string ConnectSecret = "whsec_connect";
    public const string Platform = "acct_operator";

    private readonly SemaphoreSlim _one = new(1);
    private readonly ConcurrentDictionary<string, (string Request, int Status, string Answer)> _idempotent = new();
    private readonly ConcurrentDictionary<string, bool> _running = new();
    private readonly Dictionary<(string Account, string Id), JsonObject> _objects = [];
    private readonly Dictionary<string, string> _keys = new() { [Key] = Platform };
    private readonly TimeProvider _clock;
    private WebApplication _app = null!;
    private int _count;

    private StandInStripe(TimeProvider clock) => _clock = clock;

    public Uri Address { get; private set; } = null!;

    /// <summary>Portal settings that direct payments to this server.</summary>
    public (string, string)[] Settings =>
        [
            ("Stripe:SecretKey", Key),
            ("Stripe:WebhookSecret", Secret),
            ("Stripe:ConnectWebhookSecret", ConnectSecret),
            ("Stripe:ApiBase", Address.ToString()),
        ];

    /// <summary>Client errors that Stripe would reject; tests expect none.</summary>
    public ConcurrentQueue<string> Faults { get; } = [];

    /// <summary>Received requests in order, such as "POST /v1/refunds".</summary>
    public ConcurrentQueue<string> Asked { get; } = [];

    /// <summary>If not null, the status code returned by every request.</summary>
    public int? Fails { get; set; }

    /// <summary>Number of next create calls that succeed but lose their response.</summary>
    public int LosesAnswers { get; set; }

    /// <summary>Whether charges to saved payment methods are declined.</summary>
    public bool DeclinesCharges { get; set; }

    public bool HoldsBankDebits { get; set; }

    public static async Task<StandInStripe> StartAsync(TimeProvider clock)
    {
        var stand = new StandInStripe(clock);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        app.MapGet("/pay/{id}", stand.PageAsync);
        app.MapPost("/pay/{id}", stand.PressedAsync);
        app.MapGet("/onboarding/{account}", stand.OnboardingPageAsync);
        app.MapPost("/onboarding/{account}", stand.OnboardedAsync);
        app.MapFallback("/v1/{**path}", stand.ApiAsync);
        await app.StartAsync();
        (stand._app, stand.Address) = (app, new Uri(app.Urls.Single()));
        return stand;
    }

    /// <summary>Adds an account with its own key.</summary>
    public void AddAccount(string key, string account)
    {
        _keys[key] = account;
        Put(
            account,
            new JsonObject
            {
                ["id"] = account,
                ["object"] = "account",
                ["charges_enabled"] = true,
                ["details_submitted"] = true,
                ["requirements"] = new JsonObject { ["currently_due"] = new JsonArray() },
            },
            account);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _one.Dispose();
    }

    public JsonObject Object(string id) => _objects.Single(o => o.Key.Id == id).Value;

    public IEnumerable<JsonObject> All(string kind) => _objects.Values.Where(o => (string?)o["object"] == kind).ToList();

    private long Now => _clock.GetUtcNow().ToUnixTimeSeconds();

    private async Task ApiAsync(HttpContext context)
    {
        var (request, response) = (context.Request, context.Response);
        var path = request.Path.Value!["/v1/".Length..];
        Asked.Enqueue($"{request.Method} {request.Path}");
        if (Fails is { } status)
        {
            await AnswerAsync(response, status, Error("api_error", "It is down."));
            return;
        }

        if (request.Headers.Authorization.ToString() is not ['B', 'e', 'a', 'r', 'e', 'r', ' ', ..] authorization
            || !_keys.TryGetValue(authorization["Bearer ".Length..], out var account))
        {
            await AnswerAsync(response, 401, Error("invalid_request_error", "Invalid API Key provided"));
            return;
        }

        if (request.Headers.TryGetValue("Stripe-Account", out var connected))
        {
            if (account != Platform || !_objects.ContainsKey((Platform, connected.ToString())))
            {
                await AnswerAsync(response, 403, Error("invalid_request_error", "The provided key does not have access to that account"));
                return;
            }

            account = connected.ToString();
        }

        using var reader = new StreamReader(request.Body);
        var body = request.Method == "POST" ? await reader.ReadToEndAsync() : request.QueryString.Value!.TrimStart('?');
        var form = QueryHelpers.ParseQuery(body).ToDictionary(p => p.Key, p => p.Value.ToString());
        if (request.Method != "POST")
        {
            await HandleAsync(response, request.Method, account, path, form);
            return;
        }

        var key = request.Headers["Idempotency-Key"].ToString();
        if (key.Length == 0)
        {
            Faults.Enqueue($"POST {path} carries no idempotency key");
        }

        await OnceAsync(response, account, path, body, form, $"{account}|{key}");
    }

    /// <summary>
    /// The same key returns the first response, or an error if parameters differ (docs.stripe.com/api/idempotent_requests).
    /// </summary>
    private async Task OnceAsync(
        HttpResponse response,
        string account,
        string path,
        string body,
        Dictionary<string, string> form,
        string key)
    {
        if (!_running.TryAdd(key, true))
        {
            await AnswerAsync(
                response,
                409,
                Error("idempotency_error", "There is currently another in-progress request using this key", "idempotency_key_in_use"));
            return;
        }

        try
        {
            if (_idempotent.TryGetValue(key, out var first))
            {
                response.Headers["Idempotent-Replayed"] = "true";
                await (first.Request == path + body
                    ? AnswerAsync(response, first.Status, first.Answer)
                    : AnswerAsync(
                        response,
                        400,
                        Error(
                            "idempotency_error",
                            "Keys for idempotent requests can only be used with the same parameters they were first used with.")));
                return;
            }

            var (status, answer) = await DoAsync("POST", account, path, form);
            if (status is not (409 or 429 or >= 500))
            {
                _idempotent[key] = (path + body, status, answer);
            }

            if (LosesAnswers > 0)
            {
                LosesAnswers--;
                response.HttpContext.Abort();
                return;
            }

            await AnswerAsync(response, status, answer);
        }
        finally
        {
            _running.TryRemove(key, out _);
        }
    }

    private async Task HandleAsync(HttpResponse response, string method, string account, string path, Dictionary<string, string> form)
    {
        var (status, answer) = await DoAsync(method, account, path, form);
        await AnswerAsync(response, status, answer);
    }

    private async Task<(int Status, string Answer)> DoAsync(string method, string account, string path, Dictionary<string, string> form)
    {
        await _one.WaitAsync();
        try
        {
            return (200, Route(method, account, path, form).ToJsonString());
        }
        catch (StripeRefusal refusal)
        {
            if (refusal.IsFault)
            {
                Faults.Enqueue($"{method} {path}: {refusal.Message}");
            }

            return (refusal.Status, refusal.Answer);
        }
        finally
        {
            _one.Release();
        }
    }

    private static async Task AnswerAsync(HttpResponse response, int status, string json)
    {
        response.StatusCode = status;
        response.ContentType = "application/json";
        response.Headers["Request-Id"] = "req_" + Guid.NewGuid().ToString("N")[..14];
        await response.WriteAsync(json);
    }

    private static string Error(string type, string message, string? code = null, JsonObject? intent = null) =>
        new JsonObject
        {
            ["error"] = new JsonObject
            {
                ["type"] = type,
                ["code"] = code,
                ["message"] = message,
                ["payment_intent"] = intent?.DeepClone(),
            },
        }.ToJsonString();

    /// <summary>Rejects parameters that the endpoint does not know, as Stripe does.</summary>
    private static void Check(Dictionary<string, string> form, params string[] known)
    {
        foreach (var name in form.Keys.Where(name => !known.Contains(name.Split('[')[0])))
        {
            throw new StripeRefusal(
                400,
                Error("invalid_request_error", $"Received unknown parameter: {name}", "parameter_unknown"),
                $"Received unknown parameter: {name}");
        }
    }

    private static string Required(Dictionary<string, string> form, string name) =>
        form.GetValueOrDefault(name) is { Length: > 0 } value
            ? value
            : throw new StripeRefusal(
                400,
                Error("invalid_request_error", $"Missing required param: {name}.", "parameter_missing"),
                $"Missing required param: {name}");

    private static long Whole(Dictionary<string, string> form, string name) =>
        long.TryParse(Required(form, name), NumberStyles.None, CultureInfo.InvariantCulture, out var value)
            ? value
            : throw new StripeRefusal(
                400, Error("invalid_request_error", $"Invalid integer: {name}", "parameter_invalid_integer"), $"Invalid integer: {name}");

    private static JsonObject Metadata(Dictionary<string, string> form, string prefix = "metadata")
    {
        var metadata = new JsonObject();
        foreach (var (name, value) in form.Where(p => p.Key.StartsWith(prefix + "[", StringComparison.Ordinal)))
        {
            metadata[name[(prefix.Length + 1)..^1]] = value;
        }

        return metadata;
    }

    private JsonObject Find(string account, string id) => _objects.GetValueOrDefault((account, id))
        ?? throw new StripeRefusal(404, Error("invalid_request_error", $"No such object: '{id}'", "resource_missing"));

    private JsonObject Put(string account, JsonObject value, string? id = null)
    {
        value["id"] ??= id;
        value["livemode"] = false;
        _objects[(account, (string)value["id"]!)] = value;
        return value;
    }

    private JsonObject New(string account, string prefix, string kind, JsonObject value)
    {
        value["id"] = $"{prefix}_{++_count:D8}";
        value["object"] = kind;
        value["created"] = Now;
        value["sequence"] = _count;
        return Put(account, value);
    }

    private JsonObject List(string account, string kind, Func<JsonObject, bool> where, Dictionary<string, string> form)
    {
        var limit = int.Parse(form.GetValueOrDefault("limit", "10"), CultureInfo.InvariantCulture);
        var after = form.GetValueOrDefault("starting_after") is { Length: > 0 } id ? (int?)Find(account, id)["sequence"] : null;
        var since = form.GetValueOrDefault("created[gte]") is { Length: > 0 } text ? long.Parse(text, CultureInfo.InvariantCulture) : 0;
        var all = _objects.Where(o => o.Key.Account == account && (string?)o.Value["object"] == kind).Select(o => o.Value)
            .Where(o => where(o) && (long)o["created"]! >= since && (after is null || (int)o["sequence"]! < after))
            .OrderByDescending(o => (int)o["sequence"]!).ToList();
        return new JsonObject
        {
            ["object"] = "list",
            ["has_more"] = all.Count > limit,
            ["data"] = new JsonArray([.. all.Take(limit).Select(o => o.DeepClone())]),
        };
    }

    private sealed class StripeRefusal(int status, string answer, string? fault = null) : Exception(fault ?? answer)
    {
        public int Status => status;

        public string Answer => answer;

        public bool IsFault => fault is not null;
    }
}
