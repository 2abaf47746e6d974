using Microsoft.AspNetCore.Http;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Gateway.Hosts;

/// <summary>The request arrived at a reseller's own host name.</summary>
internal sealed record GatewayHostFeature(ResellerId Reseller)
{
    /// <returns>The reseller whose host the request arrived at; null for the portal's own.</returns>
    public static ResellerId? FindReseller(HttpContext context) => context.Features.Get<GatewayHostFeature>()?.Reseller;
}
