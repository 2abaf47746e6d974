using System.Globalization;
using System.Net.Http.Headers;
using Microsoft.AspNetCore.Http;

namespace ResellerPortal.Gateway.Sandbox;

/// <summary>
/// Converted files in the form that the caller accepts: JSON, a single file as it is, or several as parts. One conversion is charged for
/// each.
/// </summary>
/// <param name="stored">The files' descriptions if they are stored, which is always JSON; null if they are in the answer.</param>
internal sealed class SandboxResult(IReadOnlyList<SandboxFile> files, IReadOnlyList<object>? stored) : IResult
{
    private const string CostHeader = "ConversionCost";

    public Task ExecuteAsync(HttpContext httpContext)
    {
        var accept = httpContext.Request.Headers.Accept.ToString();
        var isForParts = accept.Contains("multipart/", StringComparison.OrdinalIgnoreCase);
        var isForFile = accept.Contains("application/octet-stream", StringComparison.OrdinalIgnoreCase);
        if (stored is not null || !(isForParts || isForFile))
        {
            return Results.Json(
                new { ConversionCost = files.Count, Files = stored ?? [.. files.Select(DescribeContent)] },
                WireJson.Options).ExecuteAsync(httpContext);
        }

        httpContext.Response.Headers[CostHeader] = files.Count.ToString(CultureInfo.InvariantCulture);
        return isForParts || files.Count > 1
            ? WritePartsAsync(httpContext)
            : Results.File(files[0].Content, "application/pdf", files[0].Name).ExecuteAsync(httpContext);
    }

    private async Task WritePartsAsync(HttpContext context)
    {
        using var parts = new MultipartContent("mixed");
        foreach (var file in files)
        {
            parts.Add(new ByteArrayContent(file.Content)
            {
                Headers =
                {
                    ContentType = new MediaTypeHeaderValue("application/pdf"),
                    ContentDisposition = new ContentDispositionHeaderValue("attachment")
                    {
                        FileName = $"\"{ToAscii(file.Name)}\"",
                        FileNameStar = file.Name,
                    },
                },
            });
        }

        context.Response.ContentType = parts.Headers.ContentType!.ToString();
        context.Response.ContentLength = parts.Headers.ContentLength;
        await parts.CopyToAsync(context.Response.Body, context.RequestAborted);
    }

    private static object DescribeContent(SandboxFile file) => new
    {
        FileName = file.Name,
        FileExt = Path.GetExtension(file.Name).TrimStart('.'),
        FileSize = file.Content.Length,
        FileData = Convert.ToBase64String(file.Content),
    };

    /// <summary>A name for readers of the older form alone, which has neither quotes nor other letters.</summary>
    private static string ToAscii(string name) =>
        string.Concat(name.Select(c => char.IsAscii(c) && !char.IsControl(c) && c is not ('"' or '\\') ? c : '_'));
}
