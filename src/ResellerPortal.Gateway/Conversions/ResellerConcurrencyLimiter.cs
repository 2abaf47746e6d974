using System.Threading.RateLimiting;
using Microsoft.Extensions.Options;
using ResellerPortal.Gateway.Callers;

namespace ResellerPortal.Gateway.Conversions;

/// <summary>
/// Limits concurrent conversions, and conversions per minute, of one reseller on this node, so that no reseller uses all of its capacity,
/// and no customer all of its reseller's. The meter enforces tokens' own limits exactly across all nodes.
/// </summary>
internal sealed class ResellerConcurrencyLimiter : IDisposable
{
    private readonly PartitionedRateLimiter<TokenOwner> _ofResellers;
    private readonly PartitionedRateLimiter<TokenOwner> _ofCustomers;

    public ResellerConcurrencyLimiter(IOptions<GatewayOptions> options)
    {
        var ofReseller = options.Value.ConcurrencyPerReseller;
        _ofCustomers = LimitConcurrency(caller => caller.Customer, options.Value.ConcurrencyPerCustomer);
        _ofResellers = options.Value.RequestsPerMinutePerReseller is { } perMinute
            ? PartitionedRateLimiter.CreateChained(
                LimitConcurrency(caller => caller.Reseller, ofReseller), LimitRate(caller => caller.Reseller, perMinute))
            : LimitConcurrency(caller => caller.Reseller, ofReseller);
    }

    /// <returns>Leases to dispose of when the conversion ends.</returns>
    /// <exception cref="CallerErrorException">A limit is reached.</exception>
    public IDisposable Acquire(TokenOwner caller)
    {
        var ofCustomer = _ofCustomers.AttemptAcquire(caller);
        if (!ofCustomer.IsAcquired)
        {
            ofCustomer.Dispose();
            throw new CallerErrorException(GatewayError.CustomerBusy);
        }

        var ofReseller = _ofResellers.AttemptAcquire(caller);
        if (!ofReseller.IsAcquired)
        {
            var retryAfter = ofReseller.TryGetMetadata(MetadataName.RetryAfter, out var later) ? later : TimeSpan.FromSeconds(1);
            ofReseller.Dispose();
            ofCustomer.Dispose();
            throw new CallerErrorException(GatewayError.ResellerBusy with { RetryAfter = retryAfter });
        }

        return new Leases(ofReseller, ofCustomer);
    }

    public void Dispose()
    {
        _ofResellers.Dispose();
        _ofCustomers.Dispose();
    }

    private static PartitionedRateLimiter<TokenOwner> LimitConcurrency<TKey>(Func<TokenOwner, TKey> key, int permits)
        where TKey : notnull => PartitionedRateLimiter.Create<TokenOwner, TKey>(caller => RateLimitPartition.GetConcurrencyLimiter(
            key(caller), _ => new ConcurrencyLimiterOptions { PermitLimit = permits }));

    private static PartitionedRateLimiter<TokenOwner> LimitRate<TKey>(Func<TokenOwner, TKey> key, int permits)
        where TKey : notnull => PartitionedRateLimiter.Create<TokenOwner, TKey>(caller => RateLimitPartition.GetSlidingWindowLimiter(
            key(caller),
            _ => new SlidingWindowRateLimiterOptions
            {
                PermitLimit = permits,
                Window = TimeSpan.FromMinutes(1),
                SegmentsPerWindow = 60,
            }));

    private sealed class Leases(RateLimitLease first, RateLimitLease second) : IDisposable
    {
        public void Dispose()
        {
            first.Dispose();
            second.Dispose();
        }
    }
}
