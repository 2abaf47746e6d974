using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Auditing;
using ResellerPortal.Core.Checkouts;
using ResellerPortal.Core.Credits;
using ResellerPortal.Core.Notices;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Plans;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Subscriptions;

/// <summary>
/// Brings subscriptions and their lots in line with what the provider says of them now: one lot for each of its invoices that
/// is paid, however often and in whatever order it is told.
/// </summary>
public sealed class SubscriptionSynchronizer(
    PortalDatabase database,
    ISubscriptionGateway gateway,
    CheckoutSynchronizer checkouts,
    TimeProvider clock,
    ILogger<SubscriptionSynchronizer> logger)
{
    /// <summary>How long credits may be used though their renewal is not paid.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromDays(7);

    /// <summary>How long after a period its renewal is paid where all goes well: providers wait an hour with the charge.</summary>
    private static readonly TimeSpan RenewalTakes = TimeSpan.FromDays(1);

    private static readonly TenantScope Everybody = TenantScope.CrossTenants("a payment provider's word on any reseller's subscription");

    /// <summary>Takes in a subscription and the invoice that told of it.</summary>
    /// <returns>The reseller that it belongs to; null where it is none of ours.</returns>
    /// <exception cref="PaymentProviderException">The provider cannot be asked, or the invoice comes before one that it builds
    /// on.</exception>
    public async Task<ResellerId?> SyncAsync(string subscriptionId, ProviderInvoice? invoice, CancellationToken cancellationToken)
    {
        if (await gateway.ReadSubscriptionAsync(subscriptionId, cancellationToken) is not { } told
            || await checkouts.FindAsync(
                Merchant.Operator, told.CheckoutId, cancellationToken) is not { Purpose: CheckoutPurpose.PlanOrder } checkout)
        {
            return null;
        }

        var reseller = checkout.ResellerId!.Value;
        var actor = Actor.Portal("payment provider", TenantScope.ForReseller(reseller));
        await using var db = database.Open(actor.Scope);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        await database.LockRowsAsync<Reseller>(db, [reseller.Value], cancellationToken);
        await database.LockRowsAsync<PlanOrder>(db, [checkout.SubjectId], cancellationToken);
        await database.LockRowsAsync<Checkout>(db, [checkout.Id], cancellationToken);
        var subscription = await db.PlanSubscriptions.SingleOrDefaultAsync(s => s.ProviderId == told.Id, cancellationToken);
        if (subscription is null)
        {
            if (told.State is null || await BeginAsync(db, told, checkout, cancellationToken) is not { } begun)
            {
                return reseller;
            }

            subscription = begun;
        }

        if (invoice is { Payment.State: ProviderPaymentState.Paid })
        {
            await PayAsync(db, actor, subscription, checkout.Id, invoice, cancellationToken);
        }

        await ApplyAsync(db, actor, subscription, told, cancellationToken);
        await CheckoutSynchronizer.KeepMethodAsync(db, checkout, told.Method, cancellationToken);
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return reseller;
    }

    /// <summary>Whether an invoice's lot is there; for the comparison with the provider's books.</summary>
    internal async Task<bool> HasCreditLotAsync(string invoiceId, CancellationToken cancellationToken)
    {
        await using var db = database.Open(Everybody);
        var key = CheckoutSynchronizer.CreateIdempotencyKey(Merchant.Operator, invoiceId);
        return await db.Set<OrderPayment>().AnyAsync(p => p.IdempotencyKey == key, cancellationToken);
    }

    private async Task<PlanSubscription?> BeginAsync(
        PortalDbContext db,
        ProviderSubscription told,
        Checkout checkout,
        CancellationToken cancellationToken)
    {
        var order = await db.PlanOrders.SingleAsync(o => o.Id == checkout.SubjectId, cancellationToken);
        if (order.SubscriptionId is not null)
        {
            logger.LogError(
                "Subscription {Subscription} came for an order that {Other} began already. It is not taken.",
                told.Id,
                order.SubscriptionId);
            return null;
        }

        var subscription = new PlanSubscription
        {
            ResellerId = order.ResellerId,
            ProviderId = told.Id,
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
                // A renewal at the larger plan's price, told of before the upgrade is: it is told of again.
                throw new PaymentProviderException(
                    $"Invoice {invoice.Id} has to wait until the upgrade of {subscription.PlanName} is entered.", isFinal: false);
            }

            var fault =
                $"Invoice {invoice.Id} of {payment.Subtotal} is not what {subscription.PlanName} costs. No credits were granted for it.";
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
            invoice.PeriodEndUtc + RenewalTakes);
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

    /// <summary>The order that an invoice pays; null where it is not to be made out.</summary>
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

                // What the provider charges for the rest of the period is the price of the conversions that come with it.
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
        ProviderSubscription told,
        CancellationToken cancellationToken)
    {
        var (now, before) = (clock.GetUtcNow(), subscription.State);
        (subscription.State, subscription.CancelsAtPeriodEnd) = (told.State ?? subscription.State, told.CancelsAtPeriodEnd);
        (subscription.PeriodStartUtc, subscription.PeriodEndUtc) = (told.PeriodStartUtc, told.PeriodEndUtc);
        if (before == subscription.State)
        {
            return;
        }

        switch (subscription.State)
        {
            case SubscriptionState.PastDue:
                var until = told.PeriodStartUtc + Grace;
                (subscription.GraceUntilUtc, subscription.IsGraceEndNotified) = (until, false);
                var orders = db.PlanOrders.Where(o => o.SubscriptionId == subscription.Id).Select(o => (Guid?)o.Id);
                await db.CreditLots
                    .Where(l => orders.Contains(l.PlanOrderId) && l.ExpiresAtUtc >= told.PeriodStartUtc && l.ExpiresAtUtc < until)
                    .ExecuteUpdateAsync(set => set.SetProperty(l => l.ExpiresAtUtc, until), cancellationToken);
                Tell(
                    "was not renewed",
                    $"The renewal of {subscription.PlanName} for {subscription.Price} was not paid. The charge is tried again by "
                        + $"itself.\nThe credits of the last period can be used until {until:yyyy-MM-dd HH:mm} UTC. See that your payment "
                        + "method works.\n");
                break;
            case SubscriptionState.Active:
                subscription.GraceUntilUtc = null;
                break;
            default:
                subscription.EndedAtUtc = now;
                subscription.GraceUntilUtc = null;
                Tell("has ended", $"{subscription.PlanName} is not renewed any more. Order another plan to go on.\n");
                break;
        }

        void Tell(string what, string text)
        {
            db.Notify(subscription.ResellerId, $"{subscription.PlanName} {what}", text, now);
            db.Audit(actor, now, Permission.PlansBuy, $"{subscription.PlanName} {what}", subscription.ResellerId);
        }
    }
}
