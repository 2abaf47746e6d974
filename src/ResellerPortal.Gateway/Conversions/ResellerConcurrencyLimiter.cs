using System.Threading.RateLimiting;
using Microsoft.Extensions.Options;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Gateway.Conversions;

/// <summary>
/// Limits concurrent conversions, and conversions per minute, of one reseller on this node, so that no reseller uses all of its capacity.
/// The meter enforces tokens' own limits exactly across all nodes.
/// </summary>
internal sealed class ResellerConcurrencyLimiter(IOptions<GatewayOptions> options) : IDisposable
{
    private readonly PartitionedRateLimiter<ResellerId> _limits = options.Value.RequestsPerMinutePerReseller is { } perMinute
        ? PartitionedRateLimiter.CreateChained(AtOnce(options.Value.ConcurrencyPerReseller), WithinAMinute(perMinute))
        : AtOnce(options.Value.ConcurrencyPerReseller);

    /// <returns>
    /// A lease to dispose of when the conversion ends; <see cref="RateLimitLease.IsAcquired"/> is false if the limit is reached.
    /// </returns>
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
