using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;
using ResellerPortal.Gateway.Callers;
using ResellerPortal.Gateway.Requests;
using ResellerPortal.Gateway.Upstream;

namespace ResellerPortal.Gateway.Files;

/// <summary>ConvertAPI's endpoints that store a file for three hours: sent as the body or in a form, or fetched from an address.</summary>
internal static class UploadEndpoints
{
    private const int PieceSize = 64 * 1024;

    public static void MapUploads(this IEndpointRouteBuilder gateway)
    {
        gateway.MapPost("/upload", UploadAsync);
        gateway.MapPost("/upload-from-url", UploadAsync);
    }

    /// <summary>
    /// Some of ConvertAPI's clients send no credentials with an upload. Such a file belongs to nobody, and whoever holds its id may convert
    /// it.
    /// </summary>
    private static async Task UploadAsync(
        HttpContext context,
        CallerAuthenticator authenticator,
        UpstreamAccountResolver accounts,
        UpstreamClient upstream,
        PublicAddressPolicy addresses,
        AnonymousUploadLimiter anonymous,
        ResponseFileMapper fileMapper,
        IOptions<GatewayOptions> options)
    {
        var token = Credentials.Find(context.Request) is null ? null : await authenticator.AuthenticateForUploadAsync(context);
        using var upload = token is null
            ? anonymous.TryBegin(context.Connection.RemoteIpAddress)
                ?? throw new CallerErrorException(GatewayError.TooManyAnonymousUploads)
            : null;
        var maxBytes = token is null
            ? Math.Min(options.Value.AnonymousUploadMaxBytes, options.Value.MaxUploadBytes)
            : options.Value.MaxUploadBytes;
        if (context.Request.ContentLength > maxBytes)
        {
            throw new CallerErrorException(GatewayError.TooLarge(maxBytes));
        }

        if (ConversionRequest.IsEncoded(context.Request))
        {
            throw new CallerErrorException(GatewayError.BodyEncoded);
        }

        context.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize = maxBytes;
        var owner = token is null ? (TokenOwner?)null : new TokenOwner(token.ResellerId, token.CustomerId);
        var account = token is null ? accounts.GetDefault() : await accounts.ResolveAsync(token.ResellerId, context.RequestAborted);
        var (path, body) = await OpenAsync(context, addresses, bytes => upload?.Add(bytes));
        using (body)
        {
            var stored = await SendAsync(context, upstream, account, path, body, maxBytes);
            if (stored is null)
            {
                return;
            }

            if (upload is not null && stored["FileId"]?.ToString() is { Length: > 0 } id)
            {
                upload.Keep(id);
                if (body is null)
                {
                    await CountFetchedAsync(upstream, account, upload, id, stored, maxBytes);
                }
            }

            fileMapper.CreateAdapter(context.Request, owner, account.Region)(stored);
            await (WantsText(context.Request)
                ? Results.Text(stored["FileId"]?.ToString() ?? "")
                : Results.Json(stored, WireJson.Options)).ExecuteAsync(context);
        }
    }

    /// <summary>Counts a file that the upstream fetched, whose size is known only now, or deletes it if it is too large.</summary>
    private static async Task CountFetchedAsync(
        UpstreamClient upstream,
        UpstreamAccount account,
        AnonymousUpload upload,
        string id,
        JsonObject stored,
        long maxBytes)
    {
        var size = stored["FileSize"] is JsonValue value && value.TryGetValue<long>(out var bytes) ? bytes : 0;
        try
        {
            if (size > maxBytes)
            {
                throw new CallerErrorException(GatewayError.TooLarge(maxBytes));
            }

            upload.Add(size);
        }
        catch (CallerErrorException)
        {
            upload.Release(id);
            using var deleted = await upstream.SendAsync(
                account, HttpMethod.Delete, $"/d/{Uri.EscapeDataString(id)}", null, CancellationToken.None);
            throw;
        }
    }

    /// <returns>The upstream's answer; null if it refused and the caller was told.</returns>
    private static async Task<JsonObject?> SendAsync(
        HttpContext context,
        UpstreamClient upstream,
        UpstreamAccount account,
        string path,
        CallerContent? body,
        long maxBytes)
    {
        try
        {
            using var answer = await upstream.SendAsync(account, HttpMethod.Post, path, body, context.RequestAborted);
            var text = await answer.Content.ReadAsStringAsync(context.RequestAborted);
            if (answer.IsSuccessStatusCode)
            {
                return JsonNode.Parse(text) as JsonObject ?? throw new CallerErrorException(GatewayError.UpstreamUnavailable);
            }

            await Results.Text(text, "application/json", statusCode: (int)answer.StatusCode).ExecuteAsync(context);
            return null;
        }
        catch (JsonException)
        {
            throw new CallerErrorException(GatewayError.UpstreamUnavailable);
        }
        catch (Exception) when (body?.Failure is { } callers && !context.RequestAborted.IsCancellationRequested)
        {
            throw new CallerErrorException(GatewayError.FromException(callers, maxBytes));
        }
    }

    /// <summary>Finds the one file of the request.</summary>
    /// <returns>The upstream's path, and the content to send unless the upstream fetches the file itself.</returns>
    private static async Task<(string Path, CallerContent? Body)> OpenAsync(
        HttpContext context,
        PublicAddressPolicy addresses,
        Action<long> count)
    {
        var request = context.Request;
        if (request.Query["url"] is { Count: > 0 } urls)
        {
            return urls.Count == 1
                ? (await GetFetchPathAsync(urls.ToString()), null)
                : throw new CallerErrorException(GatewayError.SentTwice("url"));
        }

        if (request.Path.Equals("/upload-from-url", StringComparison.OrdinalIgnoreCase))
        {
            throw new CallerErrorException(GatewayError.UrlMissing);
        }

        if (FileNames.FindInHeader(request) is { } named)
        {
            return await OpenRawAsync(named.Length > 0 ? named : FileNames.FindInQuery(request) ?? "");
        }

        if (MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
            && type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase))
        {
            var scanner = new MultipartScanner(request.Body, ConversionRequest.ReadBoundary(type), PieceSize);
            return await OpenMultipartAsync(new MultipartForm(scanner, isWhole: false, request.ContentLength));
        }

        return FileNames.FindInQuery(request) is { } inQuery
            ? await OpenRawAsync(inQuery)
            : throw new CallerErrorException(GatewayError.DispositionMissing);

        async Task<string> GetFetchPathAsync(string address)
        {
            return "/upload?url=" + Uri.EscapeDataString(await addresses.NormalizeAsync(address.Trim(), context.RequestAborted));
        }

        async Task<(string Path, CallerContent? Body)> OpenRawAsync(string fileName)
        {
            var form = new RawForm(request.Body, fileName, isWhole: false, request.ContentLength);
            await form.ReadNextAsync(context.RequestAborted);
            return ("/upload", new UploadContent(form, fileName, request.ContentLength, count));
        }

        async Task<(string Path, CallerContent? Body)> OpenMultipartAsync(MultipartForm form)
        {
            try
            {
                while (await form.ReadNextAsync(context.RequestAborted) is { } parameter)
                {
                    if (parameter.Text is null)
                    {
                        return ("/upload", new UploadContent(form, parameter.FileName!, null, count));
                    }

                    if (parameter.Name.Kind is ParameterKind.File or ParameterKind.Address)
                    {
                        var path = await GetFetchPathAsync(parameter.Text.Trim());
                        form.Dispose();
                        return (path, null);
                    }
                }

                throw new CallerErrorException(GatewayError.DispositionMissing);
            }
            catch (Exception failure)
            {
                form.Dispose();
                if (failure is InvalidDataException or IOException and not BadHttpRequestException)
                {
                    throw new CallerErrorException(GatewayError.FromException(failure, maxUploadBytes: 0));
                }

                throw;
            }
        }
    }

    /// <summary>ConvertAPI answers with the id alone unless JSON is asked for; clients in Go and Java send no Accept header.</summary>
    private static bool WantsText(HttpRequest request) =>
        request.Headers.Accept.ToString() is var accept
            && (accept.Length == 0 || accept.StartsWith("text/plain", StringComparison.OrdinalIgnoreCase));
}
