using Microsoft.AspNetCore.Components;
using MudBlazor;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Checkouts;
using ResellerPortal.Core.Invoicing;
using ResellerPortal.Core.PaymentEvents;
using ResellerPortal.Web.Account;
using ResellerPortal.Web.Components;

namespace ResellerPortal.Web.CustomerPages.Invoices;

public sealed partial class MyInvoicesPage(
    CurrentActor current,
    InvoiceQueries queries,
    AutomaticCollectionService collection,
    PaymentEventDispatcher dispatcher,
    IDialogService dialogs,
    ISnackbar snackbar)
{
    private CollectionView? _collection;
    private (string Text, Severity Severity)? _returned;
    private bool _mayPay;

    /// <summary>The checkout that the payer has returned from.</summary>
    [SupplyParameterFromQuery(Name = "checkout")]
    private string? Checkout { get; set; }

    protected override async Task OnInitializedAsync()
    {
        var actor = await current.GetAsync();
        if (Guid.TryParse(Checkout, out var id) && await dispatcher.HandleReturnAsync(actor, id) is { } checkout)
        {
            _returned = CheckoutText.For(checkout);
        }

        _collection = await collection.ReadAsync(actor);
        _mayPay = actor.May(Permission.MyInvoicesPay) && _collection.IsOffered;
    }

    private async Task<TableData<InvoiceRow>> LoadAsync(TableState state, CancellationToken cancellationToken)
    {
        var page = await queries.ReadPageAsync(
            await current.GetAsync(),
            new InvoiceFilter(),
            InvoiceSort.Month,
            descending: true,
            state.Page * state.PageSize,
            state.PageSize,
            cancellationToken);
        return new TableData<InvoiceRow> { Items = page.Rows, TotalItems = page.TotalCount };
    }

    private Task PayAsync(InvoiceRow row) => dialogs.ActAsync(new DialogParameters<PayInvoiceDialog> { { d => d.Row, row } });

    private async Task StopAsync()
    {
        if (await dialogs.ConfirmAsync(
            "Turn off automatic payment?",
            "Invoices are no longer charged automatically, and the payment method is removed. You can pay here or by bank transfer.",
            "Turn off automatic payment"))
        {
            var outcome = await collection.StopAsync(await current.GetAsync());
            snackbar.Add(
                outcome.Refusal?.Message ?? "Automatic payment is off.", outcome.IsRefused ? Severity.Error : Severity.Success);
            _collection = outcome.IsRefused ? _collection : outcome.Value;
        }
    }
}
