using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Metering;

/// <summary>Knows of requests that live longer than <see cref="ReservationSweeper.DeadAfter"/> and settles them itself.</summary>
public interface IReservationOwner
{
    /// <summary>Which of these reservations still belong to a request that will settle them.</summary>
    Task<IReadOnlyCollection<Guid>> FindOwnedAsync(IReadOnlyCollection<Guid> reservationIds, CancellationToken cancellationToken);
}

/// <summary>
/// Resolves reservations whose request died (a crash, a lost node). They may have been charged upstream, so they are
/// recorded at the reserved quantity and marked Unconfirmed, never silently dropped.
/// </summary>
public sealed class ReservationSweeper(
    Meter meter,
    PortalDatabase database,
    IEnumerable<IReservationOwner> keepers,
    TimeProvider clock,
    ILogger<ReservationSweeper> logger) : BackgroundService
{
    /// <summary>Longer than any request may run: the gateway gives up on the upstream well before.</summary>
    public static readonly TimeSpan DeadAfter = TimeSpan.FromMinutes(30);

    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(1);
    private static readonly TenantScope Scope = TenantScope.CrossTenants("sweeper: reservations of all tenants");

    /// <summary>Sweeps once.</summary>
    /// <returns>How many reservations were resolved.</returns>
    public async Task<int> SweepAsync(CancellationToken cancellationToken = default)
    {
        var deadline = clock.GetUtcNow() - DeadAfter;
        await using var db = database.Open(Scope);
        var dead = await db.Reservations
            .Where(r => r.CreatedAtUtc < deadline)
            .OrderBy(r => r.CreatedAtUtc)
            .Select(r => r.Id)
            .Take(10_000)
            .ToListAsync(cancellationToken);
        foreach (var keeper in keepers)
        {
            dead = [.. dead.Except(await keeper.FindOwnedAsync(dead, cancellationToken))];
        }

        foreach (var reservationId in dead)
        {
            await meter.SettleAsync(new SettleRequest(reservationId, Quantity: null));
        }

        return dead.Count;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Pause, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                if (await SweepAsync(stoppingToken) is > 0 and var swept)
                {
                    logger.LogWarning("{Count} dead reservations were recorded as unconfirmed usage.", swept);
                }
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                logger.LogError(failure, "The sweep of dead reservations failed; it is tried again in {Pause}.", Pause);
            }
        }
    }
}
