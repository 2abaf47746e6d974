using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;

namespace ResellerPortal.Gateway.Sandbox;

/// <summary>Turns a file of one of the <see cref="Formats"/> into a PDF.</summary>
/// <param name="Draw">Format, title, content; throws <see cref="InvalidDataException"/> for a file it cannot read.</param>
public sealed record SandboxConverter(IReadOnlyList<string> Formats, Func<string, string, byte[], byte[]> Draw);

/// <summary>
/// A small converter that speaks ConvertAPI's wire protocol, so that the portal can be tried without an account there.
/// Each file costs one conversion.
/// </summary>
public static class SandboxUpstream
{
    public const string Path = "/sandbox";

    private const long MaxBytes = 50 << 20;

    public static IEndpointRouteBuilder MapSandbox(this IEndpointRouteBuilder endpoints)
    {
        var sandbox = endpoints.MapGroup(Path).AllowAnonymous().DisableAntiforgery();
        sandbox.MapPost("/convert/{from}/to/{to}", ConvertAsync);
        sandbox.MapGet("/d/{fileId}", (string fileId, SandboxFiles files) =>
            files.Find(fileId) is { } file ? Results.File(file.Path, "application/octet-stream", file.Name) : Results.NotFound());
        return endpoints;
    }

    private static async Task<IResult> ConvertAsync(HttpContext context, string from, string to, UpstreamAddress address, SandboxConverter converter, SandboxFiles files)
    {
        if (!CryptographicOperations.FixedTimeEquals(
            Encoding.UTF8.GetBytes(context.Request.Headers.Authorization.ToString()), Encoding.UTF8.GetBytes("Bearer " + address.Secret)))
        {
            return Error(401, 4010, "The secret is not the sandbox's.");
        }

        if (to != "pdf" || !converter.Formats.Contains(from))
        {
            return Error(
                415,
                4150,
                $"The built-in sandbox converts {string.Join(", ", converter.Formats)} to pdf, not {from} to {to}. "
                + "Set ConvertApi:BaseUrl and ConvertApi:Secret to use the real service.");
        }

        context.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize = MaxBytes;
        SandboxRequest request;
        try
        {
            request = await SandboxRequest.ReadAsync(context.Request);
        }
        catch (Exception unreadable) when (unreadable is InvalidDataException or JsonException or FormatException or BadHttpRequestException)
        {
            return Error(400, 4000, unreadable.Message);
        }

        if (request.Files.Count == 0)
        {
            return Error(400, 4000, "The parameter File is missing. The sandbox takes file content, not addresses or file ids.", "File");
        }

        if (request.Files.Any(file => file.Content.Length == 0))
        {
            return Error(400, 4000, "The file is empty (0 bytes).", "File");
        }

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

    private static object Describe(SandboxRequest request, SandboxFile source, byte[] pdf, SandboxFiles files)
    {
        var name = System.IO.Path.GetFileNameWithoutExtension(source.Name) + ".pdf";
        if (!request.StoreFile)
        {
            return new { FileName = name, FileExt = "pdf", FileSize = pdf.Length, FileData = Convert.ToBase64String(pdf) };
        }

        var fileId = files.Store(name, pdf);
        return new { FileName = name, FileExt = "pdf", FileSize = pdf.Length, FileId = fileId, Url = $"{Path}/d/{fileId}" };
    }

    private static IResult Error(int status, int code, string message, string? parameter = null) => Results.Json(
        parameter is null
            ? new { Code = code, Message = message }
            : new { Code = code, Message = message, InvalidParameters = new Dictionary<string, string[]> { [parameter] = [message] } } as object,
        WireJson.Options,
        statusCode: status);
}
