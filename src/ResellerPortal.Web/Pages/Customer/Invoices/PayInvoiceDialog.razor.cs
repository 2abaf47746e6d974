using Microsoft.AspNetCore.Components;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Checkouts;
using ResellerPortal.Core.Invoicing;
using ResellerPortal.Web.Account;

namespace ResellerPortal.Web.CustomerPages.Invoices;

public sealed partial class PayInvoiceDialog(CurrentActor current, CheckoutService checkouts, NavigationManager navigation)
{
    private decimal _amount;
    private bool _saves;

    [Parameter, EditorRequired]
    public InvoiceRow Row { get; set; } = null!;

    protected override void OnInitialized() => _amount = Row.Due.Amount;

    private async Task<Refusal?> ActAsync()
    {
        var outcome = await checkouts.PayInvoiceAsync(
            await current.GetAsync(), Row.Id, _saves, navigation.ToAbsoluteUri("/my/invoices?checkout={checkout}").OriginalString, _amount);
        if (!outcome.IsRefused)
        {
            navigation.NavigateTo(outcome.Value.Url!, forceLoad: true);
        }

        return outcome.Refusal;
    }
}
