using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Options;
using ResellerPortal.Core.GatewayHosts;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Gateway;

namespace ResellerPortal.Web.Components;

/// <summary>The base URL that customers' programs use.</summary>
public sealed class GatewayBaseUrl(GatewayHostDirectory hosts, NavigationManager navigation, IOptions<GatewayOptions> gateway)
{
    /// <summary>The reseller's own verified host, or else the portal's URL; without a trailing slash.</summary>
    public string GetUrl(ResellerId reseller) => hosts.FindHost(reseller) is { } host
        ? FromHost(host)
        : (gateway.Value.PublicUrl is { Length: > 0 } portal ? portal : navigation.BaseUri).TrimEnd('/');

    /// <summary>The base URL at a reseller's own host.</summary>
    public static string FromHost(string host) => $"https://{host}";
}
