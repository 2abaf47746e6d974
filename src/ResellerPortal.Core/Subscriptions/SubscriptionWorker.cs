using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using ResellerPortal.Core.Notices;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Subscriptions;

/// <summary>Tells resellers whose grace period ends, and tops up where credits run low.</summary>
public sealed class SubscriptionWorker(
    PortalDatabase database,
    TopUpService topUps,
    TimeProvider clock,
    ILogger<SubscriptionWorker> logger) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(5);

    private static readonly TenantScope Everybody = TenantScope.CrossTenants("grace periods of all resellers");

    /// <summary>Tells of grace periods that end within a day, each once.</summary>
    public async Task NotifyOfGraceAsync(CancellationToken cancellationToken = default)
    {
        var now = clock.GetUtcNow();
        var soon = now.AddDays(1);
        await using var db = database.Open(Everybody);
        var ending = await db.PlanSubscriptions.AsNoTracking()
            .Where(s => s.GraceUntilUtc != null && s.GraceUntilUtc <= soon && !s.IsGraceEndNotified)
            .ToListAsync(cancellationToken);
        foreach (var subscription in ending)
        {
            await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
            if (await db.PlanSubscriptions.Where(s => s.Id == subscription.Id && !s.IsGraceEndNotified).ExecuteUpdateAsync(
                set => set.SetProperty(s => s.IsGraceEndNotified, true), cancellationToken) == 1)
            {
                db.Notify(
                    subscription.ResellerId,
                    $"The credits of {subscription.PlanName} end soon",
                    "Its renewal is still not paid. What is left of the last period can be used until "
                        + $"{subscription.GraceUntilUtc:yyyy-MM-dd HH:mm} UTC.\nPay it, or order another plan, so that your customers' "
                        + "conversions go on.\n",
                    now);
                await db.SaveChangesAsync(cancellationToken);
                await transaction.CommitAsync(cancellationToken);
            }
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Pause, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await NotifyOfGraceAsync(stoppingToken);
                await topUps.RunAsync(stoppingToken);
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                logger.LogError(failure, "Subscriptions could not be looked after; it is tried again in {Pause}.", Pause);
            }
        }
    }
}
