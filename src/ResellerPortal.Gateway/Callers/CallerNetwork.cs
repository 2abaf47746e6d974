using System.Net;
using System.Net.Sockets;

namespace ResellerPortal.Gateway.Callers;

/// <summary>Whom limits by network count together.</summary>
public static class CallerNetwork
{
    /// <summary>An IPv4 address itself; of an IPv6 address its /64, all of which is one caller's. No address where there is none.</summary>
    public static IPAddress FromAddress(IPAddress? address) => address switch
    {
        null => IPAddress.None,
        { IsIPv4MappedToIPv6: true } => address.MapToIPv4(),
        { AddressFamily: AddressFamily.InterNetworkV6 } => new IPAddress([.. address.GetAddressBytes()[..8], .. new byte[8]]),
        _ => address,
    };
}
