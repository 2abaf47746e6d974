using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using ResellerPortal.Core.Outbox;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Workers;

namespace ResellerPortal.Core.Subscriptions;

/// <summary>Notifies resellers of ending grace periods, and runs automatic top-ups.</summary>
public sealed class SubscriptionWorker(
    PortalDatabase database,
    TopUpService topUps,
    TimeProvider clock,
    ILogger<SubscriptionWorker> logger) : PeriodicWorker(clock, logger)
{
    public override TimeSpan Interval => TimeSpan.FromMinutes(5);

    private static readonly TenantScope AllResellers = TenantScope.ServedTenants("grace periods of all resellers");

    public override async Task<int> RunAsync(CancellationToken cancellationToken = default)
    {
        var notified = await NotifyOfGraceAsync(cancellationToken);
        return notified + await topUps.RunAsync(cancellationToken);
    }

    /// <summary>Notifies resellers once of each grace period that ends within a day.</summary>
    /// <returns>The number of notices written.</returns>
    public async Task<int> NotifyOfGraceAsync(CancellationToken cancellationToken = default)
    {
        var now = Clock.GetUtcNow();
        var soon = now.AddDays(1);
        await using var db = database.Open(AllResellers);
        var ending = await db.PlanSubscriptions.AsNoTracking()
            .Where(s => s.GraceUntilUtc != null && s.GraceUntilUtc <= soon && !s.IsGraceEndNotified)
            .ToListAsync(cancellationToken);
        var notified = 0;
        foreach (var subscription in ending)
        {
            await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
            if (await db.PlanSubscriptions.Where(s => s.Id == subscription.Id && !s.IsGraceEndNotified).ExecuteUpdateAsync(
                set => set.SetProperty(s => s.IsGraceEndNotified, true), cancellationToken) == 1)
            {
                db.Notify(
                    subscription.ResellerId,
                    $"The credits of {subscription.PlanName} end soon",
                    "The renewal has not been paid yet. The remaining credits of the last period can be used until "
                        + $"{subscription.GraceUntilUtc:yyyy-MM-dd HH:mm} UTC.\nPay it or order another plan, so that your customers' "
                        + "conversions continue.\n",
                    now);
                await db.SaveChangesAsync(cancellationToken);
                await transaction.CommitAsync(cancellationToken);
                notified++;
            }
        }

        return notified;
    }
}
