using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;
using ResellerPortal.Core.Metering;
using ResellerPortal.Core.Tokens;

namespace ResellerPortal.Gateway;

/// <summary>ConvertAPI's paths for conversions and stored files, metered.</summary>
public static partial class ConvertEndpoints
{
    private static readonly string[] Methods = [HttpMethods.Get, HttpMethods.Post];

    public static IEndpointRouteBuilder MapGateway(this IEndpointRouteBuilder endpoints)
    {
        var gateway = endpoints.MapGroup("").AllowAnonymous().DisableAntiforgery().AddEndpointFilter(AnswerWhenMeterIsAway);
        gateway.MapMethods("/convert/{from}/to/{to}", Methods, ConvertAsync);
        gateway.MapGet("/d/{fileId}", DownloadAsync);
        return endpoints;
    }

    private static async Task<IResult> ConvertAsync(
        HttpContext context, string from, string to, Meter meter, UpstreamClient upstream, Settlement settlement, IOptions<GatewayOptions> options)
    {
        var maxBytes = options.Value.MaxUploadBytes;
        if (Credentials.Of(context.Request) is not { } secret)
        {
            return GatewayError.CredentialsMissing.ToResult();
        }

        if (!ConverterName.TryCreate(from, to, out var converter))
        {
            return GatewayError.FormatsUnreadable.ToResult();
        }

        if (context.Request.ContentLength > maxBytes)
        {
            return GatewayError.TooLarge(maxBytes).ToResult();
        }

        if (HttpMethods.IsPost(context.Request.Method) && context.Request.ContentLength == 0)
        {
            return GatewayError.BodyEmpty.ToResult();
        }

        context.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize = maxBytes;
        var reserved = await meter.ReserveAsync(new ReserveRequest(TokenSecret.Hash(secret), converter, Caller: context.Connection.RemoteIpAddress), context.RequestAborted);
        if (reserved is not ReserveResult.Held held)
        {
            return Refuse(reserved).ToResult();
        }

        // The entry's request id in the ledger, for support and for programs that keep books of their own.
        context.Response.Headers["X-Request-Id"] = held.ReservationId.ToString();
        var outcome = await upstream.ConvertAsync(context.Request, from.ToLowerInvariant(), to.ToLowerInvariant());
        if (outcome is UpstreamOutcome.Converted converted)
        {
            PointFilesHere(converted.Body, context.Request, options.Value.PublicUrl);
        }

        return await settlement.SettleAsync(held.ReservationId, outcome, maxBytes);
    }

    private static GatewayError Refuse(ReserveResult reserved) => reserved switch
    {
        ReserveResult.UnknownToken => GatewayError.TokenUnknown,
        ReserveResult.TokenRevoked revoked => GatewayError.TokenRevoked(revoked.AtUtc),
        ReserveResult.TokenExpired expired => GatewayError.TokenExpired(expired.AtUtc),
        ReserveResult.TokenNotYetValid early => GatewayError.TokenNotYetValid(early.FromUtc),
        ReserveResult.ConverterNotAllowed converter => GatewayError.ConverterNotAllowed(converter.Allowed),
        ReserveResult.CallerNotAllowed caller => GatewayError.CallerNotAllowed(caller.Caller),
        ReserveResult.LimitReached limit => GatewayError.LimitReached(limit.UsageLimit, limit.RenewsOn),
        ReserveResult.TooManyInFlight busy => GatewayError.TooManyInFlight(busy.Allowed),
        ReserveResult.TooManyRequests fast => GatewayError.TooManyRequests(fast.PerMinute, fast.RetryAfter),
        _ => GatewayError.CreditsExhausted,
    };

    /// <summary>Stored files are fetched through the gateway, so the customer never meets the upstream's address.</summary>
    private static void PointFilesHere(JsonObject body, HttpRequest request, string publicUrl)
    {
        var here = publicUrl.Length > 0 ? publicUrl.TrimEnd('/') : $"{request.Scheme}://{request.Host}{request.PathBase}";
        foreach (var file in body["Files"]!.AsArray().OfType<JsonObject>())
        {
            if (file["FileId"]?.ToString() is { Length: > 0 } fileId)
            {
                file["Url"] = $"{here}/d/{fileId}";
            }
        }
    }

    private static async Task<IResult> DownloadAsync(HttpContext context, string fileId, UpstreamClient upstream)
    {
        if (!FileIdForm().IsMatch(fileId))
        {
            return GatewayError.FileUnknown.ToResult();
        }

        HttpResponseMessage answer;
        try
        {
            answer = await upstream.DownloadAsync(fileId, context.RequestAborted);
        }
        catch (HttpRequestException)
        {
            return GatewayError.UpstreamUnavailable.ToResult();
        }

        context.Response.RegisterForDispose(answer);
        return answer.IsSuccessStatusCode
            ? Results.Stream(
                await answer.Content.ReadAsStreamAsync(context.RequestAborted),
                answer.Content.Headers.ContentType?.ToString() ?? "application/octet-stream",
                answer.Content.Headers.ContentDisposition?.FileNameStar ?? answer.Content.Headers.ContentDisposition?.FileName?.Trim('"') ?? fileId)
            : GatewayError.FileUnknown.ToResult();
    }

    private static async ValueTask<object?> AnswerWhenMeterIsAway(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        try
        {
            return await next(context);
        }
        catch (MeterUnavailableException)
        {
            return GatewayError.MeterUnavailable.ToResult();
        }
    }

    [GeneratedRegex("^[A-Za-z0-9_-]{16,100}$")]
    private static partial Regex FileIdForm();
}
