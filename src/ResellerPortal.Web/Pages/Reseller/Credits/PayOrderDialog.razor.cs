using Microsoft.AspNetCore.Components;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Checkouts;
using ResellerPortal.Core.Plans;
using ResellerPortal.Web.Account;

namespace ResellerPortal.Web.ResellerPages.Credits;

public sealed partial class PayOrderDialog(CurrentActor current, CheckoutService checkouts, NavigationManager navigation)
{
    private PaymentMethodKind _method;
    private bool _savesMethod;
    private TransferDetails? _transfer;

    [Parameter, EditorRequired]
    public PlanOrder Order { get; set; } = null!;

    [Parameter, EditorRequired]
    public bool IsOnline { get; set; }

    private string RenewalText => Order.Renewal switch
    {
        PlanRenewal.Monthly => " per month until cancelled",
        PlanRenewal.Yearly => " per year until cancelled",
        _ => "",
    };

    protected override Task OnInitializedAsync() => ChooseAsync(IsOnline ? PaymentMethodKind.Online : PaymentMethodKind.Transfer);

    private static string GetRecipient(TransferDetails transfer) =>
        transfer.Account.IsGiven ? $"{transfer.Account.Holder}, {transfer.Account.ReadableIban}" : "the operator's account";

    private async Task ChooseAsync(PaymentMethodKind method)
    {
        _method = method;
        if (method == PaymentMethodKind.Transfer)
        {
            var outcome = await StartAsync();
            _transfer = outcome.IsRefused ? null : outcome.Value.Transfer;
        }
    }

    private async Task<Refusal?> ActAsync()
    {
        if (_method == PaymentMethodKind.Transfer)
        {
            return null;
        }

        var outcome = await StartAsync();
        if (!outcome.IsRefused)
        {
            navigation.NavigateTo(outcome.Value.Url!, forceLoad: true);
        }

        return outcome.Refusal;
    }

    private async Task<Outcome<PaymentStart>> StartAsync() =>
        await checkouts.PayOrderAsync(
            await current.GetAsync(),
            Order.Id,
            _method,
            _savesMethod,
            navigation.ToAbsoluteUri("/reseller/plans?checkout={checkout}").OriginalString);
}
