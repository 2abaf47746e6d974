using ResellerPortal.Core.Checkouts;
using ResellerPortal.Core.Plans;

namespace ResellerPortal.Core.Subscriptions;

/// <summary>What a payment provider does for plans that renew. All of it is in the operator's account.</summary>
public interface ISubscriptionGateway
{
    /// <returns>Null where there is none.</returns>
    Task<ProviderSubscription?> ReadSubscriptionAsync(string id, CancellationToken cancellationToken);

    /// <returns>Null where there is none.</returns>
    Task<ProviderInvoice?> ReadInvoiceAsync(string id, CancellationToken cancellationToken);

    /// <summary>
    /// Changes to a larger plan and charges the difference for the rest of the period at once; if that fails, nothing is changed.
    /// </summary>
    /// <param name="atUtc">From when the difference counts.</param>
    /// <exception cref="PaymentProviderException">The charge was declined, or the provider cannot be reached.</exception>
    Task UpgradeAsync(string subscriptionId, BulkPlan plan, DateTimeOffset atUtc, CancellationToken cancellationToken);

    Task SetCancelAsync(string subscriptionId, bool cancelsAtPeriodEnd, CancellationToken cancellationToken);

    /// <summary>Ids of invoices that were made since an instant.</summary>
    IAsyncEnumerable<string> InvoicesSinceAsync(DateTimeOffset since, CancellationToken cancellationToken);
}

/// <param name="CheckoutId">The checkout that began it, in our words; null where it is not ours.</param>
/// <param name="State">Null while its first payment is not made.</param>
public sealed record ProviderSubscription(
    string Id,
    Guid? CheckoutId,
    SubscriptionState? State,
    bool CancelsAtPeriodEnd,
    DateTimeOffset PeriodStartUtc,
    DateTimeOffset PeriodEndUtc,
    ProviderMethod? Method,
    string? LatestInvoiceId);

public enum ProviderInvoiceReason
{
    Begin,
    Renewal,
    Upgrade,
    Other,
}

/// <summary>An invoice of the provider for one period of a subscription, or for the rest of one.</summary>
/// <param name="Payment">What is paid, with the invoice's id; its state tells whether it is.</param>
/// <param name="PeriodStartUtc">Of the period that it pays for.</param>
public sealed record ProviderInvoice(
    string Id,
    string? SubscriptionId,
    ProviderInvoiceReason Reason,
    ProviderPayment Payment,
    DateTimeOffset PeriodStartUtc,
    DateTimeOffset PeriodEndUtc);
