using System.Collections.Concurrent;
using System.Net;

namespace ResellerPortal.Testing;

/// <summary>
/// An upstream that remembers what it charged for each request, which it tells apart by the content of the first file. It takes a while,
/// refuses some requests, and converts asynchronously as well.
/// </summary>
public sealed class ChargingUpstream : IAsyncDisposable
{
    /// <summary>Refuses a request whose file has this name; nothing is charged for it.</summary>
    public const string RefusedFile = "refused.txt";

    public const HttpStatusCode RefusalStatus = HttpStatusCode.UnprocessableEntity;

    private const int LongestConversionMilliseconds = 150;

    private readonly ConcurrentDictionary<string, long> _charges = new();
    private readonly ConcurrentDictionary<string, long> _jobs = new();
    private readonly ConcurrentBag<string> _chargedAgain = [];
    private StandInUpstream _stand = null!;

    /// <summary>What was charged for each request.</summary>
    public IReadOnlyDictionary<string, long> Charges => _charges;

    /// <summary>What was charged for each asynchronous conversion, by its job id.</summary>
    public IReadOnlyDictionary<string, long> Jobs => _jobs;

    /// <summary>Requests that arrived more than once, each of which was charged.</summary>
    public IReadOnlyCollection<string> ChargedAgain => _chargedAgain;

    public static async Task<ChargingUpstream> StartAsync()
    {
        var upstream = new ChargingUpstream();
        upstream._stand = await StandInUpstream.StartAsync(upstream.AnswerAsync);
        return upstream;
    }

    public (string Name, string Value)[] Settings() => _stand.Settings();

    public ValueTask DisposeAsync() => _stand.DisposeAsync();

    private async Task AnswerAsync(StandInUpstream stand, HttpContext context)
    {
        var path = context.Request.Path.Value!;
        context.Response.ContentType = "application/json";
        if (HttpMethods.IsGet(context.Request.Method))
        {
            await AnswerForJobAsync(context, path[(path.LastIndexOf('/') + 1)..]);
            return;
        }

        var files = (await stand.ReadAsync(context)).Where(part => part.FileName is not null).ToList();
        var request = files[0].Content;
        await Task.Delay(Random.Shared.Next(LongestConversionMilliseconds));
        if (files[0].FileName == RefusedFile)
        {
            context.Response.StatusCode = (int)RefusalStatus;
            await context.Response.WriteAsync("""{"Code":5003,"Message":"The file is not readable."}""");
            return;
        }

        // The cost of a file is not always the same, so that not even a doubled and a lost charge cancel each other out.
        var cost = files.Count * (request[0] % 2 == 0 ? 1L : 2);
        if (!_charges.TryAdd(request, cost))
        {
            _chargedAgain.Add(request);
        }

        if (context.Request.Query["JobId"].ToString() is { Length: > 0 } job)
        {
            _jobs[job] = cost;
            await context.Response.WriteAsync($$"""{"JobId":"{{job}}"}""");
            return;
        }

        await context.Response.WriteAsync(CreateResult(cost));
    }

    private async Task AnswerForJobAsync(HttpContext context, string job)
    {
        if (!_jobs.TryGetValue(job, out var cost))
        {
            context.Response.StatusCode = (int)HttpStatusCode.NotFound;
            return;
        }

        await context.Response.WriteAsync(CreateResult(cost));
    }

    private static string CreateResult(long cost) =>
        $$"""{"ConversionCost":{{cost}},"Files":[{"FileName":"a.pdf","FileExt":"pdf","FileSize":3,"FileData":"AAAA"}]}""";
}
