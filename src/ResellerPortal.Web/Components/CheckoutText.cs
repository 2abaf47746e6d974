using MudBlazor;
using ResellerPortal.Core.Checkouts;

namespace ResellerPortal.Web.Components;

/// <summary>What became of an online payment, in words for its payer.</summary>
public static class CheckoutText
{
    public static (string Text, Severity Severity) For(Checkout checkout) => checkout.State switch
    {
        CheckoutState.Paid => ($"Paid: {checkout.Amount}. Thank you.", Severity.Success),
        CheckoutState.Processing =>
            ($"{checkout.Amount} are on their way. That can take some days; nothing else is to be done.", Severity.Info),
        CheckoutState.Failed =>
            ($"It was not paid: {checkout.Error ?? "the payment failed."} Try again, or another way to pay.", Severity.Error),
        CheckoutState.Refused =>
            ("What was paid is not what was asked for. Nothing was booked; the payment is looked into and paid back.", Severity.Error),
        _ =>
            (
                checkout.Error is { } fault ? $"It is not paid yet: {fault}" : "It is not paid yet. You can go on where you left.",
                Severity.Info),
    };
}
