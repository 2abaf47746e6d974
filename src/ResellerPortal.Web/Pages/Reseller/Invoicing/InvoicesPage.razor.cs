using Microsoft.AspNetCore.Components;
using MudBlazor;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Invoicing;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Web.Account;

namespace ResellerPortal.Web.ResellerPages.Invoicing;

public sealed partial class InvoicesPage(CurrentActor current, InvoiceQueries queries, NavigationManager navigation)
{
    private MudTable<InvoiceRow>? _table;
    private string _show = "all";
    private bool _mayDraft;

    [SupplyParameterFromQuery]
    private string? Show { get; set; }

    [SupplyParameterFromQuery]
    private Guid? Customer { get; set; }

    protected override async Task OnInitializedAsync()
    {
        _mayDraft = (await current.GetAsync()).May(Permission.InvoicesDraft);
        _show = Show is "drafts" or "unpaid" ? Show : "all";
    }

    private async Task<TableData<InvoiceRow>> LoadAsync(TableState state, CancellationToken cancellationToken)
    {
        var actor = await current.GetAsync();
        CustomerId? customer = Customer is { } id ? new CustomerId(id) : null;
        var page = await queries.ReadPageAsync(
            actor, _show == "drafts", _show == "unpaid", customer, state.Page * state.PageSize, state.PageSize, cancellationToken);
        return new TableData<InvoiceRow> { Items = page.Rows, TotalItems = page.TotalCount };
    }

    private async Task ShowAsync(string show)
    {
        _show = show;
        navigation.NavigateTo(navigation.GetUriWithQueryParameter("show", show == "all" ? null : show), replace: true);
        await _table!.ReloadServerData();
    }
}
