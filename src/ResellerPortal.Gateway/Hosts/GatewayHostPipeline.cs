using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using ResellerPortal.Core.GatewayHosts;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Gateway.Hosts;

/// <summary>Requests that arrive at a reseller's own host name, where there is nothing but the gateway.</summary>
public static class GatewayHostPipeline
{
    /// <summary>
    /// Marks requests at a reseller's host. What is not for the gateway ends here, so that no page, cookie or form of the portal exists
    /// under a name that somebody else controls. Must be registered before the gateway.
    /// </summary>
    public static void UseGatewayHosts(this IApplicationBuilder app)
    {
        var directory = app.ApplicationServices.GetRequiredService<GatewayHostDirectory>();
        var portal = app.ApplicationServices.GetRequiredService<PortalAddress>();
        app.Use((context, next) =>
        {
            // The portal's own host stays the portal's, even if it moved to a name that a reseller had verified before.
            var host = context.Request.Host.Host;
            if (directory.FindReseller(host) is not { } reseller || host.Equals(portal.Host, StringComparison.OrdinalIgnoreCase))
            {
                return next(context);
            }

            context.Features.Set(new GatewayHostFeature(reseller));
            return context.IsForGateway ? next(context)
                : context.Request.IsForPage && portal.Url.Length > 0 ? SendToPortalAsync(context, portal)
                : UnknownPathPipeline.RefuseAsync(context);
        });
    }

    /// <summary>
    /// Maps the question that a reverse proxy asks before it orders a certificate for a host name. The answer is in the status alone.
    /// </summary>
    public static void MapGatewayHosts(this IEndpointRouteBuilder endpoints) =>
        endpoints.MapGet(
            "/gateway-host",
            (string? domain, GatewayHostDirectory directory) => domain is not null && directory.FindReseller(domain) is not null
                ? Results.StatusCode(StatusCodes.Status200OK)
                : Results.StatusCode(StatusCodes.Status404NotFound)).AllowAnonymous().WithMetadata(new GatewayEndpoint());

    private static Task SendToPortalAsync(HttpContext context, PortalAddress portal)
    {
        context.Response.Redirect(portal.Url + "/");
        return Task.CompletedTask;
    }
}
