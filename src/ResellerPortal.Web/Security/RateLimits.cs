using System.Globalization;
using System.Threading.RateLimiting;
using ResellerPortal.Gateway.Callers;

namespace ResellerPortal.Web.Security;

/// <summary>
/// Limits requests per network to endpoints that invite guessing. The RateLimits section of the settings has SignInsPerMinute for
/// forms under /account and TokensPerMinute for creating tokens. Accounts and tokens have additional limits.
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
                var path when path.StartsWithSegments("/account") && !HttpMethods.IsGet(context.Request.Method) =>
                    Window("account", context, signIns),
                var path when path.StartsWithSegments("/token") => Window("token", context, tokens),
                _ => RateLimitPartition.GetNoLimiter(""),
            });
            options.OnRejected = async (context, cancellationToken) =>
            {
                var response = context.HttpContext.Response;
                response.StatusCode = StatusCodes.Status429TooManyRequests;
                response.Headers.RetryAfter = (context.Lease.TryGetMetadata(MetadataName.RetryAfter, out var after)
                    ? Math.Ceiling(after.TotalSeconds)
                    : 60).ToString(CultureInfo.InvariantCulture);
                await response.WriteAsync("Too many attempts from your network. Wait a minute and try again.", cancellationToken);
            };
        });
    }

    private static RateLimitPartition<string> Window(string policy, HttpContext context, int perMinute) =>
        RateLimitPartition.GetSlidingWindowLimiter(
            policy + CallerNetwork.FromAddress(context.Connection.RemoteIpAddress),
            _ => new SlidingWindowRateLimiterOptions
            {
                PermitLimit = perMinute,
                Window = TimeSpan.FromMinutes(1),
                SegmentsPerWindow = 6,
                QueueLimit = 0,
            });
}
