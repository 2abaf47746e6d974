using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;
using MudBlazor;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Checkouts;
using ResellerPortal.Core.Insights;
using ResellerPortal.Web.Account;
using ResellerPortal.Web.Components;

namespace ResellerPortal.Web.CustomerPages.Invoices;

public sealed partial class MyInvoicePage(
    CurrentActor current,
    InvoiceDetailQueries invoices,
    AutomaticCollectionService collection,
    IDialogService dialogs,
    IJSRuntime js)
{
    private InvoiceDetail? _detail;
    private bool _isMissing;
    private bool _mayPay;

    [Parameter]
    public Guid Id { get; set; }

    private string? LedgerAddress => _detail!.Snapshot.Ledger is var ledger && ledger.LastSequence < ledger.FirstSequence
        ? null
        : FormattableString.Invariant($"/my/ledger?first={ledger.FirstSequence}&last={ledger.LastSequence}");

    protected override async Task OnParametersSetAsync()
    {
        var actor = await current.GetAsync();
        _detail = await invoices.FindAsync(actor, Id);
        _isMissing = _detail is null;
        _mayPay = actor.May(Permission.MyInvoicesPay) && (await collection.ReadAsync(actor)).IsOffered;
    }

    private Task PayAsync() =>
        dialogs.ActAsync(new DialogParameters<PayInvoiceDialog> { { d => d.Row, _detail!.View.Row } });

    private async Task PrintAsync() => await js.InvokeVoidAsync("print");
}
