using MudBlazor;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Checkouts;
using ResellerPortal.Core.Invoicing;
using ResellerPortal.Web.Account;
using ResellerPortal.Web.Components;

namespace ResellerPortal.Web.CustomerPages.Invoices;

/// <summary>The customer's unpaid invoices, and how to pay them.</summary>
public sealed partial class UnpaidInvoicesCard(
    CurrentActor current,
    InvoiceQueries invoices,
    AutomaticCollectionService collection,
    IDialogService dialogs)
{
    private const int MostShown = 5;

    private UnpaidInvoiceList? _unpaid;
    private bool _mayPay;

    protected override async Task OnInitializedAsync()
    {
        var actor = await current.GetAsync();
        var unpaid = await invoices.ListUnpaidAsync(actor, MostShown);
        _mayPay = unpaid.TotalCount > 0 && actor.May(Permission.MyInvoicesPay) && (await collection.ReadAsync(actor)).IsOffered;
        _unpaid = unpaid;
    }

    private Task PayAsync(InvoiceRow row) => dialogs.ActAsync(new DialogParameters<PayInvoiceDialog> { { d => d.Row, row } });
}
