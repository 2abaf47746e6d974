using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Checkouts;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Subscriptions;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.PaymentEvents;

/// <summary>
/// Asks a payment provider how something stands now, and brings the books in line. Events, return pages and repairs all come
/// here, so none depends on what came before it.
/// </summary>
public sealed class PaymentEventDispatcher(
    PortalDatabase database,
    IOnlineGateway online,
    ISubscriptionGateway subscriptions,
    CheckoutSynchronizer checkouts,
    SubscriptionSynchronizer subscriptionBook,
    PaymentAccountService accounts)
{
    private static readonly TenantScope Links = TenantScope.CrossTenants("a payer who comes back by an invoice's pay link");

    /// <summary>Follows up an event.</summary>
    /// <returns>What came of it; null where it means nothing here.</returns>
    /// <exception cref="PaymentProviderException">The provider could not be asked.</exception>
    public async Task<string?> DispatchAsync(Merchant merchant, string kind, string objectId, CancellationToken cancellationToken)
    {
        if (merchant.IsConnected && await accounts.FindOwnerAsync(merchant, cancellationToken) is null)
        {
            return null;
        }

        var topic = kind.Split('.');
        return topic[0] switch
        {
            "checkout" => await SessionAsync(merchant, objectId, cancellationToken),
            "payment_intent" => await PaymentAsync(merchant, objectId, cancellationToken),
            "charge" or "refund" =>
                await online.FindPaymentIdAsync(merchant, objectId, cancellationToken) is { } payment
                    ? await PaymentAsync(merchant, payment, cancellationToken)
                    : null,
            "invoice" when merchant.IsOperator => await InvoiceAsync(objectId, cancellationToken),
            "customer" when merchant.IsOperator && topic is [_, "subscription", ..] =>
                DescribeResult(await subscriptionBook.SyncAsync(objectId, null, cancellationToken) is not null, "subscription followed"),
            "payment_method" when topic[^1] == "detached" =>
                DescribeResult(await ForgetAsync(merchant, objectId, cancellationToken), "payment method forgotten"),
            "account" when merchant.IsConnected =>
                DescribeResult(await accounts.SyncAsync(merchant.Key, cancellationToken), "account read"),
            _ => null,
        };
    }

    /// <summary>What became of a checkout whose payer is back from the provider's page.</summary>
    /// <returns>Null where it does not exist for this seat.</returns>
    public async Task<Checkout?> ReturnAsync(Actor actor, Guid checkoutId, CancellationToken cancellationToken = default)
    {
        await using var db = database.Open(actor.Scope);
        return await ReturnAsync(
            db, await db.Checkouts.AsNoTracking().SingleOrDefaultAsync(c => c.Id == checkoutId, cancellationToken), cancellationToken);
    }

    /// <summary>The same for somebody who pays by an invoice's link.</summary>
    public async Task<Checkout?> ReturnByLinkAsync(Guid invoiceId, Guid checkoutId, CancellationToken cancellationToken = default)
    {
        await using var db = database.Open(Links);
        return await ReturnAsync(
            db,
            await db.Checkouts.AsNoTracking().SingleOrDefaultAsync(c => c.Id == checkoutId && c.SubjectId == invoiceId, cancellationToken),
            cancellationToken);
    }

    internal async Task<string?> PaymentAsync(Merchant merchant, string paymentId, CancellationToken cancellationToken) =>
        await online.ReadPaymentAsync(merchant, paymentId, cancellationToken) is { } payment
            && await checkouts.ApplyAsync(merchant, payment, cancellationToken) is { } checkout
            ? $"checkout is {checkout.State.ToString().ToLowerInvariant()}"
            : null;

    internal async Task<string?> InvoiceAsync(string invoiceId, CancellationToken cancellationToken) =>
        await subscriptions.ReadInvoiceAsync(invoiceId, cancellationToken) is { SubscriptionId: { } subscription } invoice
            ? DescribeResult(
                await subscriptionBook.SyncAsync(subscription, invoice, cancellationToken) is not null, "subscription followed")
            : null;

    private async Task<string?> SessionAsync(Merchant merchant, string sessionId, CancellationToken cancellationToken)
    {
        if (await online.ReadSessionAsync(merchant, sessionId, cancellationToken) is not { } session)
        {
            return null;
        }

        if (session is { SubscriptionId: { } subscription } && merchant.IsOperator)
        {
            return DescribeResult(await BeganAsync(subscription, cancellationToken), "subscription followed");
        }

        return session.PaymentId is { } payment && await PaymentAsync(merchant, payment, cancellationToken) is { } told ? told
            : session.IsOver
            ? DescribeResult(await checkouts.ExpireAsync(merchant, session, cancellationToken) is not null, "checkout has expired")
            : DescribeResult(await checkouts.FindAsync(merchant, session.CheckoutId, cancellationToken) is not null, "checkout is open");
    }

    /// <summary>A subscription's first invoice is found through the subscription, for its own event may come later, or never.</summary>
    private async Task<bool> BeganAsync(string subscriptionId, CancellationToken cancellationToken)
    {
        var first = await subscriptions.ReadSubscriptionAsync(subscriptionId, cancellationToken) is { LatestInvoiceId: { } invoice }
            ? await subscriptions.ReadInvoiceAsync(invoice, cancellationToken)
            : null;
        return await subscriptionBook.SyncAsync(subscriptionId, first, cancellationToken) is not null;
    }

    private async Task<Checkout?> ReturnAsync(PortalDbContext db, Checkout? checkout, CancellationToken cancellationToken)
    {
        if (checkout is null || checkout.IsSettled || checkout.SessionId is not { } session)
        {
            return checkout;
        }

        try
        {
            await SessionAsync(checkout.Merchant, session, cancellationToken);
        }
        catch (PaymentProviderException)
        {
            // The event that is on its way tells the same.
            return checkout;
        }

        return await db.Checkouts.AsNoTracking().SingleAsync(c => c.Id == checkout.Id, cancellationToken);
    }

    private async Task<bool> ForgetAsync(Merchant merchant, string methodId, CancellationToken cancellationToken)
    {
        if (await online.KeepsMethodAsync(merchant, methodId, cancellationToken))
        {
            return false;
        }

        await using var db = database.Open(TenantScope.CrossTenants("a payment method that its provider forgot"));
        return await db.Payers.Where(p => p.Merchant == merchant && p.MethodId == methodId)
            .ExecuteUpdateAsync(
                set => set.SetProperty(p => p.MethodId, (string?)null).SetProperty(p => p.MethodName, (string?)null),
                cancellationToken) > 0;
    }

    private static string? DescribeResult(bool isOurs, string what) => isOurs ? what : null;
}
