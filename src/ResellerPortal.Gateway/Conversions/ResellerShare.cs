using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Gateway.Conversions;

/// <summary>How many conversions of one reseller run at once on this node, so that none takes all of it.</summary>
internal sealed class ResellerShare(IOptions<GatewayOptions> options)
{
    private readonly ConcurrentDictionary<ResellerId, SemaphoreSlim> _places = new();

    /// <returns>A place to give back, or null where all are taken.</returns>
    public IDisposable? TryEnter(ResellerId reseller)
    {
        var places = _places.GetOrAdd(reseller, _ => new SemaphoreSlim(options.Value.ConcurrencyPerReseller));
        return places.Wait(0) ? new Place(places) : null;
    }

    private sealed class Place(SemaphoreSlim places) : IDisposable
    {
        public void Dispose() => places.Release();
    }
}
