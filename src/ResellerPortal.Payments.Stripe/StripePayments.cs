using System.Runtime.CompilerServices;
using ResellerPortal.Core.Checkouts;
using ResellerPortal.Core.Monetary;
using Stripe;
using Stripe.Checkout;

namespace ResellerPortal.Payments.Stripe;

/// <summary>Reads the current state of payments from Stripe.</summary>
internal sealed class StripePayments(StripeClientFactory clients)
{
    /// <summary>Metadata key of the checkout's id.</summary>
    public const string CheckoutKey = "checkout";

    public async Task<ProviderSession?> ReadSessionAsync(Merchant merchant, string id, CancellationToken cancellationToken)
    {
        var access = await clients.GetAsync(merchant, cancellationToken);
        var session = await StripeClientFactory.FindAsync(
            () => new SessionService(access.Client).GetAsync(id, null, access.Read, cancellationToken));
        return session is null ? null : new ProviderSession(
            session.Id,
            ParseCheckoutId(session.ClientReferenceId),
            session.Status == "expired",
            session.PaymentIntentId ?? (IsFree(session) ? session.Id : null),
            session.SubscriptionId);
    }

    public async Task<ProviderPayment?> ReadAsync(Merchant merchant, string id, CancellationToken cancellationToken)
    {
        var access = await clients.GetAsync(merchant, cancellationToken);
        if (id.StartsWith("cs_", StringComparison.Ordinal))
        {
            return await StripeClientFactory.FindAsync(() => new SessionService(access.Client).GetAsync(
                id, null, access.Read, cancellationToken)) is { } session && IsFree(session) ? CreateFreePayment(session) : null;
        }

        var intent = await StripeClientFactory.FindAsync(
            () => new PaymentIntentService(access.Client).GetAsync(
                id, new PaymentIntentGetOptions { Expand = ["latest_charge"] }, access.Read, cancellationToken));
        return intent is null ? null : await ToPaymentAsync(access, intent, cancellationToken);
    }

    /// <summary>Creates a payment from its intent and related objects.</summary>
    public static async Task<ProviderPayment> ToPaymentAsync(StripeAccess access, PaymentIntent intent, CancellationToken cancellationToken)
    {
        var charge = intent.LatestCharge;
        var state = intent.Status switch
        {
            "succeeded" => ProviderPaymentState.Paid,
            "processing" => ProviderPaymentState.Processing,
            "canceled" => ProviderPaymentState.Failed,
            "requires_payment_method" or "requires_action" when intent.LastPaymentError is not null => ProviderPaymentState.Failed,
            _ => ProviderPaymentState.Open,
        };
        var total = StripeAmount.ToMoney(state == ProviderPaymentState.Paid ? intent.AmountReceived : intent.Amount, intent.Currency);
        var zero = Money.Zero(total.Currency);
        var at = state == ProviderPaymentState.Paid && charge is not null ? charge.Created : intent.Created;
        ProviderPayment payment = new(
            intent.Id, ParseCheckoutId(intent.Metadata?.GetValueOrDefault(CheckoutKey)), state, total, zero, zero, Utc(at))
        {
            Fault = intent.LastPaymentError?.Message ?? (intent.Status == "canceled" ? "The payment was cancelled." : null),
            ReceiptUrl = charge?.ReceiptUrl,
            KeptMethod = intent is { SetupFutureUsage: "off_session", PaymentMethodId: { } method }
                ? new ProviderMethod(method, GetMethodName(charge?.PaymentMethodDetails))
                : null,
        };
        if (payment.CheckoutId is null)
        {
            return payment;
        }

        var sessions = await StripeClientFactory.CallAsync(
            () => new SessionService(access.Client).ListAsync(
                new SessionListOptions { PaymentIntent = intent.Id, Limit = 1 }, access.Read, cancellationToken));
        if (sessions.Data is [{ } session] && session.AmountTotal == intent.Amount)
        {
            payment = WithParts(payment, session) with { SessionId = session.Id };
        }

        return state == ProviderPaymentState.Paid
            ? payment with { Reversals = await ReadReversalsAsync(access, intent.Id, cancellationToken) }
            : payment;
    }

    public async Task<string?> FindIntentIdAsync(Merchant merchant, string objectId, CancellationToken cancellationToken)
    {
        var access = await clients.GetAsync(merchant, cancellationToken);
        return objectId.Split('_')[0] switch
        {
            "ch" or "py" =>
                (await StripeClientFactory.FindAsync(
                    () => new ChargeService(access.Client).GetAsync(objectId, null, access.Read, cancellationToken)))?.PaymentIntentId,
            "re" or "pyr" =>
                (await StripeClientFactory.FindAsync(
                    () => new RefundService(access.Client).GetAsync(objectId, null, access.Read, cancellationToken)))?.PaymentIntentId,
            "dp" or "du" =>
                (await StripeClientFactory.FindAsync(
                    () => new DisputeService(access.Client).GetAsync(objectId, null, access.Read, cancellationToken)))?.PaymentIntentId,
            _ => null,
        };
    }

    public async IAsyncEnumerable<PaymentSummary> ListSinceAsync(
        Merchant merchant,
        DateTimeOffset since,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var access = await clients.GetAsync(merchant, cancellationToken);
        string? last = null;
        StripeList<PaymentIntent> page;
        do
        {
            PaymentIntentListOptions options = new()
            {
                Created = new DateRangeOptions { GreaterThanOrEqual = since.UtcDateTime },
                Limit = 100,
                StartingAfter = last,
                Expand = ["data.latest_charge"],
            };
            page = await StripeClientFactory.CallAsync(
                () => new PaymentIntentService(access.Client).ListAsync(options, access.Read, cancellationToken));
            foreach (var intent in page.Data.Where(i => i.Metadata?.ContainsKey(CheckoutKey) == true))
            {
                yield return new PaymentSummary(
                    intent.Id, intent is { Status: "succeeded", LatestCharge: { AmountRefunded: 0, Disputed: false } });
            }

            last = page.Data.LastOrDefault()?.Id;
        }
        while (page.HasMore);
    }

    public static DateTimeOffset Utc(DateTime instant) => new(DateTime.SpecifyKind(instant, DateTimeKind.Utc));

    public static Guid? ParseCheckoutId(string? text) => Guid.TryParseExact(text, "N", out var id) ? id : null;

    /// <summary>For example "Visa ending in 4242".</summary>
    public static string GetMethodName(ChargePaymentMethodDetails? details) => details switch
    {
        { Card: { } card } => Name(card.Brand, card.Last4),
        { SepaDebit: { } debit } => Name("SEPA account", debit.Last4),
        { Type: { Length: > 0 } type } => Name(type.Replace('_', ' '), null),
        _ => "payment method",
    };

    public static string Name(string? kind, string? ending) =>
        $"{(string.IsNullOrEmpty(kind)
            ? "Card"
            : char.ToUpperInvariant(kind[0]) + kind[1..])}{(string.IsNullOrEmpty(ending) ? "" : $" ending in {ending}")}";

    private static bool IsFree(Session session) =>
        session is { Status: "complete", Mode: "payment", PaymentIntentId: null, AmountTotal: 0 };

    private static ProviderPayment CreateFreePayment(Session session)
    {
        var total = StripeAmount.ToMoney(0, session.Currency);
        return WithParts(
            new ProviderPayment(
                session.Id,
                ParseCheckoutId(session.ClientReferenceId),
                ProviderPaymentState.Paid,
                total,
                total,
                total,
                Utc(session.Created))
            { SessionId = session.Id },
            session);
    }

    private static ProviderPayment WithParts(ProviderPayment payment, Session session) => payment with
    {
        Subtotal = StripeAmount.ToMoney(session.AmountSubtotal ?? 0, session.Currency),
        Discount = StripeAmount.ToMoney(session.TotalDetails?.AmountDiscount ?? 0, session.Currency),
        Tax = StripeAmount.ToMoney(session.TotalDetails?.AmountTax ?? 0, session.Currency),
    };

    private static async Task<IReadOnlyList<ProviderReversal>> ReadReversalsAsync(
        StripeAccess access,
        string intentId,
        CancellationToken cancellationToken)
    {
        var refunds = await StripeClientFactory.CallAsync(() => new RefundService(access.Client).ListAsync(
            new RefundListOptions { PaymentIntent = intentId, Limit = 100 }, access.Read, cancellationToken));
        var disputes = await StripeClientFactory.CallAsync(() => new DisputeService(access.Client).ListAsync(
            new DisputeListOptions { PaymentIntent = intentId, Limit = 100 }, access.Read, cancellationToken));
        return
        [
            .. refunds.Data.Where(r => r.Status is not null).Select(r => new ProviderReversal(
                r.Id,
                ReversalKind.Refund,
                r.Status is "failed" or "canceled" ? ReversalState.Undone : ReversalState.Effective,
                StripeAmount.ToMoney(r.Amount, r.Currency),
                r.Reason ?? "",
                Utc(r.Created))),

            // An inquiry does not withdraw any money.
            .. disputes.Data.Where(d => !d.Status.StartsWith("warning", StringComparison.Ordinal)).Select(d => new ProviderReversal(
                d.Id,
                ReversalKind.Dispute,
                d.Status switch { "won" or "prevented" =>
                    ReversalState.Undone, "lost" => ReversalState.Final, _ => ReversalState.Effective },
                StripeAmount.ToMoney(d.Amount, d.Currency),
                d.Reason ?? "",
                Utc(d.Created))),
        ];
    }
}
