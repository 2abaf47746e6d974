using System.Net;

namespace ResellerPortal.Web.Tests.Gateway;

/// <summary>An upstream on real HTTP that gives one answer and remembers what it was asked.</summary>
internal sealed class StandInUpstream : IAsyncDisposable
{
    private readonly WebApplication _app;

    private StandInUpstream(WebApplication app) => _app = app;

    public string Address => _app.Urls.First();

    public string Authorization { get; private set; } = "";

    public string Body { get; private set; } = "";

    public static async Task<StandInUpstream> StartAsync(HttpStatusCode status, string body)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.Urls.Add("http://127.0.0.1:0");
        var upstream = new StandInUpstream(app);
        app.Run(async context =>
        {
            upstream.Authorization = context.Request.Headers.Authorization.ToString();
            upstream.Body = await new StreamReader(context.Request.Body).ReadToEndAsync();
            context.Response.StatusCode = (int)status;
            context.Response.ContentType = "application/json";
            await context.Response.WriteAsync(body);
        });
        await app.StartAsync();
        return upstream;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
