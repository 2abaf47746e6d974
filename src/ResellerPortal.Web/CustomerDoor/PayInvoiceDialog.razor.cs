using Microsoft.AspNetCore.Components;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Checkouts;
using ResellerPortal.Core.Invoicing;
using ResellerPortal.Web.Account;

namespace ResellerPortal.Web.CustomerDoor;

public sealed partial class PayInvoiceDialog(CurrentActor current, CheckoutDesk desk, NavigationManager navigation)
{
    private bool _saves;

    [Parameter, EditorRequired]
    public InvoiceRow Row { get; set; } = null!;

    private async Task<Refusal?> ActAsync()
    {
        var outcome = await desk.PayInvoiceAsync(await current.GetAsync(), Row.Id, _saves, navigation.ToAbsoluteUri("/my/invoices?checkout={checkout}").OriginalString);
        if (!outcome.IsRefused)
        {
            navigation.NavigateTo(outcome.Value.Url!, forceLoad: true);
        }

        return outcome.Refusal;
    }
}
