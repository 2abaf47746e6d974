using System.Net;
using System.Text;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace ResellerPortal.Testing;

/// <summary>A part of a form as the upstream received it.</summary>
/// <param name="FileName">Null for a field.</param>
public sealed record ReceivedPart(string Name, string? FileName, string Content);

/// <summary>An upstream over real HTTP that responds as the test defines and records requests.</summary>
public sealed class StandInUpstream : IAsyncDisposable
{
    private readonly WebApplication _app;

    private StandInUpstream(WebApplication app) => _app = app;

    public string Address => _app.Urls.First();

    public string Authorization { get; private set; } = "";

    public string PathAndQuery { get; private set; } = "";

    public string Body { get; private set; } = "";

    /// <summary>The parts of the form that was read last, in order.</summary>
    public IReadOnlyList<ReceivedPart> Parts { get; private set; } = [];

    /// <summary>The fields of the form that was read last.</summary>
    public IEnumerable<(string Name, string Value)> Fields =>
        Parts.Where(part => part.FileName is null).Select(part => (part.Name, part.Content));

    /// <summary>The files of the form that was read last.</summary>
    public IEnumerable<(string Name, string FileName, string Content)> Files =>
        Parts.Where(part => part.FileName is not null).Select(part => (part.Name, part.FileName!, part.Content));

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

    /// <summary>Reads the body, and its parts if it is a form. Each content is read as UTF-8.</summary>
    /// <returns>The parts of this request; <see cref="Parts"/> may already be those of another one.</returns>
    public async Task<IReadOnlyList<ReceivedPart>> ReadAsync(HttpContext context)
    {
        using var whole = new MemoryStream();
        await context.Request.Body.CopyToAsync(whole);
        Body = Encoding.UTF8.GetString(whole.ToArray());
        var parts = new List<ReceivedPart>();
        if (MediaTypeHeaderValue.TryParse(context.Request.ContentType, out var type) && type.Boundary.Length > 0)
        {
            whole.Position = 0;
            var reader = new MultipartReader(HeaderUtilities.RemoveQuotes(type.Boundary).Value!, whole);
            while (await reader.ReadNextSectionAsync() is { } section)
            {
                var disposition = ContentDispositionHeaderValue.Parse(section.ContentDisposition);
                using var content = new StreamReader(section.Body, Encoding.UTF8, detectEncodingFromByteOrderMarks: false);
                parts.Add(new ReceivedPart(
                    HeaderUtilities.RemoveQuotes(disposition.Name).Value!,
                    HeaderUtilities.RemoveQuotes(disposition.FileName).Value,
                    await content.ReadToEndAsync()));
            }
        }

        Parts = parts;
        return parts;
    }

    /// <summary>Settings that direct a portal to this upstream.</summary>
    public (string, string)[] Settings(params (string, string)[] more) =>
        [("ConvertApi:BaseUrl", Address), ("ConvertApi:Secret", "operators-secret"), .. more];

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
