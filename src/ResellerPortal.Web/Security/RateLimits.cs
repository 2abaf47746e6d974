using System.Globalization;
using System.Threading.RateLimiting;
using ResellerPortal.Gateway.Callers;

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
                await response.WriteAsync("Too many attempts from your network. Wait a minute, then try again.", cancellationToken);
            };
        });
    }

    private static RateLimitPartition<string> Window(string what, HttpContext context, int perMinute) =>
        RateLimitPartition.GetSlidingWindowLimiter(
            what + CallerNetwork.FromAddress(context.Connection.RemoteIpAddress),
            _ => new SlidingWindowRateLimiterOptions
            {
                PermitLimit = perMinute,
                Window = TimeSpan.FromMinutes(1),
                SegmentsPerWindow = 6,
                QueueLimit = 0,
            });
}
