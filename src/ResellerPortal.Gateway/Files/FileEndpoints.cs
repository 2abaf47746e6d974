using System.Net.Http.Headers;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using ResellerPortal.Core.Tokens;
using ResellerPortal.Gateway.Callers;
using ResellerPortal.Gateway.Hosts;
using ResellerPortal.Gateway.Requests;
using ResellerPortal.Gateway.Upstream;

namespace ResellerPortal.Gateway.Files;

/// <summary>ConvertAPI's endpoints for files stored for three hours: upload, download, delete, info.</summary>
internal static partial class FileEndpoints
{
    private static readonly string[] DownloadMethods = [HttpMethods.Get, HttpMethods.Head];

    public static void MapFiles(this IEndpointRouteBuilder gateway)
    {
        gateway.MapUploads();
        gateway.MapMethods("/d/{fileId}/{name?}", DownloadMethods, DownloadAsync);
        gateway.MapDelete("/d/{fileId}/{name?}", DeleteAsync);
        gateway.MapGet("/d/{fileId}/info", GetInfoAsync);
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

        // A customer's file must not run as active content in the portal's origin, so nobody chooses that it is shown in place.
        context.Response.Headers.XContentTypeOptions = "nosniff";
        context.Response.Headers.ContentSecurityPolicy = "sandbox";
        context.Response.Headers.ContentDisposition = new ContentDispositionHeaderValue("attachment")
        {
            FileNameStar = GetName(answer),
        }.ToString();

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
        var name = GetName(answer);
        await Results.Json(
            new
            {
                FileId = fileId,
                FileName = name,
                FileExt = Path.GetExtension(name).TrimStart('.'),
                FileSize = answer.Content.Headers.ContentLength,
            }, WireJson.Options).ExecuteAsync(context);
    }

    private static async Task DeleteAsync(
        HttpContext context,
        string fileId,
        FileIdProtector files,
        CallerAuthenticator authenticator,
        UpstreamAccountResolver accounts,
        UpstreamClient upstream,
        AnonymousUploadLimiter anonymous)
    {
        using var answer = await SendAsync(context, HttpMethod.Delete, fileId, files, authenticator, accounts, upstream);
        if (answer.IsSuccessStatusCode && files.Read(fileId) is { } deleted)
        {
            anonymous.Claim(deleted);
        }

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
        if (file is null
            || !FileIdPathRegex().IsMatch(file.UpstreamId)
            || (GatewayHostFeature.FindReseller(context) is { } only && file.Owner is { } elsewhere && elsewhere.Reseller != only)
            || await IsOfOtherCustomerAsync(context, file, authenticator))
        {
            throw new CallerErrorException(GatewayError.FileUnknown);
        }

        if (file.Owner is null && method != HttpMethod.Delete)
        {
            throw new CallerErrorException(GatewayError.FileNotConverted);
        }

        var account = file.Owner is { } owner
            ? await accounts.ResolveAsync(owner.Reseller, context.RequestAborted) with
            {
                BaseAddress = accounts.GetBaseAddress(file.Region),
            }
            : accounts.GetDefault();
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
            && file.Owner is { } owner
            && token.CustomerId != owner.Customer;

    private static string GetName(HttpResponseMessage answer) =>
        answer.Content.Headers.ContentDisposition is { } disposition
            ? FormWriter.ToFileName(disposition.FileNameStar ?? disposition.FileName?.Trim('"') ?? "")
            : FormWriter.ToFileName("");

    [GeneratedRegex("^[A-Za-z0-9_-]{8,200}$")]
    private static partial Regex FileIdPathRegex();
}
