using System.Collections.Concurrent;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;
using ResellerPortal.Core.Conversions;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Gateway.Sandbox;

namespace ResellerPortal.Gateway.Upstream;

/// <summary>The upstream address and account for a reseller's conversions.</summary>
/// <param name="Region">Empty for the upstream's default.</param>
public sealed record UpstreamAccount(string BaseAddress, string Secret, string Region, bool IsOwn, bool AcceptsQueryCredentials);

/// <summary>Resolves upstream addresses and accounts: the configured service, or the sandbox on this server.</summary>
public sealed class UpstreamAccountResolver(
    IOptions<ConvertApiOptions> options,
    UpstreamSettingsService settings,
    IServer server,
    TimeProvider clock)
{
    private static readonly string[] AnyHost = ["0.0.0.0", "[::]", "*", "+"];

    /// <summary>How long a reseller's change takes to reach every node.</summary>
    private static readonly TimeSpan CacheDuration = TimeSpan.FromSeconds(10);

    private readonly string _sandboxSecret = RandomNumberGenerator.GetHexString(32, lowercase: true);
    private readonly ConcurrentDictionary<ResellerId, (UpstreamAccount Account, DateTimeOffset Until)> _cache = new();

    /// <summary>Whether there is no real upstream account.</summary>
    public bool IsSandbox => options.Value.IsSandbox;

    /// <summary>The operator's secret.</summary>
    public string Secret => options.Value.IsSandbox ? _sandboxSecret : options.Value.Secret;

    /// <summary>The operator's account in the default region.</summary>
    public UpstreamAccount GetDefault() => new(GetBaseAddress(""), Secret, "", IsOwn: false, AcceptsQueryCredentials: true);

    /// <summary>A reseller's account: its own, otherwise the operator's.</summary>
    public async ValueTask<UpstreamAccount> ResolveAsync(ResellerId reseller, CancellationToken cancellationToken = default)
    {
        if (_cache.TryGetValue(reseller, out var known) && known.Until > clock.GetUtcNow())
        {
            return known.Account;
        }

        return await ReadAsync(reseller, cancellationToken);
    }

    /// <summary>Reads a reseller's current account, bypassing the cache.</summary>
    public async Task<UpstreamAccount> ReadAsync(ResellerId reseller, CancellationToken cancellationToken)
    {
        var choice = await settings.GetAsync(reseller, cancellationToken);
        var region = options.Value.Regions.ContainsKey(choice.Region) ? choice.Region : "";
        var account = new UpstreamAccount(
            GetBaseAddress(region), choice.Secret ?? Secret, region, choice.Secret is not null, choice.AcceptsQueryCredentials);
        _cache[reseller] = (account, clock.GetUtcNow() + CacheDuration);
        return account;
    }

    /// <summary>The base URL of a region, without a trailing slash.</summary>
    public string GetBaseAddress(string region) =>
        options.Value.IsSandbox ? GetSandboxBaseAddress()
        : (region.Length > 0 && options.Value.Regions.TryGetValue(region, out var regional) ? regional : options.Value.BaseUrl).TrimEnd(
            '/');

    private string GetSandboxBaseAddress()
    {
        var bound = BindingAddress.Parse(server.Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.First());
        var host = AnyHost.Contains(bound.Host) ? "127.0.0.1" : bound.Host;
        return $"{bound.Scheme}://{host}:{bound.Port}{SandboxEndpoints.Path}";
    }
}
