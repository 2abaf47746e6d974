using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;
using ResellerPortal.Core.Tokens;
using ResellerPortal.Gateway.Callers;
using ResellerPortal.Gateway.Upstream;

namespace ResellerPortal.Gateway.Files;

/// <summary>ConvertAPI's endpoints for files stored for three hours: upload, download, delete, info.</summary>
internal static partial class FileEndpoints
{
    private static readonly string[] DownloadMethods = [HttpMethods.Get, HttpMethods.Head];

    public static void MapFiles(this IEndpointRouteBuilder gateway)
    {
        gateway.MapPost("/upload", UploadAsync);
        gateway.MapMethods("/d/{fileId}/{name?}", DownloadMethods, DownloadAsync);
        gateway.MapDelete("/d/{fileId}/{name?}", DeleteAsync);
        gateway.MapGet("/d/{fileId}/info", GetInfoAsync);
    }

    private static async Task UploadAsync(
        HttpContext context,
        CallerAuthenticator authenticator,
        UpstreamAccountResolver accounts,
        UpstreamClient upstream,
        PublicAddressPolicy addresses,
        ResponseFileMapper fileMapper,
        IOptions<GatewayOptions> options)
    {
        var request = context.Request;
        var maxBytes = options.Value.MaxUploadBytes;
        if (request.ContentLength > maxBytes)
        {
            throw new CallerErrorException(GatewayError.TooLarge(maxBytes));
        }

        var token = await authenticator.AuthenticateAsync(context);
        context.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize = maxBytes;
        var query = Credentials.QueryWithout(request).ToList();
        var source = query.FirstOrDefault(pair => pair.Key.Equals("url", StringComparison.OrdinalIgnoreCase)).Value;
        if (source is not null)
        {
            await addresses.CheckAsync(source, context.RequestAborted);
        }
        else if (request.Headers.ContentDisposition.Count == 0
            && !request.HasFormContentType
            && !query.Exists(pair => pair.Key.Equals("filename", StringComparison.OrdinalIgnoreCase)))
        {
            throw new CallerErrorException(GatewayError.DispositionMissing);
        }

        var account = await accounts.ResolveAsync(token.ResellerId, context.RequestAborted);
        using var body = source is null ? new RelayedContent(request) : null;
        HttpResponseMessage answer;
        try
        {
            answer = await upstream.SendAsync(
                account, HttpMethod.Post, "/upload" + Credentials.BuildQuery(query), body, context.RequestAborted);
        }
        catch (HttpRequestException) when (body?.Failure is { } callers)
        {
            throw new CallerErrorException(GatewayError.FromException(callers, maxBytes));
        }

        using (answer)
        {
            var text = await answer.Content.ReadAsStringAsync(context.RequestAborted);
            if (!answer.IsSuccessStatusCode)
            {
                await Results.Text(text, "application/json", statusCode: (int)answer.StatusCode).ExecuteAsync(context);
                return;
            }

            var json = Parse(text) ?? throw new CallerErrorException(GatewayError.UpstreamUnavailable);
            fileMapper.CreateAdapter(request, token.ResellerId, token.CustomerId, account.Region)(json);
            await (request.Headers.Accept.ToString().StartsWith("text/plain", StringComparison.OrdinalIgnoreCase)
                ? Results.Text(json["FileId"]?.ToString() ?? "")
                : Results.Json(json, WireJson.Options)).ExecuteAsync(context);
        }
    }

    private static async Task DownloadAsync(
        HttpContext context,
        string fileId,
        FileIdProtector files,
        CallerAuthenticator authenticator,
        UpstreamAccountResolver accounts,
        UpstreamClient upstream)
    {
        var answer = await SendAsync(context, new HttpMethod(context.Request.Method), fileId, files, authenticator, accounts, upstream);
        context.Response.RegisterForDispose(answer);
        foreach (var (name, values) in answer.Content.Headers)
        {
            context.Response.Headers[name] = values.ToArray();
        }

        // A customer's file must not run as active content in the portal's origin.
        context.Response.Headers.XContentTypeOptions = "nosniff";
        context.Response.Headers.ContentSecurityPolicy = "sandbox";
        if (answer.Content.Headers.ContentDisposition is null)
        {
            context.Response.Headers.ContentDisposition = "attachment";
        }

        await using var content = await answer.Content.ReadAsStreamAsync(context.RequestAborted);
        await content.CopyToAsync(context.Response.Body, context.RequestAborted);
    }

    private static async Task GetInfoAsync(
        HttpContext context,
        string fileId,
        FileIdProtector files,
        CallerAuthenticator authenticator,
        UpstreamAccountResolver accounts,
        UpstreamClient upstream)
    {
        using var answer = await SendAsync(context, HttpMethod.Head, fileId, files, authenticator, accounts, upstream);
        var headers = answer.Content.Headers;
        var name = headers.ContentDisposition?.FileNameStar ?? headers.ContentDisposition?.FileName?.Trim('"') ?? "file";
        await Results.Json(
            new
            {
                FileId = fileId,
                FileName = name,
                FileExt = Path.GetExtension(name).TrimStart('.'),
                FileSize = headers.ContentLength,
            }, WireJson.Options).ExecuteAsync(context);
    }

    private static async Task DeleteAsync(
        HttpContext context,
        string fileId,
        FileIdProtector files,
        CallerAuthenticator authenticator,
        UpstreamAccountResolver accounts,
        UpstreamClient upstream)
    {
        using var answer = await SendAsync(context, HttpMethod.Delete, fileId, files, authenticator, accounts, upstream);
        context.Response.StatusCode = (int)answer.StatusCode;
    }

    /// <summary>
    /// Requests a file from the upstream. The id alone grants access, as links do; a caller with a token can only access its own customer's
    /// files.
    /// </summary>
    private static async Task<HttpResponseMessage> SendAsync(
        HttpContext context,
        HttpMethod method,
        string fileId,
        FileIdProtector files,
        CallerAuthenticator authenticator,
        UpstreamAccountResolver accounts,
        UpstreamClient upstream)
    {
        var file = files.Read(fileId);
        if (file is null || !FileIdPathRegex().IsMatch(file.UpstreamId) || await IsOfOtherCustomerAsync(context, file, authenticator))
        {
            throw new CallerErrorException(GatewayError.FileUnknown);
        }

        var account = await accounts.ResolveAsync(file.Reseller, context.RequestAborted) with
        {
            BaseAddress = accounts.GetBaseAddress(file.Region),
        };
        var answer = await upstream.SendAsync(account, method, $"/d/{file.UpstreamId}", null, context.RequestAborted);
        if (answer.IsSuccessStatusCode)
        {
            return answer;
        }

        answer.Dispose();
        throw new CallerErrorException(GatewayError.FileUnknown);
    }

    private static async Task<bool> IsOfOtherCustomerAsync(HttpContext context, StoredFile file, CallerAuthenticator authenticator) =>
        Credentials.Find(context.Request) is not null
            && await authenticator.AuthenticateAsync(context) is ApiToken token
            && token.CustomerId != file.Customer;

    private static JsonObject? Parse(string text)
    {
        try
        {
            return JsonNode.Parse(text) as JsonObject;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    [GeneratedRegex("^[A-Za-z0-9_-]{8,200}$")]
    private static partial Regex FileIdPathRegex();
}
