using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Workers;

namespace ResellerPortal.Core.Metering;

/// <summary>Owns requests that outlast <see cref="ReservationSweepWorker.DeadAfter"/> and settles them itself.</summary>
public interface IReservationOwner
{
    /// <summary>Returns the reservations that belong to a request that will still settle them.</summary>
    Task<IReadOnlyCollection<Guid>> FindOwnedAsync(IReadOnlyCollection<Guid> reservationIds, CancellationToken cancellationToken);
}

/// <summary>
/// Resolves reservations whose request was lost, for example in a crash. They may have been charged upstream, so they are recorded at the
/// reserved quantity and marked Unconfirmed, never silently dropped.
/// </summary>
public sealed class ReservationSweepWorker(
    Meter meter,
    PortalDatabase database,
    IEnumerable<IReservationOwner> keepers,
    TimeProvider clock,
    ILogger<ReservationSweepWorker> logger) : PeriodicWorker(clock, logger)
{
    /// <summary>Longer than any request can run; the gateway's upstream timeout is shorter.</summary>
    public static readonly TimeSpan DeadAfter = TimeSpan.FromMinutes(30);

    public override TimeSpan Interval => TimeSpan.FromMinutes(1);
    private static readonly TenantScope Scope = TenantScope.ServedTenants("sweeper: reservations of all tenants");

    /// <summary>Resolves all lost reservations.</summary>
    /// <returns>The number of reservations resolved.</returns>
    public override async Task<int> RunAsync(CancellationToken cancellationToken = default)
    {
        var deadline = Clock.GetUtcNow() - DeadAfter;
        await using var db = database.Open(Scope);
        var dead = await db.Reservations
            .Where(r => r.CreatedAtUtc < deadline)
            .OrderBy(r => r.CreatedAtUtc)
            .Select(r => new RowKey(r.ResellerId, r.Id))
            .Take(10_000)
            .ToListAsync(cancellationToken);
        foreach (var keeper in keepers)
        {
            var owned = await keeper.FindOwnedAsync([.. dead.Select(r => r.Id)], cancellationToken);
            dead.RemoveAll(r => owned.Contains(r.Id));
        }

        foreach (var reservation in dead)
        {
            await meter.SettleAsync(new SettleRequest(reservation, Quantity: null));
        }

        if (dead.Count > 0)
        {
            Logger.LogWarning("{Count} lost reservations were recorded as unconfirmed usage.", dead.Count);
        }

        return dead.Count;
    }
}
