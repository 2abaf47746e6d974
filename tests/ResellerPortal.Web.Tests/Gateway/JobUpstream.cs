using System.Collections.Concurrent;
using ResellerPortal.Testing;

namespace ResellerPortal.Web.Tests.Gateway;

/// <summary>Accepts jobs and holds their results until the test completes them.</summary>
internal sealed class JobUpstream : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, bool> _known = new();
    private StandInUpstream _stand = null!;
    private (int Status, string Body)? _result;

    private int _asked;

    public ConcurrentQueue<string> Started { get; } = new();

    /// <summary>How often the portal has asked for a job.</summary>
    public int Asked => Volatile.Read(ref _asked);

    public static async Task<JobUpstream> StartAsync()
    {
        var upstream = new JobUpstream();
        upstream._stand = await StandInUpstream.StartAsync(upstream.AnswerAsync);
        return upstream;
    }

    public (string, string)[] Settings(params (string, string)[] more) => _stand.Settings(more);

    public void Finish(long cost) =>
        _result = (200, $$"""{"ConversionCost": {{cost}}, "Files": [{"FileName": "a.pdf", "FileData": "QQ=="}]}""");

    public void Fail() => _result = (500, """{"Code": 5002, "Message": "damaged"}""");

    public void Forget() => _known.Clear();

    public ValueTask DisposeAsync() => _stand.DisposeAsync();

    private async Task AnswerAsync(StandInUpstream stand, HttpContext context)
    {
        await stand.ReadAsync(context);
        var path = context.Request.Path.Value!;
        context.Response.ContentType = "application/json";
        if (path.StartsWith("/async/job/", StringComparison.Ordinal))
        {
            Interlocked.Increment(ref _asked);
            var id = path["/async/job/".Length..];
            if (context.Request.Method == "DELETE")
            {
                context.Response.StatusCode = _known.TryRemove(id, out _) ? 200 : 404;
                return;
            }

            context.Response.StatusCode = !_known.ContainsKey(id) ? 404 : _result is { } ready ? ready.Status : 202;
            await context.Response.WriteAsync(_known.ContainsKey(id) ? _result?.Body ?? "{}" : "{}");
            return;
        }

        var job = context.Request.Query["JobId"].ToString() is { Length: > 0 } inQuery ? inQuery
            : stand.Body.Split("name=\"JobId\"\r\n\r\n")[1][..32];
        Assert.Matches("^[a-z0-9]{32}$", job);
        _result = null;
        _known[job] = true;
        Started.Enqueue(stand.PathAndQuery);
        await context.Response.WriteAsync($$"""{"JobId": "{{job}}"}""");
    }
}
