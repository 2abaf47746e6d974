using Microsoft.AspNetCore.Components;
using MudBlazor;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Invoicing;
using ResellerPortal.Web.Account;
using ResellerPortal.Web.Components;

namespace ResellerPortal.Web.ResellerDoor;

public sealed partial class InvoicePage(CurrentActor current, InvoiceQueries queries, Core.Invoicing.Invoices invoices, IDialogService dialogs, ISnackbar snackbar)
{
    private Actor? _actor;
    private InvoiceView? _view;
    private bool _isMissing;

    [Parameter]
    public Guid Id { get; set; }

    protected override Task OnParametersSetAsync() => LoadAsync();

    private async Task LoadAsync()
    {
        _actor = await current.GetAsync();
        _view = await queries.FindAsync(_actor, Id);
        _isMissing = _view is null;
    }

    private async Task FinaliseAsync()
    {
        if (!await dialogs.ConfirmAsync(
            "Finalise this invoice?",
            $"It gets the next number and {_view!.Row.CustomerName} can see it. It cannot be changed afterwards.",
            "Finalise invoice"))
        {
            return;
        }

        var outcome = await invoices.FinaliseAsync(await current.GetAsync(), Id);
        snackbar.Add(outcome.Refusal?.Message ?? $"{outcome.Value.Number} is final.", outcome.IsRefused ? Severity.Error : Severity.Success);
        await LoadAsync();
    }

    private async Task CreditAsync()
    {
        if ((await dialogs.ActAsync(new DialogParameters<CreditDialog> { { d => d.View, _view! } })).IsDone)
        {
            await LoadAsync();
        }
    }

    private async Task WriteOffAsync()
    {
        if ((await dialogs.ActAsync(new DialogParameters<WriteOffDialog> { { d => d.Row, _view!.Row } })).IsDone)
        {
            await LoadAsync();
        }
    }

    private async Task RecordPaymentAsync()
    {
        var (isDone, _) = await dialogs.ActAsync(new DialogParameters<PaymentDialog> { { d => d.Row, _view!.Row } });
        if (isDone)
        {
            await LoadAsync();
        }
    }
}
