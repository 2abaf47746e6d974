using ResellerPortal.Core.Checkouts;
using ResellerPortal.Core.Plans;

namespace ResellerPortal.Core.Subscriptions;

/// <summary>A payment provider's operations for renewing plans, in the operator's account.</summary>
public interface ISubscriptionGateway
{
    /// <returns>Null if there is no such subscription.</returns>
    Task<ProviderSubscription?> ReadSubscriptionAsync(string id, CancellationToken cancellationToken);

    /// <returns>Null if there is no such invoice.</returns>
    Task<ProviderInvoice?> ReadInvoiceAsync(string id, CancellationToken cancellationToken);

    /// <summary>
    /// Upgrades to a larger plan and charges the difference for the rest of the period at once; if the charge fails, nothing changes.
    /// </summary>
    /// <param name="atUtc">When the prorated period starts.</param>
    /// <exception cref="PaymentProviderException">The charge was declined, or the provider is unreachable.</exception>
    Task UpgradeAsync(string subscriptionId, BulkPlan plan, DateTimeOffset atUtc, CancellationToken cancellationToken);

    Task SetCancelAsync(string subscriptionId, bool cancelsAtPeriodEnd, CancellationToken cancellationToken);

    /// <summary>Lists the ids of invoices created since an instant.</summary>
    IAsyncEnumerable<string> ListInvoicesSinceAsync(DateTimeOffset since, CancellationToken cancellationToken);
}

/// <param name="CheckoutId">The checkout that started it; null if it is not ours.</param>
/// <param name="State">Null until its first payment.</param>
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

/// <summary>A provider's invoice for one period of a subscription, or for the rest of one.</summary>
/// <param name="Payment">The payment, carrying the invoice's id; its state shows whether it is paid.</param>
/// <param name="PeriodStartUtc">Start of the period that it pays for.</param>
public sealed record ProviderInvoice(
    string Id,
    string? SubscriptionId,
    ProviderInvoiceReason Reason,
    ProviderPayment Payment,
    DateTimeOffset PeriodStartUtc,
    DateTimeOffset PeriodEndUtc);
