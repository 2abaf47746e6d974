using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Auditing;
using ResellerPortal.Core.Checkouts;
using ResellerPortal.Core.Credits;
using ResellerPortal.Core.Outbox;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Plans;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Subscriptions;

/// <summary>
/// Brings subscriptions and their lots in line with the provider's current state: one lot per paid invoice, however often and in whatever
/// order updates arrive.
/// </summary>
public sealed class SubscriptionSynchronizer(
    PortalDatabase database,
    ISubscriptionGateway gateway,
    CheckoutSynchronizer checkouts,
    TimeProvider clock,
    ILogger<SubscriptionSynchronizer> logger)
{
    /// <summary>How long credits may be used while their renewal is unpaid.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromDays(7);

    /// <summary>How long a renewal's payment normally takes after a period: providers wait an hour before charging.</summary>
    private static readonly TimeSpan RenewalDelay = TimeSpan.FromDays(1);

    private static readonly TenantScope AllTenants = TenantScope.CrossTenants("payment provider updates for any reseller's subscription");

    /// <summary>Records a subscription's current state and the invoice that reported it.</summary>
    /// <returns>The subscription's reseller; null if it is not one of ours.</returns>
    /// <exception cref="PaymentProviderException">The provider is unreachable, or the invoice depends on one that is not recorded
    /// yet.</exception>
    public async Task<ResellerId?> SyncAsync(string subscriptionId, ProviderInvoice? invoice, CancellationToken cancellationToken)
    {
        if (await gateway.ReadSubscriptionAsync(subscriptionId, cancellationToken) is not { } incoming
            || await checkouts.FindAsync(
                Merchant.Operator, incoming.CheckoutId, cancellationToken) is not { Purpose: CheckoutPurpose.PlanOrder } checkout)
        {
            return null;
        }

        var reseller = checkout.ResellerId!.Value;
        var actor = Actor.Portal("payment provider", TenantScope.ForReseller(reseller));
        await using var db = database.Open(actor.Scope);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        await database.LockRowsAsync<Reseller>(db, [reseller.Value], cancellationToken);
        await database.LockRowsAsync<PlanOrder>(db, reseller, [checkout.SubjectId], cancellationToken);
        await database.LockRowsAsync<Checkout>(db, [checkout.Id], cancellationToken);
        var subscription = await db.PlanSubscriptions.SingleOrDefaultAsync(s => s.ProviderId == incoming.Id, cancellationToken);
        if (subscription is null)
        {
            if (incoming.State is null || await BeginAsync(db, incoming, checkout, cancellationToken) is not { } begun)
            {
                return reseller;
            }

            subscription = begun;
        }

        if (invoice is { Payment.State: ProviderPaymentState.Paid })
        {
            await PayAsync(db, actor, subscription, checkout.Id, invoice, cancellationToken);
        }

        await ApplyAsync(db, actor, subscription, incoming, cancellationToken);
        await CheckoutSynchronizer.KeepMethodAsync(db, checkout, incoming.Method, cancellationToken);
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return reseller;
    }

    /// <summary>Whether an invoice's lot exists, for the comparison with the provider.</summary>
    internal async Task<bool> HasCreditLotAsync(string invoiceId, CancellationToken cancellationToken)
    {
        await using var db = database.Open(AllTenants);
        var key = CheckoutSynchronizer.CreateIdempotencyKey(Merchant.Operator, invoiceId);
        return await db.Set<OrderPayment>().AnyAsync(p => p.IdempotencyKey == key, cancellationToken);
    }

    private async Task<PlanSubscription?> BeginAsync(
        PortalDbContext db,
        ProviderSubscription incoming,
        Checkout checkout,
        CancellationToken cancellationToken)
    {
        var order = await db.PlanOrders.SingleAsync(o => o.Id == checkout.SubjectId, cancellationToken);
        if (order.SubscriptionId is not null)
        {
            logger.LogError(
                "Subscription {Subscription} refused: its order already belongs to {Other}.",
                incoming.Id,
                order.SubscriptionId);
            return null;
        }

        var subscription = new PlanSubscription
        {
            ResellerId = order.ResellerId,
            ProviderId = incoming.Id,
            PlanId = order.PlanId,
            PlanName = order.PlanName,
            Conversions = order.Conversions,
            PriceMinorUnits = order.PriceMinorUnits,
            Currency = order.Currency,
            Renewal = order.Renewal,
            StartedAtUtc = clock.GetUtcNow(),
        };
        db.PlanSubscriptions.Add(subscription);
        order.SubscriptionId = subscription.Id;
        return subscription;
    }

    private async Task PayAsync(
        PortalDbContext db,
        Actor actor,
        PlanSubscription subscription,
        Guid checkoutId,
        ProviderInvoice invoice,
        CancellationToken cancellationToken)
    {
        var (payment, now) = (invoice.Payment, clock.GetUtcNow());
        var key = CheckoutSynchronizer.CreateIdempotencyKey(Merchant.Operator, invoice.Id);
        if (await db.Set<OrderPayment>().AnyAsync(p => p.IdempotencyKey == key, cancellationToken))
        {
            return;
        }

        var order = await FindOrderAsync(db, subscription, invoice, key, now, cancellationToken);
        if (order is null || payment.Subtotal != order.Price || order.Status != PlanOrderStatus.Ordered || payment.Total.MinorUnits < 0)
        {
            if (subscription.UpgradePlanId is not null)
            {
                // A renewal at the larger plan's price, reported before the upgrade; it is retried later.
                throw new PaymentProviderException(
                    $"Invoice {invoice.Id} must wait until the upgrade of {subscription.PlanName} is recorded.", isFinal: false);
            }

            var fault =
                $"Invoice {invoice.Id} of {payment.Subtotal} does not match the price of {subscription.PlanName}. No credits were granted.";
            if (!await db.AuditEntries.AnyAsync(a => a.Subject == fault, cancellationToken))
            {
                logger.LogError("{Fault}", fault);
                db.Audit(actor, now, Permission.OrdersConfirm, fault, subscription.ResellerId);
            }

            return;
        }

        if (db.Entry(order).State == EntityState.Detached)
        {
            db.PlanOrders.Add(order);
        }

        var lot = CheckoutSynchronizer.RecordOrderPayment(
            db,
            order,
            Merchant.Operator,
            payment,
            now,
            invoice.PeriodStartUtc < now ? invoice.PeriodStartUtc : now,
            invoice.PeriodEndUtc + RenewalDelay);
        db.Audit(
            actor,
            now,
            Permission.OrdersConfirm,
            $"{payment.Total} paid online for {order.PlanName}, lot of {lot.Conversions} conversions",
            subscription.ResellerId);
        if (invoice.Reason == ProviderInvoiceReason.Begin)
        {
            var checkout = await db.Checkouts.SingleAsync(c => c.Id == checkoutId, cancellationToken);
            (
                checkout.State,
                checkout.PaymentId,
                checkout.PaidAtUtc,
                checkout.Error) = (CheckoutState.Paid, invoice.Id, payment.AtUtc, null);
        }
    }

    /// <summary>The order that an invoice pays; null if it cannot be determined.</summary>
    private static async Task<PlanOrder?> FindOrderAsync(
        PortalDbContext db,
        PlanSubscription subscription,
        ProviderInvoice invoice,
        Guid key,
        DateTimeOffset now,
        CancellationToken cancellationToken)
    {
        switch (invoice.Reason)
        {
            case ProviderInvoiceReason.Begin:
                return db.PlanOrders.Local.SingleOrDefault(o => o.SubscriptionId == subscription.Id && !o.IsAutomatic)
                    ?? await db.PlanOrders.OrderBy(o => o.OrderedAtUtc).FirstAsync(
                        o => o.SubscriptionId == subscription.Id, cancellationToken);
            case ProviderInvoiceReason.Renewal:
                return Order(subscription.PlanName, subscription.Conversions, subscription.PriceMinorUnits);
            case ProviderInvoiceReason.Upgrade when subscription.UpgradePlanId is { } planId:
                var plan = await db.BulkPlans.SingleAsync(p => p.Id == planId, cancellationToken);
                var part = subscription.UpgradeConversions;
                (
                    subscription.PlanId,
                    subscription.PlanName,
                    subscription.Conversions,
                    subscription.PriceMinorUnits) = (plan.Id, plan.Name, plan.Conversions, plan.PriceMinorUnits);
                (subscription.UpgradePlanId, subscription.UpgradeAtUtc, subscription.UpgradeConversions) = (null, null, 0);

                // The provider's prorated charge is the price of the additional conversions.
                return Order($"Upgrade to {plan.Name}", part, invoice.Payment.Subtotal.MinorUnits);
            default:
                return null;
        }

        PlanOrder Order(string name, long conversions, long price) => new()
        {
            ResellerId = subscription.ResellerId,
            PlanId = subscription.PlanId,
            PlanName = name.Truncate(100),
            Conversions = conversions,
            PriceMinorUnits = price,
            Currency = subscription.Currency,
            ValidityDays = Math.Max(1, (invoice.PeriodEndUtc - invoice.PeriodStartUtc).Days),
            Renewal = subscription.Renewal,
            SubscriptionId = subscription.Id,
            IsAutomatic = true,
            OrderedAtUtc = now,
            IdempotencyKey = key,
        };
    }

    private async Task ApplyAsync(
        PortalDbContext db,
        Actor actor,
        PlanSubscription subscription,
        ProviderSubscription incoming,
        CancellationToken cancellationToken)
    {
        var (now, before) = (clock.GetUtcNow(), subscription.State);
        (subscription.State, subscription.CancelsAtPeriodEnd) = (incoming.State ?? subscription.State, incoming.CancelsAtPeriodEnd);
        (subscription.PeriodStartUtc, subscription.PeriodEndUtc) = (incoming.PeriodStartUtc, incoming.PeriodEndUtc);
        if (before == subscription.State)
        {
            return;
        }

        switch (subscription.State)
        {
            case SubscriptionState.PastDue:
                var until = incoming.PeriodStartUtc + Grace;
                (subscription.GraceUntilUtc, subscription.IsGraceEndNotified) = (until, false);
                var orders = db.PlanOrders.Where(o => o.SubscriptionId == subscription.Id).Select(o => (Guid?)o.Id);
                await db.CreditLots
                    .Where(l => orders.Contains(l.PlanOrderId) && l.ExpiresAtUtc >= incoming.PeriodStartUtc && l.ExpiresAtUtc < until)
                    .ExecuteUpdateAsync(set => set.SetProperty(l => l.ExpiresAtUtc, until), cancellationToken);
                NotifyReseller(
                    "was not renewed",
                    $"The renewal of {subscription.PlanName} for {subscription.Price} was not paid. The charge will be retried "
                        + $"automatically.\nThe credits of the last period can be used until {until:yyyy-MM-dd HH:mm} UTC. Check your "
                        + "payment method.\n");
                break;
            case SubscriptionState.Active:
                subscription.GraceUntilUtc = null;
                break;
            default:
                subscription.EndedAtUtc = now;
                subscription.GraceUntilUtc = null;
                NotifyReseller("has ended", $"{subscription.PlanName} will not be renewed. Order another plan to continue.\n");
                break;
        }

        void NotifyReseller(string what, string text)
        {
            db.Notify(subscription.ResellerId, $"{subscription.PlanName} {what}", text, now);
            db.Audit(actor, now, Permission.PlansBuy, $"{subscription.PlanName} {what}", subscription.ResellerId);
        }
    }
}
