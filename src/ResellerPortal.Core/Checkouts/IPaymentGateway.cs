using ResellerPortal.Core.Access;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Plans;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Checkouts;

/// <summary>How a payment is made.</summary>
public enum PaymentMethodKind
{
    /// <summary>Outside the portal: by transfer, cheque or on account, confirmed manually.</summary>
    Transfer,

    /// <summary>On a payment provider's page.</summary>
    Online,
}

/// <summary>What is to be paid, and by whom.</summary>
/// <param name="Subject">The description shown to the payer: "Invoice INV-2026-0007" or the plan's name.</param>
/// <param name="Reference">The reference for a transfer.</param>
/// <param name="Account">The account for a transfer; empty if none is configured.</param>
/// <param name="Checkout">The attempt; null for a transfer.</param>
/// <param name="Payer">The payer who saves a method or subscribes; null if neither applies.</param>
/// <param name="Plan">The plan that renews; null for a one-off payment.</param>
/// <param name="ReturnUrl">Where the payer returns to.</param>
public sealed record PaymentRequest(
    string Subject,
    string Reference,
    Money Amount,
    BankAccount Account,
    string Instructions,
    Checkout? Checkout = null,
    Payer? Payer = null,
    PayerDetails? Details = null,
    BulkPlan? Plan = null,
    string ReturnUrl = "");

/// <param name="Email">Where the provider sends its receipt.</param>
public sealed record PayerDetails(string Name, string Email, string Language)
{
    public static PayerDetails FromReseller(Reseller reseller) => new(reseller.Name, reseller.Email, reseller.Language);
}

/// <summary>The next step: a page to open, or a transfer to make.</summary>
public sealed record PaymentStart(string? Url, TransferDetails? Transfer, string? SessionId = null, DateTimeOffset? ExpiresAtUtc = null);

/// <param name="Account">Empty if none is configured; <paramref name="Instructions"/> then explain how to pay.</param>
public sealed record TransferDetails(Money Amount, string Reference, BankAccount Account, string Instructions);

/// <summary>A way to be paid: <see cref="TransferGateway"/>, or a payment provider's online gateway.</summary>
public interface IPaymentGateway
{
    PaymentMethodKind Method { get; }

    /// <summary>Starts a payment. Repeated calls for the same checkout return the same result.</summary>
    /// <exception cref="PaymentProviderException">The provider is unreachable or refuses.</exception>
    Task<PaymentStart> StartAsync(PaymentRequest request, CancellationToken cancellationToken);

    /// <summary>Refunds part or all of a payment.</summary>
    /// <param name="paymentId">The provider's id; identifies the payment if a checkout received two.</param>
    /// <param name="key">Idempotency key of the refund.</param>
    /// <returns>What must still be done manually; null if nothing.</returns>
    /// <exception cref="PaymentProviderException">The provider is unreachable or refuses.</exception>
    Task<string?> RefundAsync(Checkout checkout, string paymentId, Money amount, Guid key, CancellationToken cancellationToken);
}

/// <summary>A payment provider. The current state of a payment is authoritative, never the content of an event.</summary>
public interface IOnlineGateway : IPaymentGateway
{
    /// <summary>Whether the operator has an account there.</summary>
    bool IsConfigured { get; }

    /// <summary>The operator's fee on payments to connected accounts, in basis points.</summary>
    int FeeBasisPoints { get; }

    /// <summary>Registers the payer with the merchant's provider.</summary>
    /// <returns>The provider's id of the payer.</returns>
    Task<string> CreatePayerAsync(Payer payer, PayerDetails details, CancellationToken cancellationToken);

    /// <summary>Charges a saved method off-session. Repeated calls for the same checkout charge once.</summary>
    Task<ProviderPayment> ChargeAsync(Checkout checkout, Payer payer, string subject, CancellationToken cancellationToken);

    /// <returns>Null if there is no such session.</returns>
    Task<ProviderSession?> ReadSessionAsync(Merchant merchant, string id, CancellationToken cancellationToken);

    /// <summary>Reads a payment with its refunds and disputes.</summary>
    /// <returns>Null if there is no such payment.</returns>
    Task<ProviderPayment?> ReadPaymentAsync(Merchant merchant, string id, CancellationToken cancellationToken);

    /// <summary>Finds the payment of a charge, refund or dispute; null if there is none.</summary>
    Task<string?> FindPaymentIdAsync(Merchant merchant, string objectId, CancellationToken cancellationToken);

    /// <summary>Closes a page so that it can no longer be paid. Pages that are paid or gone are left as they are.</summary>
    Task CloseAsync(Merchant merchant, string sessionId, CancellationToken cancellationToken);

    /// <summary>Whether a payer's method is still saved.</summary>
    Task<bool> HasMethodAsync(Merchant merchant, string methodId, CancellationToken cancellationToken);

    /// <summary>Deletes a payer's saved method.</summary>
    Task ForgetMethodAsync(Merchant merchant, string methodId, CancellationToken cancellationToken);

    /// <summary>Lists payments of checkouts started since an instant, newest first.</summary>
    IAsyncEnumerable<PaymentSummary> ListPaymentsSinceAsync(Merchant merchant, DateTimeOffset since, CancellationToken cancellationToken);
}

public enum ProviderPaymentState
{
    Open,
    Processing,
    Paid,
    Failed,
}

/// <summary>A payment as listed by the provider, without its details.</summary>
/// <param name="IsPlain">Whether it is paid with no refund or dispute.</param>
public sealed record PaymentSummary(string Id, bool IsPlain);

/// <summary>The current state of a provider's page.</summary>
/// <param name="CheckoutId">The checkout it was opened for; null if it is not ours.</param>
/// <param name="PaymentId">Null until there is one; the session's own id if nothing was left to pay.</param>
public sealed record ProviderSession(string Id, Guid? CheckoutId, bool IsOver, string? PaymentId, string? SubscriptionId);

/// <summary>The current state of a payment at the provider.</summary>
/// <param name="CheckoutId">The checkout it was made for; null if it is not ours.</param>
/// <param name="Subtotal">The amount before promotions and tax.</param>
public sealed record ProviderPayment(
    string Id,
    Guid? CheckoutId,
    ProviderPaymentState State,
    Money Subtotal,
    Money Discount,
    Money Tax,
    DateTimeOffset AtUtc)
{
    public Money Total => Subtotal - Discount + Tax;

    /// <summary>The page where it was made; null if there is none.</summary>
    public string? SessionId { get; init; }

    /// <summary>Why it failed, as stated by the provider.</summary>
    public string? Fault { get; init; }

    public string? ReceiptUrl { get; init; }

    /// <summary>The method used; null if it was not saved.</summary>
    public ProviderMethod? KeptMethod { get; init; }

    public IReadOnlyList<ProviderReversal> Reversals { get; init; } = [];
}

/// <param name="Name">For example "Visa ending in 4242".</param>
public sealed record ProviderMethod(string Id, string Name);

public sealed record ProviderReversal(string Id, ReversalKind Kind, ReversalState State, Money Amount, string Reason, DateTimeOffset AtUtc);

/// <summary>The provider failed to carry out a request.</summary>
/// <param name="message">Text for people.</param>
/// <param name="isFinal">Whether retrying is pointless.</param>
public sealed class PaymentProviderException(string message, bool isFinal, Exception? cause = null) : Exception(message, cause)
{
    public bool IsFinal { get; } = isFinal;

    public Refusal Refusal => Refusal.Because(Message);
}
