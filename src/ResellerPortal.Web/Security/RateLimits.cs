using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Threading.RateLimiting;

namespace ResellerPortal.Web.Security;

/// <summary>
/// How often one network may try what is worth guessing. Section RateLimits of the settings: SignInsPerMinute for forms under
/// /account, TokensPerMinute for making tokens. Accounts and tokens have limits of their own beside these.
/// </summary>
internal static class RateLimits
{
    public static void AddRateLimits(this IServiceCollection services, IConfiguration configuration)
    {
        var signIns = configuration.GetValue("RateLimits:SignInsPerMinute", 60);
        var tokens = configuration.GetValue("RateLimits:TokensPerMinute", 600);
        services.AddRateLimiter(options =>
        {
            options.GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, string>(context => context.Request.Path switch
            {
                var path when path.StartsWithSegments("/account") && !HttpMethods.IsGet(context.Request.Method) => Window("account", context, signIns),
                var path when path.StartsWithSegments("/token") => Window("token", context, tokens),
                _ => RateLimitPartition.GetNoLimiter(""),
            });
            options.OnRejected = async (context, cancellationToken) =>
            {
                var response = context.HttpContext.Response;
                response.StatusCode = StatusCodes.Status429TooManyRequests;
                response.Headers.RetryAfter = (context.Lease.TryGetMetadata(MetadataName.RetryAfter, out var after) ? Math.Ceiling(after.TotalSeconds) : 60).ToString(CultureInfo.InvariantCulture);
                await response.WriteAsync("Too many attempts from your network. Wait a minute, then try again.", cancellationToken);
            };
        });
    }

    /// <summary>Who has one address of an IPv6 network has all of its /64.</summary>
    public static string NetworkOf(IPAddress? address) => address switch
    {
        null => "",
        { IsIPv4MappedToIPv6: true } => address.MapToIPv4().ToString(),
        { AddressFamily: AddressFamily.InterNetworkV6 } => new IPAddress([.. address.GetAddressBytes()[..8], .. new byte[8]]).ToString(),
        _ => address.ToString(),
    };

    private static RateLimitPartition<string> Window(string what, HttpContext context, int perMinute) =>
        RateLimitPartition.GetSlidingWindowLimiter(what + NetworkOf(context.Connection.RemoteIpAddress), _ => new SlidingWindowRateLimiterOptions
        {
            PermitLimit = perMinute,
            Window = TimeSpan.FromMinutes(1),
            SegmentsPerWindow = 6,
            QueueLimit = 0,
        });
}
