using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Checkouts;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Subscriptions;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.PaymentEvents;

/// <summary>
/// Reads the current state from a payment provider and updates the portal's records. Events, return pages and repairs all use it, so that
/// none depends on the order of events.
/// </summary>
public sealed class PaymentEventDispatcher(
    PortalDatabase database,
    IOnlineGateway online,
    ISubscriptionGateway subscriptions,
    CheckoutSynchronizer checkouts,
    SubscriptionSynchronizer subscriptionSynchronizer,
    PaymentAccountService accounts)
{
    private static readonly TenantScope Links = TenantScope.CrossTenants("payer returning through a pay link");

    /// <summary>Handles an event.</summary>
    /// <returns>The result; null if the event is not relevant.</returns>
    /// <exception cref="PaymentProviderException">The provider could not be reached.</exception>
    public async Task<string?> DispatchAsync(Merchant merchant, string kind, string objectId, CancellationToken cancellationToken)
    {
        if (merchant.IsConnected && await accounts.FindOwnerAsync(merchant, cancellationToken) is null)
        {
            return null;
        }

        var topic = kind.Split('.');
        return topic[0] switch
        {
            "checkout" => await SyncSessionAsync(merchant, objectId, cancellationToken),
            "payment_intent" => await SyncPaymentAsync(merchant, objectId, cancellationToken),
            "charge" or "refund" =>
                await online.FindPaymentIdAsync(merchant, objectId, cancellationToken) is { } payment
                    ? await SyncPaymentAsync(merchant, payment, cancellationToken)
                    : null,
            "invoice" when merchant.IsOperator => await SyncInvoiceAsync(objectId, cancellationToken),
            "customer" when merchant.IsOperator && topic is [_, "subscription", ..] =>
                DescribeResult(
                    await subscriptionSynchronizer.SyncAsync(objectId, null, cancellationToken) is not null, "subscription updated"),
            "payment_method" when topic[^1] == "detached" =>
                DescribeResult(await ForgetMethodAsync(merchant, objectId, cancellationToken), "payment method deleted"),
            "account" when merchant.IsConnected =>
                DescribeResult(await accounts.SyncAsync(merchant.Key, cancellationToken), "account updated"),
            _ => null,
        };
    }

    /// <summary>Updates a checkout when its payer returns from the provider's page.</summary>
    /// <returns>Null if the checkout does not exist for this actor.</returns>
    public async Task<Checkout?> HandleReturnAsync(Actor actor, Guid checkoutId, CancellationToken cancellationToken = default)
    {
        await using var db = database.Open(actor.Scope);
        return await HandleReturnAsync(
            db, await db.Checkouts.AsNoTracking().SingleOrDefaultAsync(c => c.Id == checkoutId, cancellationToken), cancellationToken);
    }

    /// <summary>Updates a checkout when its payer returns through a pay link.</summary>
    public async Task<Checkout?> HandleReturnByLinkAsync(Guid invoiceId, Guid checkoutId, CancellationToken cancellationToken = default)
    {
        await using var db = database.Open(Links);
        return await HandleReturnAsync(
            db,
            await db.Checkouts.AsNoTracking().SingleOrDefaultAsync(c => c.Id == checkoutId && c.SubjectId == invoiceId, cancellationToken),
            cancellationToken);
    }

    internal async Task<string?> SyncPaymentAsync(Merchant merchant, string paymentId, CancellationToken cancellationToken) =>
        await online.ReadPaymentAsync(merchant, paymentId, cancellationToken) is { } payment
            && await checkouts.ApplyAsync(merchant, payment, cancellationToken) is { } checkout
            ? $"checkout is {checkout.State.ToString().ToLowerInvariant()}"
            : null;

    internal async Task<string?> SyncInvoiceAsync(string invoiceId, CancellationToken cancellationToken) =>
        await subscriptions.ReadInvoiceAsync(invoiceId, cancellationToken) is { SubscriptionId: { } subscription } invoice
            ? DescribeResult(
                await subscriptionSynchronizer.SyncAsync(subscription, invoice, cancellationToken) is not null, "subscription updated")
            : null;

    private async Task<string?> SyncSessionAsync(Merchant merchant, string sessionId, CancellationToken cancellationToken)
    {
        if (await online.ReadSessionAsync(merchant, sessionId, cancellationToken) is not { } session)
        {
            return null;
        }

        if (session is { SubscriptionId: { } subscription } && merchant.IsOperator)
        {
            return DescribeResult(await SyncFirstInvoiceAsync(subscription, cancellationToken), "subscription updated");
        }

        return session.PaymentId is { } payment && await SyncPaymentAsync(merchant, payment, cancellationToken) is { } result ? result
            : session.IsOver
            ? DescribeResult(await checkouts.ExpireAsync(merchant, session, cancellationToken) is not null, "checkout has expired")
            : DescribeResult(await checkouts.FindAsync(merchant, session.CheckoutId, cancellationToken) is not null, "checkout is open");
    }

    /// <summary>Finds a subscription's first invoice through the subscription, because its own event may arrive later or never.</summary>
    private async Task<bool> SyncFirstInvoiceAsync(string subscriptionId, CancellationToken cancellationToken)
    {
        var first = await subscriptions.ReadSubscriptionAsync(subscriptionId, cancellationToken) is { LatestInvoiceId: { } invoice }
            ? await subscriptions.ReadInvoiceAsync(invoice, cancellationToken)
            : null;
        return await subscriptionSynchronizer.SyncAsync(subscriptionId, first, cancellationToken) is not null;
    }

    private async Task<Checkout?> HandleReturnAsync(PortalDbContext db, Checkout? checkout, CancellationToken cancellationToken)
    {
        if (checkout is null || checkout.IsSettled || checkout.SessionId is not { } session)
        {
            return checkout;
        }

        try
        {
            await SyncSessionAsync(checkout.Merchant, session, cancellationToken);
        }
        catch (PaymentProviderException)
        {
            // The pending event will report the same.
            return checkout;
        }

        return await db.Checkouts.AsNoTracking().SingleAsync(c => c.Id == checkout.Id, cancellationToken);
    }

    private async Task<bool> ForgetMethodAsync(Merchant merchant, string methodId, CancellationToken cancellationToken)
    {
        if (await online.HasMethodAsync(merchant, methodId, cancellationToken))
        {
            return false;
        }

        await using var db = database.Open(TenantScope.CrossTenants("payment method deleted at the provider"));
        return await db.Payers.Where(p => p.Merchant == merchant && p.MethodId == methodId)
            .ExecuteUpdateAsync(
                set => set.SetProperty(p => p.MethodId, (string?)null).SetProperty(p => p.MethodName, (string?)null),
                cancellationToken) > 0;
    }

    private static string? DescribeResult(bool isOurs, string what) => isOurs ? what : null;
}
