using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using ResellerPortal.Core.Metering;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Gateway.Callers;
using ResellerPortal.Gateway.Conversions;

namespace ResellerPortal.Gateway;

/// <summary>
/// The gateway's own request pipeline: API clients authenticate with tokens, so sign-in, antiforgery and error pages are skipped.
/// </summary>
public static class GatewayPipeline
{
    /// <summary>
    /// Handles requests for the gateway's endpoints, including errors; all others continue. Must be registered before authentication.
    /// </summary>
    public static void UseGateway(this IApplicationBuilder app) => app.MapWhen(context => context.IsForGateway, gateway =>
    {
        var middleware = ActivatorUtilities.CreateInstance<ExceptionMiddleware>(app.ApplicationServices);
        gateway.Use(next => context => middleware.InvokeAsync(context, next));
        gateway.UseWhen(context => context.Request.Path.StartsWithSegments("/token"), tokens => tokens.UseRateLimiter());
        gateway.UseWhen(context => context.Request.Headers.Origin.Count > 0, browsers => browsers.UseCors());
        gateway.Run(context => context.GetEndpoint()!.RequestDelegate!(context));
    });

    extension(HttpContext context)
    {
        internal bool IsForGateway => context.GetEndpoint()?.Metadata.GetMetadata<GatewayEndpoint>() is not null;
    }

    /// <summary>Rejects floods of invalid tokens before any lookup, and converts exceptions to gateway errors.</summary>
    private sealed class ExceptionMiddleware(
        InvalidTokenThrottle throttle,
        PortalDatabase database,
        ILogger<ExceptionMiddleware> logger)
    {
        public async Task InvokeAsync(HttpContext context, RequestDelegate next)
        {
            context.Response.Headers.XContentTypeOptions = "nosniff";
            var credentials = Credentials.Find(context.Request);
            if (credentials is not null && !throttle.Admits(credentials.Value, context.Connection.RemoteIpAddress))
            {
                await GatewayError.TooManyInvalidTokens.ToResult().ExecuteAsync(context);
                return;
            }

            try
            {
                await next(context);
            }
            catch (Exception failure) when (!context.Response.HasStarted && FindError(context, failure) is { } error)
            {
                LetBodyBeDiscarded(context);
                await error.ToResult().ExecuteAsync(context);
            }

            if (credentials is not null)
            {
                throttle.Record(credentials.Value, context.Connection.RemoteIpAddress, context.Response.StatusCode);
            }
        }

        /// <summary>
        /// The server reads and discards the rest of a refused body for some seconds, but closes the connection at once if the body is
        /// larger than it may be, and clients that read only what follows their last byte would see a broken connection in place of the
        /// refusal.
        /// </summary>
        private static void LetBodyBeDiscarded(HttpContext context)
        {
            if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
            {
                limit.MaxRequestBodySize = null;
            }
        }

        /// <returns>Null if the caller has disconnected.</returns>
        private GatewayError? FindError(HttpContext context, Exception failure)
        {
            switch (failure)
            {
                case CallerErrorException error:
                    return error.Error;
                case BadHttpRequestException:
                    return GatewayError.FromException(
                        failure, context.Features.Get<IHttpMaxRequestBodySizeFeature>()?.MaxRequestBodySize ?? 0);
                case MeterUnavailableException:
                    return GatewayError.MeterUnavailable;
                case HttpRequestException:
                    return GatewayError.UpstreamUnavailable;
                case OperationCanceledException when context.RequestAborted.IsCancellationRequested:
                    return null;
                case var _ when database.IsAway(failure) && !context.Response.Headers.ContainsKey(ConversionHandler.RequestIdHeader):
                    // Nothing is held for the request yet, so it can be sent again.
                    logger.LogWarning("The database is away ({Reason}); a request was refused.", failure.Message);
                    return GatewayError.MeterUnavailable;
                default:
                    logger.LogError(failure, "A request for {Path} failed.", context.Request.Path);
                    return GatewayError.PortalFault;
            }
        }
    }
}

/// <summary>Marks the gateway's endpoints.</summary>
internal sealed class GatewayEndpoint;
