using System.Collections.Concurrent;
using System.Net;

namespace ResellerPortal.Testing;

/// <summary>A conversion counted by the upstream.</summary>
public sealed record NativeConversion(DateTimeOffset At, long Cost, string From = "docx", string To = "pdf");

/// <summary>An upstream that manages an account's tokens and counts their usage, as ConvertAPI does.</summary>
public sealed class NativeUpstream : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, List<NativeConversion>> _tokens = new();
    private StandInUpstream _stand = null!;

    /// <summary>The only secret allowed to create tokens.</summary>
    public const string Secret = "own-secret-of-northwind";

    public IReadOnlyDictionary<string, List<NativeConversion>> Tokens => _tokens;

    /// <summary>Requests to the token endpoints, with their secret.</summary>
    public ConcurrentQueue<string> Asked { get; } = [];

    public HashSet<string> Deleted { get; } = [];

    public long Consumed => _tokens.Values.Sum(used => used.Sum(c => c.Cost));

    /// <summary>If not null, the status code returned by every endpoint.</summary>
    public HttpStatusCode? Fails { get; set; }

    /// <summary>If not null, returned instead of the recorded statistics.</summary>
    public string? Statistics { get; set; }

    public static async Task<NativeUpstream> StartAsync()
    {
        var upstream = new NativeUpstream();
        upstream._stand = await StandInUpstream.StartAsync((_, context) => upstream.AnswerAsync(context));
        return upstream;
    }

    public (string, string)[] Settings() => _stand.Settings();

    public void Use(string token, params NativeConversion[] conversions) => _tokens[token].AddRange(conversions);

    private async Task AnswerAsync(HttpContext context)
    {
        var (request, path) = (context.Request, context.Request.Path.Value!);
        if (path.StartsWith("/token/", StringComparison.Ordinal))
        {
            Asked.Enqueue($"{request.Method} {path}{request.QueryString}");
        }

        if (Fails is { } status)
        {
            context.Response.StatusCode = (int)status;
        }
        else if (path == "/user")
        {
            await context.Response.WriteAsJsonAsync(new { ConversionsConsumed = Consumed }, Wire);
        }
        else if (request.Headers.Authorization.ToString() != $"Bearer {Secret}")
        {
            context.Response.StatusCode = 401;
        }
        else if (path == "/token/create")
        {
            var token = $"native-token-{_tokens.Count:0000}";
            _tokens[token] = [];
            var validUntil = TimeProvider.System.GetUtcNow().AddSeconds(long.Parse(request.Query["Lifetime"]!, null));
            await context.Response.WriteAsJsonAsync(
                new { Tokens = new[] { new { Id = token, ValidUntil = validUntil.UtcDateTime } } }, Wire);
        }
        else if (request.Method == "DELETE" && path.StartsWith("/token/", StringComparison.Ordinal))
        {
            context.Response.StatusCode = Deleted.Add(path["/token/".Length..]) ? 200 : 404;
        }
        else if (path == "/user/statistic")
        {
            context.Response.ContentType = "application/json";
            var (first, last) = (DateOnly.Parse(request.Query["startDate"]!, null), DateOnly.Parse(request.Query["endDate"]!, null));
            await (Statistics is { } text
                ? context.Response.WriteAsync(text)
                : context.Response.WriteAsJsonAsync(Records(first, last), Wire));
        }
        else
        {
            context.Response.StatusCode = 404;
        }
    }

    private IEnumerable<object> Records(DateOnly first, DateOnly last) => _tokens.SelectMany(t => t.Value
        .Where(c => DateOnly.FromDateTime(c.At.UtcDateTime) >= first && DateOnly.FromDateTime(c.At.UtcDateTime) <= last)
        .Select(c => new
        {
            Id = Guid.NewGuid(),
            Result = c.Cost > 0,
            DateStamp = c.At.UtcDateTime,
            ConversionTime = 1,
            ConversionCost = c.Cost,
            Converter = "office",
            SourceFileFormat = c.From,
            DestinationFileFormat = c.To,
            Token = t.Key,
        }));

    private static System.Text.Json.JsonSerializerOptions Wire { get; } = new();

    public ValueTask DisposeAsync() => _stand.DisposeAsync();
}
