using Microsoft.AspNetCore.HostFiltering;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;
using ResellerPortal.Core.GatewayHosts;

namespace ResellerPortal.Web.Hosting;

/// <summary>What the portal trusts about the way a request took: proxies, scheme and host.</summary>
internal static class ReverseProxy
{
    /// <summary>
    /// Unless the settings name hosts, answers under the portal's own host and the machine's local names; always under resellers' verified
    /// hosts, which change while the portal runs.
    /// </summary>
    public static void AddHostFilter(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton<IOptionsChangeTokenSource<HostFilteringOptions>, GatewayHostChanges>();
        services.AddOptions<HostFilteringOptions>().PostConfigure<GatewayHostDirectory>((hosts, directory) =>
        {
            if (string.IsNullOrEmpty(configuration["AllowedHosts"])
                && Uri.TryCreate(configuration["Portal:PublicUrl"], UriKind.Absolute, out var portal))
            {
                hosts.AllowedHosts = [portal.Host, "localhost", "127.0.0.1", "[::1]"];
            }

            if (hosts.AllowedHosts is { Count: > 0 } allowed && !allowed.Contains("*"))
            {
                hosts.AllowedHosts = [.. allowed, .. directory.Hosts];
            }
        });
    }

    /// <summary>
    /// Takes the caller's address and scheme from a proxy's headers, but only from networks that the settings name: a caller who
    /// could set those headers could pass any token's network restriction.
    /// </summary>
    /// <exception cref="InvalidOperationException">A network is not in CIDR form.</exception>
    public static void UseKnownProxies(this WebApplication app)
    {
        if (app.Configuration.GetSection("Portal:KnownProxyNetworks").Get<string[]>() is not { Length: > 0 } networks)
        {
            return;
        }

        var options = new ForwardedHeadersOptions
        {
            ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto,
            ForwardLimit = null,
        };
        options.KnownProxies.Clear();
        options.KnownIPNetworks.Clear();
        foreach (var network in networks)
        {
            options.KnownIPNetworks.Add(System.Net.IPNetwork.TryParse(network, out var known)
                ? known
                : throw new InvalidOperationException(
                    $"Portal:KnownProxyNetworks contains '{network}', which is not in CIDR notation, such as 10.0.0.0/8."));
        }

        app.UseForwardedHeaders(options);
    }

    /// <summary>
    /// Treats every request as https if the portal's public URL is https, even if the proxy connects over http: cookies and
    /// absolute URLs depend on the scheme.
    /// </summary>
    public static void UsePublicScheme(this WebApplication app)
    {
        if (app.Configuration["Portal:PublicUrl"]?.StartsWith("https://", StringComparison.OrdinalIgnoreCase) == true)
        {
            app.Use((context, next) =>
            {
                context.Request.Scheme = Uri.UriSchemeHttps;
                return next(context);
            });
        }
    }

    /// <summary>Has the host filter read its options again when a reseller's host is verified or removed.</summary>
    private sealed class GatewayHostChanges(GatewayHostDirectory directory) : IOptionsChangeTokenSource<HostFilteringOptions>
    {
        public string Name => Options.DefaultName;

        public IChangeToken GetChangeToken() => directory.GetChangeToken();
    }
}
