using MudBlazor;
using ResellerPortal.Core.Checkouts;

namespace ResellerPortal.Web.Components;

/// <summary>Describes the outcome of an online payment to the payer.</summary>
public static class CheckoutText
{
    public static (string Text, Severity Severity) For(Checkout checkout) => checkout.State switch
    {
        CheckoutState.Paid => ($"Paid: {checkout.Amount}. Thank you.", Severity.Success),
        CheckoutState.Processing =>
            ($"Your payment of {checkout.Amount} is processing. This can take a few days; no action is needed.", Severity.Info),
        CheckoutState.Failed =>
            ($"Payment failed: {checkout.Error ?? "the payment was declined."} Try again or use another payment method.", Severity.Error),
        CheckoutState.Refused =>
            ("The payment does not match the amount requested. It was not recorded and will be reviewed and refunded.", Severity.Error),
        _ =>
            (
                checkout.Error is { } fault ? $"Not paid yet: {fault}" : "Not paid yet. You can continue where you left off.",
                Severity.Info),
    };
}
