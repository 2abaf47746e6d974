using ResellerPortal.Core.Access;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Plans;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Checkouts;

/// <summary>How somebody pays.</summary>
public enum PaymentMethodKind
{
    /// <summary>Outside the portal: by transfer, cheque or on account. Somebody confirms it.</summary>
    Transfer,

    /// <summary>At a payment provider's page.</summary>
    Online,
}

/// <summary>What is to be paid, and by whom.</summary>
/// <param name="Subject">What the payer reads: "Invoice INV-2026-0007", the plan's name.</param>
/// <param name="Reference">What a transfer is to carry.</param>
/// <param name="Account">Where a transfer goes; not given where nobody named one.</param>
/// <param name="Checkout">The attempt that it is; null for a transfer.</param>
/// <param name="Payer">Who keeps a method or subscribes; null where neither is wanted.</param>
/// <param name="Plan">The plan that renews; null for what is paid once.</param>
/// <param name="ReturnUrl">Where the payer comes back to.</param>
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

/// <summary>How to go on: a page to open, or a transfer to make.</summary>
public sealed record PaymentStart(string? Url, TransferDetails? Transfer, string? SessionId = null, DateTimeOffset? ExpiresAtUtc = null);

/// <param name="Account">Not given where nobody named one; then <paramref name="Instructions"/> say how.</param>
public sealed record TransferDetails(Money Amount, string Reference, BankAccount Account, string Instructions);

/// <summary>A way to be paid. There are two: <see cref="TransferGateway"/>, and the online one of a payment provider.</summary>
public interface IPaymentGateway
{
    PaymentMethodKind Method { get; }

    /// <summary>Begins a payment. Asked again for the same checkout it answers the same.</summary>
    /// <exception cref="PaymentProviderException">The provider cannot be reached, or refuses.</exception>
    Task<PaymentStart> StartAsync(PaymentRequest request, CancellationToken cancellationToken);

    /// <summary>Gives money of a payment back.</summary>
    /// <param name="paymentId">The provider's id of it: of two that came for one checkout, the one that is meant.</param>
    /// <param name="key">The same key gives it back once.</param>
    /// <returns>What is still to do by hand; null for nothing.</returns>
    /// <exception cref="PaymentProviderException">The provider cannot be reached, or refuses.</exception>
    Task<string?> RefundAsync(Checkout checkout, string paymentId, Money amount, Guid key, CancellationToken cancellationToken);
}

/// <summary>A payment provider. What it says of a payment now is what counts, never what an event said of it.</summary>
public interface IOnlineGateway : IPaymentGateway
{
    /// <summary>Whether the operator has an account there.</summary>
    bool IsConfigured { get; }

    /// <summary>What the operator keeps of payments to connected accounts, in hundredths of a percent.</summary>
    int FeeBasisPoints { get; }

    /// <summary>Makes the payer known to the merchant's provider.</summary>
    /// <returns>The provider's id of it.</returns>
    Task<string> CreatePayerAsync(Payer payer, PayerDetails details, CancellationToken cancellationToken);

    /// <summary>Charges a saved method while nobody is there. Asked again for the same checkout it charges once.</summary>
    Task<ProviderPayment> ChargeAsync(Checkout checkout, Payer payer, string subject, CancellationToken cancellationToken);

    /// <returns>Null where there is none.</returns>
    Task<ProviderSession?> ReadSessionAsync(Merchant merchant, string id, CancellationToken cancellationToken);

    /// <summary>A payment with its refunds and disputes.</summary>
    /// <returns>Null where there is none.</returns>
    Task<ProviderPayment?> ReadPaymentAsync(Merchant merchant, string id, CancellationToken cancellationToken);

    /// <summary>The payment that a charge, a refund or a dispute is of; null where there is none.</summary>
    Task<string?> FindPaymentIdAsync(Merchant merchant, string objectId, CancellationToken cancellationToken);

    /// <summary>Closes a page, so that nobody pays there any more. One that is paid or gone already stays so.</summary>
    Task CloseAsync(Merchant merchant, string sessionId, CancellationToken cancellationToken);

    /// <summary>Whether a payer's method is still there.</summary>
    Task<bool> KeepsMethodAsync(Merchant merchant, string methodId, CancellationToken cancellationToken);

    /// <summary>Has a payer's method forgotten.</summary>
    Task ForgetMethodAsync(Merchant merchant, string methodId, CancellationToken cancellationToken);

    /// <summary>Payments for checkouts that were begun since an instant, oldest last.</summary>
    IAsyncEnumerable<PaymentSummary> PaymentsSinceAsync(Merchant merchant, DateTimeOffset since, CancellationToken cancellationToken);
}

public enum ProviderPaymentState
{
    Open,
    Processing,
    Paid,
    Failed,
}

/// <summary>What a list of payments tells without asking for each.</summary>
/// <param name="IsPlain">Whether it is paid, and nothing of it was given back or disputed.</param>
public sealed record PaymentSummary(string Id, bool IsPlain);

/// <summary>A provider's page as it is now.</summary>
/// <param name="CheckoutId">The checkout that it was opened for, in our words; null where it is not ours.</param>
/// <param name="PaymentId">Null before there is one; the session's own id where nothing was left to pay.</param>
public sealed record ProviderSession(string Id, Guid? CheckoutId, bool IsOver, string? PaymentId, string? SubscriptionId);

/// <summary>A payment as the provider has it now.</summary>
/// <param name="CheckoutId">The checkout that it was made for, in our words; null where it is not ours.</param>
/// <param name="Subtotal">Before promotions and tax.</param>
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

    /// <summary>The page that it was made at; null for none.</summary>
    public string? SessionId { get; init; }

    /// <summary>Why it failed, in the provider's words.</summary>
    public string? Fault { get; init; }

    public string? ReceiptUrl { get; init; }

    /// <summary>The method it was made with; null where it was not kept.</summary>
    public ProviderMethod? KeptMethod { get; init; }

    public IReadOnlyList<ProviderReversal> Reversals { get; init; } = [];
}

/// <param name="Name">"Visa ending in 4242".</param>
public sealed record ProviderMethod(string Id, string Name);

public sealed record ProviderReversal(string Id, ReversalKind Kind, ReversalState State, Money Amount, string Reason, DateTimeOffset AtUtc);

/// <summary>The provider did not do what it was asked for.</summary>
/// <param name="message">Words for people.</param>
/// <param name="isFinal">Whether asking again is of no use.</param>
public sealed class PaymentProviderException(string message, bool isFinal, Exception? cause = null) : Exception(message, cause)
{
    public bool IsFinal { get; } = isFinal;

    public Refusal Refusal => Refusal.Because(Message);
}
