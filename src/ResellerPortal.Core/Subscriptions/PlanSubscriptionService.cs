using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Auditing;
using ResellerPortal.Core.Checkouts;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Plans;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Subscriptions;

/// <summary>An upgrade for the rest of the period.</summary>
/// <param name="About">The estimated price without tax; the provider prorates to the second.</param>
public sealed record UpgradeOffer(BulkPlan Plan, long Conversions, Money About);

/// <summary>Manages a reseller's subscriptions.</summary>
public sealed class PlanSubscriptionService(PortalDatabase database, ISubscriptionGateway gateway, TimeProvider clock)
{
    public async Task<IReadOnlyList<PlanSubscription>> ListAsync(Actor actor, CancellationToken cancellationToken = default)
    {
        actor.Demand(Permission.ResellerView);
        await using var db = database.Open(actor.Scope);
        return await db.PlanSubscriptions.AsNoTracking()
            .OrderBy(s => s.State == SubscriptionState.Ended)
            .ThenByDescending(s => s.StartedAtUtc)
            .ToListAsync(cancellationToken);
    }

    /// <summary>Lists the larger plans that a subscription can upgrade to, with the conversions for the rest of the period.</summary>
    public async Task<IReadOnlyList<UpgradeOffer>> ListUpgradesAsync(
        Actor actor,
        Guid subscriptionId,
        CancellationToken cancellationToken = default)
    {
        actor.Demand(Permission.PlansBuy);
        await using var db = database.Open(actor.Scope);
        if (await db.PlanSubscriptions.AsNoTracking()
            .SingleOrDefaultAsync(s => s.Id == subscriptionId, cancellationToken) is not { State: SubscriptionState.Active } subscription)
        {
            return [];
        }

        var plans = await db.BulkPlans.AsNoTracking()
            .Where(p => p.IsOffered
                && p.Currency == subscription.Currency
                && p.Renewal == subscription.Renewal
                && p.Conversions > subscription.Conversions
                && p.PriceMinorUnits > subscription.PriceMinorUnits)
            .OrderBy(p => p.PriceMinorUnits)
            .ToListAsync(cancellationToken);
        return [.. plans.Select(p => Offer(subscription, p, clock.GetUtcNow()))];
    }

    /// <summary>
    /// Prorates the difference to the second: the remaining share of the period applies to both the additional conversions and the price.
    /// </summary>
    public static UpgradeOffer Offer(PlanSubscription subscription, BulkPlan plan, DateTimeOffset atUtc)
    {
        var (left, whole) = (
            (long)(subscription.PeriodEndUtc - atUtc).TotalSeconds,
            (long)(subscription.PeriodEndUtc - subscription.PeriodStartUtc).TotalSeconds);
        left = Math.Clamp(left, 0, Math.Max(1, whole));
        return new UpgradeOffer(
            plan,
            (long)((decimal)(plan.Conversions - subscription.Conversions) * left / Math.Max(1, whole)),
            Money.Round((plan.Price - subscription.Price).Amount * left / Math.Max(1, whole), subscription.Currency));
    }

    /// <summary>
    /// Upgrades to a larger plan. The difference for the rest of the period is charged at once; if the charge fails, nothing changes.
    /// Refused: the subscription cannot change to the plan; another upgrade is in progress; the charge is declined.
    /// </summary>
    public async Task<Outcome<PlanSubscription>> UpgradeAsync(
        Actor actor,
        Guid subscriptionId,
        Guid planId,
        CancellationToken cancellationToken = default)
    {
        var offers = await ListUpgradesAsync(actor, subscriptionId, cancellationToken);
        if (offers.SingleOrDefault(o => o.Plan.Id == planId) is not { } offer)
        {
            return Refusal.Because("This subscription cannot be upgraded to that plan. Reload the page and try again.");
        }

        var now = clock.GetUtcNow();
        await using var db = database.Open(actor.Scope);
        PlanSubscription subscription;
        await using (var transaction = await db.Database.BeginTransactionAsync(cancellationToken))
        {
            await database.LockRowsAsync<Reseller>(db, [actor.Reseller.Value], cancellationToken);
            subscription = await db.PlanSubscriptions.SingleAsync(s => s.Id == subscriptionId, cancellationToken);
            if (subscription.UpgradePlanId is { } running && running != planId)
            {
                return Refusal.Because("Another upgrade is in progress. Check again in a moment.");
            }

            // An upgrade with an unknown result is requested again, unchanged.
            if (subscription.UpgradePlanId is null)
            {
                (subscription.UpgradePlanId, subscription.UpgradeAtUtc, subscription.UpgradeConversions) = (planId, now, offer.Conversions);
                db.Audit(
                    actor, now, Permission.PlansBuy, $"upgrade of {subscription.PlanName} to {offer.Plan.Name}", subscription.ResellerId);
                await db.SaveChangesAsync(cancellationToken);
            }

            await transaction.CommitAsync(cancellationToken);
        }

        try
        {
            await gateway.UpgradeAsync(subscription.ProviderId, offer.Plan, subscription.UpgradeAtUtc!.Value, cancellationToken);
        }
        catch (PaymentProviderException failure)
        {
            if (failure.IsFinal)
            {
                await db.PlanSubscriptions.Where(s => s.Id == subscriptionId && s.UpgradePlanId == planId)
                    .ExecuteUpdateAsync(
                        set => set
                            .SetProperty(s => s.UpgradePlanId, (Guid?)null)
                            .SetProperty(s => s.UpgradeAtUtc, (DateTimeOffset?)null)
                            .SetProperty(s => s.UpgradeConversions, 0L),
                        CancellationToken.None);
            }

            return failure.Refusal;
        }

        return subscription;
    }

    /// <summary>
    /// Cancels a subscription at the end of its period, or resumes it.
    /// Refused: no such subscription; it has ended; the provider refuses.
    /// </summary>
    public async Task<Outcome<PlanSubscription>> SetCancelAsync(
        Actor actor,
        Guid subscriptionId,
        bool cancelsAtPeriodEnd,
        CancellationToken cancellationToken = default)
    {
        actor.Demand(Permission.PlansBuy);
        await using var db = database.Open(actor.Scope);
        if (await db.PlanSubscriptions.SingleOrDefaultAsync(s => s.Id == subscriptionId, cancellationToken) is not { } subscription)
        {
            return Refusal.NotFound("subscription");
        }

        if (subscription.State == SubscriptionState.Ended)
        {
            return Refusal.Because("This subscription has ended. Order the plan again.");
        }

        try
        {
            await gateway.SetCancelAsync(subscription.ProviderId, cancelsAtPeriodEnd, cancellationToken);
        }
        catch (PaymentProviderException failure)
        {
            return failure.Refusal;
        }

        subscription.CancelsAtPeriodEnd = cancelsAtPeriodEnd;
        db.Audit(
            actor,
            clock.GetUtcNow(),
            Permission.PlansBuy,
            $"{subscription.PlanName} {(cancelsAtPeriodEnd ? "cancelled at period end" : "resumed")}",
            subscription.ResellerId);
        await db.SaveChangesAsync(cancellationToken);
        return subscription;
    }
}
