using Microsoft.AspNetCore.Components;
using MudBlazor;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Checkouts;
using ResellerPortal.Web.Account;
using ResellerPortal.Web.Components;

namespace ResellerPortal.Web.ResellerPages.Payments;

public sealed partial class OnlinePaymentsCard(
    CurrentActor current,
    OnlineRefundService refunds,
    IDialogService dialogs,
    ISnackbar snackbar)
{
    private IReadOnlyList<OnlinePayment> _payments = [];
    private bool _mayRefund;

    [Parameter, EditorRequired]
    public Guid InvoiceId { get; set; }

    /// <summary>Invoked after a refund, which changes the invoice.</summary>
    [Parameter]
    public EventCallback OnRefunded { get; set; }

    protected override async Task OnParametersSetAsync()
    {
        var actor = await current.GetAsync();
        _mayRefund = actor.May(Permission.PaymentsRefund);
        _payments = await refunds.ListPaymentsAsync(actor, InvoiceId);
    }

    private static string GetTone(CheckoutState state) => state switch
    {
        CheckoutState.Paid => "good",
        CheckoutState.Failed or CheckoutState.Refused => "bad",
        CheckoutState.Expired => "off",
        _ => "warn",
    };

    private static string GetOutcome(ReversalState state) => state switch
    {
        ReversalState.Undone => ", reversed",
        ReversalState.Final => ", lost",
        _ => "",
    };

    private async Task RefundAsync(OnlinePayment payment)
    {
        if ((await dialogs.ActAsync(new DialogParameters<RefundDialog> { { d => d.Payment, payment } })).IsDone)
        {
            snackbar.Add("Refunded. A credit note was issued.", Severity.Success);
            await OnRefunded.InvokeAsync();
        }
    }
}
