using System.Collections.Frozen;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Primitives;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.GatewayHosts;

/// <summary>
/// The verified host names of all resellers in memory, so that no request needs a query. Read again every few seconds, so that every node
/// sees a change soon, and at once on the node that makes it.
/// </summary>
public sealed class GatewayHostDirectory(PortalDatabase database) : IDisposable
{
    private static readonly TenantScope AllTenants = TenantScope.CrossTenants("host names tell the gateway which reseller is meant");

    private readonly SemaphoreSlim _refreshing = new(1);
    private CancellationTokenSource _changed = new();
    private FrozenDictionary<string, ResellerId> _hosts = FrozenDictionary<string, ResellerId>.Empty;

    public IReadOnlyCollection<string> Hosts => Volatile.Read(ref _hosts).Keys;

    /// <summary>Signals the next change of the hosts.</summary>
    public IChangeToken GetChangeToken() => new CancellationChangeToken(Volatile.Read(ref _changed).Token);

    /// <returns>Null if it is not a verified gateway host.</returns>
    public ResellerId? FindReseller(string host) =>
        Volatile.Read(ref _hosts).TryGetValue(host.TrimEnd('.'), out var reseller) ? reseller : null;

    /// <returns>The reseller's verified gateway host; null if it has none.</returns>
    public string? FindHost(ResellerId reseller) => Volatile.Read(ref _hosts).FirstOrDefault(pair => pair.Value == reseller).Key;

    /// <returns>How many hosts there are.</returns>
    public async Task<int> RefreshAsync(CancellationToken cancellationToken)
    {
        // One after the other, so that an older reading never replaces a newer one.
        await _refreshing.WaitAsync(cancellationToken);
        try
        {
            await using var db = database.Open(AllTenants);
            var rows = await db.GatewayHosts.AsNoTracking()
                .Where(h => h.VerifiedHostName != null)
                .Select(h => new { Host = h.VerifiedHostName!, h.ResellerId })
                .ToListAsync(cancellationToken);
            var former = _hosts;
            if (rows.Count != former.Count || rows.Exists(r => !former.TryGetValue(r.Host, out var owner) || owner != r.ResellerId))
            {
                Volatile.Write(ref _hosts, rows.ToFrozenDictionary(r => r.Host, r => r.ResellerId, StringComparer.OrdinalIgnoreCase));
                using var changed = Interlocked.Exchange(ref _changed, new CancellationTokenSource());
                await changed.CancelAsync();
            }

            return rows.Count;
        }
        finally
        {
            _refreshing.Release();
        }
    }

    public void Dispose()
    {
        _refreshing.Dispose();
        _changed.Dispose();
    }
}
