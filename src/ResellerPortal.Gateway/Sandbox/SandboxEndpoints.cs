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
        sandbox.MapMethods("/convert/{from}/to/{to}", ConvertMethods, ConvertAsync);
        sandbox.MapMethods("/async/convert/{from}/to/{to}", ConvertMethods, StartAsync);
        sandbox.MapGet("/async/job/{id}", GetResultAsync);
        sandbox.MapDelete("/async/job/{id}", (string id, SandboxJobStore jobs) => jobs.Remove(id) ? Results.Ok() : Results.NotFound());
        sandbox.MapPost("/upload", UploadAsync);
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
        SandboxConverter converter,
        SandboxFileStore files,
        IHttpClientFactory clients)
    {
        var (request, refusal) = await ReadAsync(context, from, to, converter, files, clients);
        return refusal ?? Convert(request!, from, converter, files);
    }

    private static async Task<IResult> StartAsync(
        HttpContext context,
        string from,
        string to,
        SandboxConverter converter,
        SandboxFileStore files,
        SandboxJobStore jobs,
        IHttpClientFactory clients)
    {
        var (request, refusal) = await ReadAsync(context, from, to, converter, files, clients);
        if (refusal is not null)
        {
            return refusal;
        }

        var id = context.Request.Query["JobId"].ToString() is { Length: > 0 } given ? given : Guid.NewGuid().ToString("N");
        jobs.Start(id, () => Task.FromResult(Convert(request!, from, converter, files)));
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
            return Results.Json(DescribeStored(file.Name, file.Content, files), WireJson.Options);
        }
        catch (Exception unreadable) when (unreadable is InvalidDataException or BadHttpRequestException)
        {
            return Error(400, 4000, unreadable.Message);
        }
    }

    /// <summary>Reads the whole request, including referenced files.</summary>
    private static async Task<(SandboxRequest? Request, IResult? Refusal)> ReadAsync(
        HttpContext context, string from, string to, SandboxConverter converter, SandboxFileStore files, IHttpClientFactory clients)
    {
        if (to != "pdf" || !converter.Formats.Contains(from))
        {
            return (null, Error(
                415,
                4150,
                $"The built-in sandbox converts {string.Join(", ", converter.Formats)} to pdf, not {from} to {to}. "
                + "Set ConvertApi:BaseUrl and ConvertApi:Secret to use the real service."));
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

    private static IResult Convert(SandboxRequest request, string from, SandboxConverter converter, SandboxFileStore files)
    {
        try
        {
            var made = request.Files.Select(file => Describe(request, file, converter.Draw(from, file.Name, file.Content), files)).ToList();
            return Results.Json(new { ConversionCost = made.Count, Files = made }, WireJson.Options);
        }
        catch (InvalidDataException damaged)
        {
            return Error(500, 5002, damaged.Message);
        }
    }

    private static object Describe(SandboxRequest request, SandboxFile source, byte[] pdf, SandboxFileStore files)
    {
        var name = System.IO.Path.GetFileNameWithoutExtension(source.Name) + ".pdf";
        if (!request.StoreFile)
        {
            return new { FileName = name, FileExt = "pdf", FileSize = pdf.Length, FileData = System.Convert.ToBase64String(pdf) };
        }

        return DescribeStored(name, pdf, files);
    }

    private static object DescribeStored(string name, byte[] content, SandboxFileStore files)
    {
        var fileId = files.Store(name, content);
        return new
        {
            FileName = name,
            FileExt = System.IO.Path.GetExtension(name).TrimStart('.'),
            FileSize = content.Length,
            FileId = fileId,
            Url = $"{Path}/d/{fileId}",
        };
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
