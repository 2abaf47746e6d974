using System.Net;
using System.Net.Sockets;

namespace ResellerPortal.Gateway.Callers;

/// <summary>Determines the network by which callers are limited.</summary>
public static class CallerNetwork
{
    /// <summary>
    /// An IPv4 address as is, and the /64 of an IPv6 address, which belongs to one caller; <see cref="IPAddress.None"/> if there is no
    /// address.
    /// </summary>
    public static IPAddress FromAddress(IPAddress? address) => address switch
    {
        null => IPAddress.None,
        { IsIPv4MappedToIPv6: true } => address.MapToIPv4(),
        { AddressFamily: AddressFamily.InterNetworkV6 } => new IPAddress([.. address.GetAddressBytes()[..8], .. new byte[8]]),
        _ => address,
    };
}
