using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace ResellerPortal.Web.Hosting;

/// <summary>
/// What a connection may take before anything of the portal looks at it. A client that sends slower, or more, is cut off.
/// </summary>
internal static class ServerLimits
{
    /// <summary>Forms of pages are small; uploads to the gateway set their own limit, and those of pages come through circuits.</summary>
    private const long MaxBodyBytes = 1 << 20;

    public static void Apply(KestrelServerOptions kestrel)
    {
        kestrel.AddServerHeader = false;
        var limits = kestrel.Limits;
        limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
        limits.KeepAliveTimeout = TimeSpan.FromSeconds(130);
        (limits.MaxRequestLineSize, limits.MaxRequestHeaderCount, limits.MaxRequestHeadersTotalSize) = (8 << 10, 100, 32 << 10);
        limits.MaxRequestBodySize = MaxBodyBytes;
        limits.MinRequestBodyDataRate = new MinDataRate(bytesPerSecond: 240, gracePeriod: TimeSpan.FromSeconds(5));
        limits.MinResponseDataRate = new MinDataRate(bytesPerSecond: 240, gracePeriod: TimeSpan.FromSeconds(5));
    }
}
