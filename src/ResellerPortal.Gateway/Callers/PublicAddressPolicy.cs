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
            "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20",
        ]).Select(network => IPNetwork.Parse(network)),
    ];

    /// <summary>
    /// Global unicast addresses (RFC 4291, section 2.4). What lies outside embeds IPv4 addresses, is local, or is not in use.
    /// </summary>
    private static readonly IPNetwork Global = IPNetwork.Parse("2000::/3");

    private readonly IPNetwork[] _allowed = [.. options.Value.AllowedPrivateNetworks.Select(network => IPNetwork.Parse(network))];

    /// <summary>Whether an address belongs to the public internet.</summary>
    public static bool IsPublic(IPAddress address)
    {
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return (plain.AddressFamily == AddressFamily.InterNetwork || (Global.Contains(plain) && !IsIsatap(plain)))
            && !Private.Any(network => network.BaseAddress.AddressFamily == plain.AddressFamily && network.Contains(plain));
    }

    /// <returns>
    /// The address with its scheme, without a fragment, and with its host in ASCII: the one way in which every server reads it alike.
    /// </returns>
    /// <exception cref="CallerErrorException">
    /// The address is not an http(s) URL, contains credentials, or leads to a private network.
    /// </exception>
    internal async ValueTask<string> NormalizeAsync(string address, CancellationToken cancellationToken)
    {
        var hasScheme = address.Contains("://", StringComparison.Ordinal)
            || address.StartsWith("http:", StringComparison.OrdinalIgnoreCase)
            || address.StartsWith("https:", StringComparison.OrdinalIgnoreCase);
        var absolute = hasScheme ? address : "http://" + address.TrimStart('/', '\\');
        if (!Uri.TryCreate(absolute, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https") || uri.UserInfo.Length > 0)
        {
            throw new CallerErrorException(GatewayError.AddressUnusable(address));
        }

        await ResolveAsync(uri.DnsSafeHost, cancellationToken);
        var host = uri.HostNameType == UriHostNameType.IPv6 ? uri.Host : uri.IdnHost;
        return $"{uri.Scheme}://{host}{(uri.IsDefaultPort ? "" : $":{uri.Port}")}{uri.PathAndQuery}";
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

    /// <summary>Whether the interface identifier contains an IPv4 address to which packets are tunnelled (RFC 5214, section 6.1).</summary>
    private static bool IsIsatap(IPAddress address)
    {
        var bytes = address.GetAddressBytes();
        return bytes[8] is 0x00 or 0x02 && bytes[9] == 0 && bytes[10] == 0x5E && bytes[11] == 0xFE;
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
