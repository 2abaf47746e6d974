using System.Net;

namespace ResellerPortal.Testing;

/// <summary>An upstream over real HTTP that responds as the test defines and records requests.</summary>
public sealed class StandInUpstream : IAsyncDisposable
{
    private readonly WebApplication _app;

    private StandInUpstream(WebApplication app) => _app = app;

    public string Address => _app.Urls.First();

    public string Authorization { get; private set; } = "";

    public string PathAndQuery { get; private set; } = "";

    public string Body { get; private set; } = "";

    public static Task<StandInUpstream> StartAsync(HttpStatusCode status, string body) => StartAsync(async (upstream, context) =>
    {
        await upstream.ReadAsync(context);
        context.Response.StatusCode = (int)status;
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(body);
    });

    public static async Task<StandInUpstream> StartAsync(Func<StandInUpstream, HttpContext, Task> answer, string host = "127.0.0.1")
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestBodySize = null);
        var app = builder.Build();
        app.Urls.Add($"http://{host}:0");
        var upstream = new StandInUpstream(app);
        app.Run(context =>
        {
            upstream.Authorization = context.Request.Headers.Authorization.ToString();
            upstream.PathAndQuery = context.Request.Path + context.Request.QueryString;
            return answer(upstream, context);
        });
        await app.StartAsync();
        return upstream;
    }

    public async Task ReadAsync(HttpContext context) => Body = await new StreamReader(context.Request.Body).ReadToEndAsync();

    /// <summary>Settings that direct a portal to this upstream.</summary>
    public (string, string)[] Settings(params (string, string)[] more) =>
        [("ConvertApi:BaseUrl", Address), ("ConvertApi:Secret", "operators-secret"), .. more];

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
