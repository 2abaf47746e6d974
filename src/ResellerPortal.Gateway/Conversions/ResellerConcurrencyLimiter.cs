using System.Threading.RateLimiting;
using Microsoft.Extensions.Options;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Gateway.Conversions;

/// <summary>
/// How many conversions of one reseller run at once and start within a minute on this node, so that none takes all of it. A
/// token's own limits are the meter's, exact over all nodes.
/// </summary>
internal sealed class ResellerConcurrencyLimiter(IOptions<GatewayOptions> options) : IDisposable
{
    private readonly PartitionedRateLimiter<ResellerId> _limits = options.Value.RequestsPerMinutePerReseller is { } perMinute
        ? PartitionedRateLimiter.CreateChained(AtOnce(options.Value.ConcurrencyPerReseller), WithinAMinute(perMinute))
        : AtOnce(options.Value.ConcurrencyPerReseller);

    /// <returns>A place to give back at the end; <see cref="RateLimitLease.IsAcquired"/> says whether there was one.</returns>
    public RateLimitLease TryAcquire(ResellerId reseller) => _limits.AttemptAcquire(reseller);

    public void Dispose() => _limits.Dispose();

    private static PartitionedRateLimiter<ResellerId> AtOnce(int permits) => PartitionedRateLimiter.Create<ResellerId, ResellerId>(
        reseller => RateLimitPartition.GetConcurrencyLimiter(reseller, _ => new ConcurrencyLimiterOptions { PermitLimit = permits }));

    private static PartitionedRateLimiter<ResellerId> WithinAMinute(int permits) => PartitionedRateLimiter.Create<ResellerId, ResellerId>(
        reseller => RateLimitPartition.GetSlidingWindowLimiter(reseller, _ => new SlidingWindowRateLimiterOptions
        {
            PermitLimit = permits,
            Window = TimeSpan.FromMinutes(1),
            SegmentsPerWindow = 60,
        }));
}
