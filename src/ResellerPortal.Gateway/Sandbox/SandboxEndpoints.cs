using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using ResellerPortal.Gateway.Upstream;

namespace ResellerPortal.Gateway.Sandbox;

/// <summary>Converts a file of one of the <see cref="Formats"/> to PDF.</summary>
/// <param name="Draw">Takes format, title and content; throws <see cref="InvalidDataException"/> for an unreadable file.</param>
public sealed record SandboxConverter(IReadOnlyList<string> Formats, Func<string, string, byte[], byte[]> Draw);

/// <summary>
/// A small converter with ConvertAPI's wire protocol, so that the portal can be tried without a ConvertAPI account. Each file costs one
/// conversion.
/// </summary>
public static class SandboxEndpoints
{
    public const string Path = "/sandbox";

    private static readonly string[] ConvertMethods = [HttpMethods.Get, HttpMethods.Post];
    private static readonly string[] DownloadMethods = [HttpMethods.Get, HttpMethods.Head];

    /// <summary>HTTP client that fetches files for the sandbox as the real service would, but never from private networks.</summary>
    public const string FetchClient = "sandbox-fetch";

    private const long MaxBytes = 50 << 20;

    public static IEndpointRouteBuilder MapSandbox(this IEndpointRouteBuilder endpoints)
    {
        var sandbox = endpoints.MapGroup(Path).AllowAnonymous().DisableAntiforgery().AddEndpointFilter(RequireSecret);
        foreach (var path in (string[])["/convert/{from}/to/{to}", "/convert/{from}/to/{to}/converter/{converter}"])
        {
            sandbox.MapMethods(path, ConvertMethods, ConvertAsync);
            sandbox.MapMethods("/async" + path, ConvertMethods, StartAsync);
        }

        sandbox.MapGet("/async/job/{id}", GetResultAsync);
        sandbox.MapDelete("/async/job/{id}", (string id, SandboxJobStore jobs) => jobs.Remove(id) ? Results.Ok() : Results.NotFound());
        sandbox.MapPost("/upload", UploadAsync);
        sandbox.MapPost("/upload-from-url", UploadAsync);
        sandbox.MapMethods("/d/{fileId}", DownloadMethods, (string fileId, SandboxFileStore files) =>
            files.Find(fileId) is { } file ? Results.File(file.Path, "application/octet-stream", file.Name) : Results.NotFound());
        sandbox.MapDelete(
            "/d/{fileId}", (string fileId, SandboxFileStore files) => files.Remove(fileId) ? Results.Ok() : Results.NotFound());
        return endpoints;
    }

    private static async ValueTask<object?> RequireSecret(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var secret = context.HttpContext.RequestServices.GetRequiredService<UpstreamAccountResolver>().Secret;
        return CryptographicOperations.FixedTimeEquals(
            Encoding.UTF8.GetBytes(context.HttpContext.Request.Headers.Authorization.ToString()),
            Encoding.UTF8.GetBytes("Bearer " + secret))
            ? await next(context)
            : Error(401, 4010, "The secret is not valid for the sandbox.");
    }

    private static async Task<IResult> ConvertAsync(
        HttpContext context,
        string from,
        string to,
        string? converter,
        SandboxConversion conversion,
        SandboxFileStore files,
        IHttpClientFactory clients)
    {
        var (request, refusal) = await ReadAsync(context, from, to, converter, conversion, files, clients);
        return refusal ?? await RespondAsync(request!, from, conversion, files, context.RequestAborted);
    }

    private static async Task<IResult> StartAsync(
        HttpContext context,
        string from,
        string to,
        string? converter,
        SandboxConversion conversion,
        SandboxFileStore files,
        SandboxJobStore jobs,
        IHttpClientFactory clients)
    {
        var (request, refusal) = await ReadAsync(context, from, to, converter, conversion, files, clients);
        if (refusal is not null)
        {
            return refusal;
        }

        var id = context.Request.Query["JobId"].ToString() is { Length: > 0 } given ? given : Guid.NewGuid().ToString("N");
        jobs.Start(id, () => RespondAsync(request!, from, conversion, files, CancellationToken.None));
        return Results.Json(new { JobId = id }, WireJson.Options);
    }

    private static async Task<IResult> GetResultAsync(string id, SandboxJobStore jobs) =>
        jobs.Find(id) is not { } job ? Results.NotFound() : job.IsCompleted ? await job : Results.StatusCode(StatusCodes.Status202Accepted);

    private static async Task<IResult> UploadAsync(HttpContext context, SandboxFileStore files, IHttpClientFactory clients)
    {
        context.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize = MaxBytes;
        try
        {
            var file = context.Request.Query["url"].ToString() is { Length: > 0 } url ? await FetchAsync(clients, url)
                : context.Request.Headers.ContentDisposition.Count > 0 || !context.Request.HasFormContentType
                ? await SandboxRequest.ReadRawAsync(context.Request)
                : (await SandboxRequest.ReadAsync(context.Request)).Files.FirstOrDefault()
                    ?? throw new InvalidDataException("The form contains no file.");
            var (fileId, description) = Store(file, files);

            // Clients that name no kind of answer take the body as the bare id.
            var accept = context.Request.Headers.Accept.ToString();
            return accept.Length == 0 || accept.StartsWith("text/plain", StringComparison.OrdinalIgnoreCase)
                ? Results.Text(fileId)
                : Results.Json(description, WireJson.Options);
        }
        catch (Exception unreadable) when (unreadable is InvalidDataException or BadHttpRequestException)
        {
            return Error(400, 4000, unreadable.Message);
        }
    }

    /// <summary>Reads the whole request, including referenced files.</summary>
    private static async Task<(SandboxRequest? Request, IResult? Refusal)> ReadAsync(
        HttpContext context,
        string from,
        string to,
        string? converter,
        SandboxConversion conversion,
        SandboxFileStore files,
        IHttpClientFactory clients)
    {
        if (conversion.FindObstacle(from, to, converter) is { } obstacle)
        {
            return (null, Error(415, 4150, obstacle));
        }

        context.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize = MaxBytes;
        SandboxRequest request;
        try
        {
            request = await SandboxRequest.ReadAsync(context.Request);
            foreach (var reference in request.References)
            {
                var file = reference.StartsWith("http", StringComparison.OrdinalIgnoreCase) ? await FetchAsync(clients, reference)
                    : files.Find(reference) is { } stored ? new SandboxFile(stored.Name, await File.ReadAllBytesAsync(stored.Path))
                    : throw new InvalidDataException($"The file id '{reference}' is unknown.");
                request = request with { Files = [.. request.Files, file] };
            }
        }
        catch (Exception unreadable) when (unreadable is InvalidDataException or JsonException or FormatException
            or BadHttpRequestException or KeyNotFoundException or InvalidOperationException)
        {
            return (null, Error(400, 4000, unreadable.Message));
        }

        return request.Files.Count == 0 ? (null, Error(400, 4000, "The parameter File is missing.", "File"))
            : request.Files.Any(file => file.Content.Length == 0) ? (null, Error(400, 4000, "The file is empty (0 bytes).", "File"))
            : (request, null);
    }

    private static async Task<SandboxFile> FetchAsync(IHttpClientFactory clients, string address)
    {
        try
        {
            using var client = clients.CreateClient(FetchClient);
            return new SandboxFile(SandboxRequest.GetName(new Uri(address).LocalPath), await client.GetByteArrayAsync(address));
        }
        catch (Exception failure) when (failure is HttpRequestException or TaskCanceledException
            or Callers.CallerErrorException or UriFormatException)
        {
            throw new InvalidDataException($"The file at {address} could not be downloaded.", failure);
        }
    }

    private static async Task<IResult> RespondAsync(
        SandboxRequest request,
        string from,
        SandboxConversion conversion,
        SandboxFileStore files,
        CancellationToken cancellationToken)
    {
        try
        {
            var made = new List<SandboxFile>();
            foreach (var file in request.Files)
            {
                made.Add(await conversion.ConvertAsync(from, file, cancellationToken));
            }

            return new SandboxResult(made, request.StoreFile ? [.. made.Select(file => Store(file, files).Description)] : null);
        }
        catch (InvalidDataException damaged)
        {
            return Error(500, 5002, damaged.Message);
        }
        catch (TimeoutException late)
        {
            return Error(500, 5000, late.Message);
        }
    }

    private static (string FileId, object Description) Store(SandboxFile file, SandboxFileStore files)
    {
        var fileId = files.Store(file.Name, file.Content);
        return (fileId, new
        {
            FileName = file.Name,
            FileExt = System.IO.Path.GetExtension(file.Name).TrimStart('.'),
            FileSize = file.Content.Length,
            FileId = fileId,
            Url = $"{Path}/d/{fileId}",
        });
    }

    private static IResult Error(int status, int code, string message, string? parameter = null) => Results.Json(
        parameter is null
            ? new { Code = code, Message = message }
            : new
            {
                Code = code,
                Message = message,
                InvalidParameters = new Dictionary<string, string[]> { [parameter] = [message] },
            } as object,
        WireJson.Options,
        statusCode: status);
}
