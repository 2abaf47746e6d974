using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Options;

namespace ResellerPortal.Gateway.Callers;

/// <summary>Prevents caller-supplied URLs (files to fetch, webhooks) from reaching private networks.</summary>
public sealed class PublicAddressPolicy(IOptions<GatewayOptions> options)
{
    private static readonly TimeSpan ResolveTimeout = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Special-purpose blocks from https://www.iana.org/assignments/iana-ipv4-special-registry and its IPv6 counterpart, and multicast.
    /// </summary>
    private static readonly IPNetwork[] Private =
    [
        .. ((string[])
        [
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24",
            "192.88.99.0/24",
            "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
            "::/127", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20", "fc00::/7",
            "fe80::/10", "fec0::/10", "ff00::/8",
        ]).Select(network => IPNetwork.Parse(network)),
    ];

    private readonly IPNetwork[] _allowed = [.. options.Value.AllowedPrivateNetworks.Select(network => IPNetwork.Parse(network))];

    /// <summary>Whether an address belongs to the public internet.</summary>
    public static bool IsPublic(IPAddress address)
    {
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return !Private.Any(network => network.BaseAddress.AddressFamily == plain.AddressFamily && network.Contains(plain));
    }

    /// <exception cref="CallerErrorException">
    /// The address is not an http(s) URL, contains credentials, or leads to a private network.
    /// </exception>
    internal async Task<Uri> CheckAsync(string address, CancellationToken cancellationToken)
    {
        if (!Uri.TryCreate(address, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https") || uri.UserInfo.Length > 0)
        {
            throw new CallerErrorException(GatewayError.AddressUnusable(address));
        }

        await ResolveAsync(uri.DnsSafeHost, cancellationToken);
        return uri;
    }

    /// <summary>
    /// Connects to exactly the address that was checked, so that DNS cannot change in between; every redirect is checked again.
    /// </summary>
    internal async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var addresses = await ResolveAsync(context.DnsEndPoint.Host, cancellationToken);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(addresses, context.DnsEndPoint.Port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private bool IsAllowed(IPAddress address) => IsPublic(address) || _allowed.Any(network => network.Contains(address));

    private async Task<IPAddress[]> ResolveAsync(string host, CancellationToken cancellationToken)
    {
        IPAddress[] addresses;
        try
        {
            addresses = IPAddress.TryParse(host, out var literal)
                ? [literal]
                : await Dns.GetHostAddressesAsync(host, cancellationToken).WaitAsync(ResolveTimeout, cancellationToken);
        }
        catch (Exception failure) when (failure is SocketException or TimeoutException or ArgumentException)
        {
            throw new CallerErrorException(GatewayError.AddressUnusable(host));
        }

        return addresses.Length > 0 && addresses.All(IsAllowed)
            ? addresses
            : throw new CallerErrorException(GatewayError.AddressUnusable(host));
    }
}
