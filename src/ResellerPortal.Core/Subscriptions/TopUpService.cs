using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Auditing;
using ResellerPortal.Core.Checkouts;
using ResellerPortal.Core.Credits;
using ResellerPortal.Core.Metering;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Outbox;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Plans;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Time;

namespace ResellerPortal.Core.Subscriptions;

/// <summary>A reseller's settings for automatic top-ups.</summary>
/// <inheritdoc cref="TopUpPolicy"/>
public sealed record TopUpTerms(Guid PlanId, bool IsOn, long? BelowConversions, int? WithinDays, decimal MonthlyCap);

/// <param name="MethodName">The saved payment method; null if there is none.</param>
public sealed record TopUpView(TopUpTerms? Terms, string? MethodName, string? Fault, Money SpentThisMonth);

/// <summary>Buys plans for resellers that run low on credits, charging their saved payment method.</summary>
public sealed class TopUpService(
    PortalDatabase database,
    IOnlineGateway online,
    CheckoutService checkouts,
    CheckoutSynchronizer synchronizer,
    TimeProvider clock,
    ILogger<TopUpService> logger)
{
    /// <summary>Number of past days used to estimate the rate of usage.</summary>
    private const int PaceDays = 14;

    private static readonly TenantScope AllResellers = TenantScope.ServedTenants("automatic top-ups of all resellers");

    public async Task<TopUpView> ReadAsync(Actor actor, CancellationToken cancellationToken = default)
    {
        actor.Demand(Permission.ResellerView);
        await using var db = database.Open(actor.Scope);
        var reseller = await db.Resellers.AsNoTracking().SingleAsync(r => r.Id == actor.Reseller, cancellationToken);
        var policy = await db.TopUpPolicies.AsNoTracking().SingleOrDefaultAsync(cancellationToken);
        var payer = await FindPayerAsync(db, cancellationToken);
        return new TopUpView(
            policy is null
                ? null
                : new TopUpTerms(
                    policy.PlanId,
                    policy.IsOn,
                    policy.BelowConversions,
                    policy.WithinDays,
                    new Money(policy.MonthlyCapMinorUnits, reseller.Currency).Amount),
            payer is { MayBeCharged: true } ? payer.MethodName : null,
            policy?.Error,
            await GetSpentAsync(db, reseller, cancellationToken));
    }

    /// <summary>
    /// Saves the settings for automatic top-ups.
    /// Refused: the plan is not a one-off plan offered in the reseller's currency; no trigger is set or one is out of range; the monthly
    /// cap is out of range; there is no payment method to charge.
    /// </summary>
    public async Task<Outcome<TopUpPolicy>> SetAsync(Actor actor, TopUpTerms terms, CancellationToken cancellationToken = default)
    {
        actor.Demand(Permission.PlansBuy);
        await using var db = database.Open(actor.Scope);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        await database.LockRowsAsync<Reseller>(db, [actor.Reseller.Value], cancellationToken);
        var reseller = await db.Resellers.AsNoTracking().SingleAsync(r => r.Id == actor.Reseller, cancellationToken);
        var plan = await db.BulkPlans.AsNoTracking()
            .SingleOrDefaultAsync(
                p => p.Id == terms.PlanId && p.IsOffered && p.Renewal == PlanRenewal.OneOff && p.Currency == reseller.Currency,
                cancellationToken);
        if (plan is null)
        {
            return Refusal.Because("Choose a one-off plan in your currency.", nameof(terms.PlanId));
        }

        if (terms is { IsOn: true, BelowConversions: null, WithinDays: null })
        {
            return Refusal.Because(
                "Set when to top up: below a number of conversions, or when they would run out within a number of days.",
                nameof(terms.BelowConversions));
        }

        if (terms is { BelowConversions: < 1 or > BulkPlanService.MaxConversions } or { WithinDays: < 1 or > 365 })
        {
            return Refusal.Because("Enter at least 1 conversion, or 1 to 365 days.", nameof(terms.WithinDays));
        }

        if (terms.MonthlyCap < plan.Price.Amount || terms.MonthlyCap > 1_000_000_000)
        {
            return Refusal.Because($"The monthly cap must cover the plan at least once: {plan.Price}.", nameof(terms.MonthlyCap));
        }

        if (terms.IsOn && (await FindPayerAsync(db, cancellationToken)) is not { MayBeCharged: true })
        {
            return Refusal.Because("There is no payment method to charge. Pay for a plan online and save the payment method.");
        }

        if (await db.TopUpPolicies.SingleOrDefaultAsync(cancellationToken) is not { } policy)
        {
            policy = new TopUpPolicy { ResellerId = reseller.Id, PlanId = plan.Id };
            db.TopUpPolicies.Add(policy);
        }

        (policy.PlanId, policy.IsOn, policy.BelowConversions, policy.WithinDays, policy.MonthlyCapMinorUnits, policy.Error) =
            (
                plan.Id,
                terms.IsOn,
                terms.BelowConversions,
                terms.WithinDays,
                Money.Round(terms.MonthlyCap, reseller.Currency).MinorUnits,
                null);
        db.Audit(
            actor,
            clock.GetUtcNow(),
            Permission.PlansBuy,
            terms.IsOn
                ? $"automatic top-ups with {plan.Name}, up to {Money.Round(terms.MonthlyCap, reseller.Currency)} a month"
                : "automatic top-ups switched off",
            reseller.Id);
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return policy;
    }

    /// <summary>Deletes the reseller's saved payment method and turns off automatic top-ups.</summary>
    public async Task ForgetMethodAsync(Actor actor, CancellationToken cancellationToken = default)
    {
        actor.Demand(Permission.PlansBuy);
        await using var db = database.Open(actor.Scope);
        if (await FindPayerAsync(db, cancellationToken) is { } payer)
        {
            (payer.IsAgreed, payer.DecidedAtUtc) = (false, clock.GetUtcNow());
            await db.TopUpPolicies.ExecuteUpdateAsync(set => set.SetProperty(p => p.IsOn, false), cancellationToken);
            db.Audit(actor, clock.GetUtcNow(), Permission.PlansBuy, "payment method removed, automatic top-ups off", actor.Reseller);
            await db.SaveChangesAsync(cancellationToken);
        }
    }

    /// <summary>Tops up all resellers that run low. Safe to run on several nodes: only one order is created.</summary>
    /// <returns>The number of plans bought.</returns>
    public async Task<int> RunAsync(CancellationToken cancellationToken = default)
    {
        List<TopUpPolicy> policies;
        await using (var db = database.Open(AllResellers))
        {
            policies = await db.TopUpPolicies.AsNoTracking().Where(p => p.IsOn).ToListAsync(cancellationToken);
        }

        var bought = 0;
        foreach (var policy in policies)
        {
            try
            {
                bought += await BuyAsync(policy, cancellationToken) ? 1 : 0;
            }
            catch (PaymentProviderException failure)
            {
                logger.LogWarning("The top-up of {Reseller} failed and will be retried: {Reason}", policy.ResellerId, failure.Message);
            }
        }

        return bought;
    }

    private async Task<bool> BuyAsync(TopUpPolicy policy, CancellationToken cancellationToken)
    {
        var actor = Actor.Portal("automatic top-up", TenantScope.ForReseller(policy.ResellerId));
        await using var db = database.Open(actor.Scope);
        if (await OrderAsync(db, actor, policy, cancellationToken) is not { } order)
        {
            return false;
        }

        var reseller = await db.Resellers.AsNoTracking().SingleAsync(r => r.Id == policy.ResellerId, cancellationToken);
        var payer = await FindPayerAsync(db, cancellationToken);
        if (payer is not { MayBeCharged: true })
        {
            await StopAsync(db, actor, policy, order, "There is no saved payment method.", cancellationToken);
            return false;
        }

        Debt debt = new(
            CheckoutPurpose.PlanOrder,
            order.Id,
            reseller.Id,
            null,
            Merchant.Operator,
            CheckoutKind.Saved,
            order.PlanName,
            PayerDetails.FromReseller(reseller),
            null);
        if (await checkouts.FindOrCreateChargeableAsync(actor.Scope, debt, cancellationToken) is not { } checkout)
        {
            return false;
        }

        var payment = await online.ChargeAsync(checkout, payer, order.PlanName, cancellationToken);
        var applied = await synchronizer.ApplyAsync(Merchant.Operator, payment, cancellationToken);
        if (applied is { State: CheckoutState.Failed })
        {
            await StopAsync(db, actor, policy, order, applied.Error ?? "The charge was declined.", cancellationToken);
        }

        return applied is { State: CheckoutState.Paid };
    }

    /// <summary>Returns the unpaid automatic order, or creates one if credits run low and the monthly cap allows it.</summary>
    private async Task<PlanOrder?> OrderAsync(PortalDbContext db, Actor actor, TopUpPolicy policy, CancellationToken cancellationToken)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        await database.LockRowsAsync<Reseller>(db, [policy.ResellerId.Value], cancellationToken);
        var reseller = await db.Resellers.AsNoTracking().SingleAsync(r => r.Id == policy.ResellerId, cancellationToken);
        if (await db.PlanOrders.FirstOrDefaultAsync(
            o => o.IsAutomatic && o.SubscriptionId == null && o.Status == PlanOrderStatus.Ordered, cancellationToken) is { } waiting)
        {
            return waiting;
        }

        var now = clock.GetUtcNow();
        var plan = await db.BulkPlans.AsNoTracking().SingleAsync(p => p.Id == policy.PlanId, cancellationToken);
        var left = (await db.CreditLots.AsNoTracking()
            .Where(l => l.Kind == LotKind.Plan && l.ExpiresAtUtc > now)
            .ToListAsync(cancellationToken)).Sum(l => l.Available);
        if (!await IsRunningLowAsync(db, policy, reseller.Zone.GetDay(now), left, cancellationToken))
        {
            return null;
        }

        if (plan.PriceMinorUnits + (await GetSpentAsync(db, reseller, cancellationToken)).MinorUnits > policy.MonthlyCapMinorUnits)
        {
            return null;
        }

        var order = PlanOrder.Create(plan, reseller.Id, now, Guid.CreateVersion7(now), isAutomatic: true);
        db.PlanOrders.Add(order);
        db.Audit(actor, now, Permission.PlansBuy, $"{plan.Name}, {order.Price}: {left} conversions left", reseller.Id);
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return order;
    }

    private static async Task<bool> IsRunningLowAsync(
        PortalDbContext db,
        TopUpPolicy policy,
        DateOnly today,
        long left,
        CancellationToken cancellationToken)
    {
        if (left < policy.BelowConversions)
        {
            return true;
        }

        if (policy.WithinDays is not { } days)
        {
            return false;
        }

        var since = today.AddDays(-PaceDays);
        var used = await db.UsageRollups.Where(r => r.Day >= since && r.Day < today).SumAsync(r => r.Quantity, cancellationToken);
        return left * PaceDays < used * days;
    }

    /// <summary>The total of paid automatic orders this month, in the reseller's time zone.</summary>
    private async Task<Money> GetSpentAsync(PortalDbContext db, Reseller reseller, CancellationToken cancellationToken)
    {
        var since = reseller.Zone.StartOfDayUtc(BillingPeriod.Containing(reseller.Zone.GetDay(clock.GetUtcNow())).FirstDay);
        return new Money(
            await db.PlanOrders.Where(o => o.IsAutomatic
                && o.SubscriptionId == null
                && o.Status == PlanOrderStatus.Confirmed
                && o.OrderedAtUtc >= since).SumAsync(o => o.PriceMinorUnits, cancellationToken),
            reseller.Currency);
    }

    /// <summary>Turns off automatic top-ups instead of retrying forever, and notifies the reseller.</summary>
    private async Task StopAsync(
        PortalDbContext db,
        Actor actor,
        TopUpPolicy policy,
        PlanOrder order,
        string fault,
        CancellationToken cancellationToken)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        await database.LockRowsAsync<Reseller>(db, [policy.ResellerId.Value], cancellationToken);
        await database.LockRowsAsync<PlanOrder>(db, [order.Id], cancellationToken);
        var (now, row) = (clock.GetUtcNow(), await db.TopUpPolicies.SingleAsync(cancellationToken));
        await db.Entry(order).ReloadAsync(cancellationToken);
        if (row.IsOn && order.Status == PlanOrderStatus.Ordered)
        {
            order.Cancel(now);
            (row.IsOn, row.Error) = (false, fault.Truncate(500));
            db.Notify(
                policy.ResellerId,
                "Automatic top-ups have stopped",
                $"{order.PlanName} for {order.Price} could not be bought: {fault}\nAutomatic top-ups are off until "
                    + "you turn them on again.\n",
                now);
            db.Audit(actor, now, Permission.PlansBuy, $"automatic top-ups stopped: {fault}", policy.ResellerId);
            await db.SaveChangesAsync(cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }
    }

    private static Task<Payer?> FindPayerAsync(PortalDbContext db, CancellationToken cancellationToken) =>
        db.Payers.SingleOrDefaultAsync(p => p.CustomerId == null && p.Merchant == Merchant.Operator, cancellationToken);
}
