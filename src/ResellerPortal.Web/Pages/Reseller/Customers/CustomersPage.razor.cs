using Microsoft.AspNetCore.Components;
using MudBlazor;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Accounts;
using ResellerPortal.Core.Insights;
using ResellerPortal.Core.Outbox;
using ResellerPortal.Web.Account;
using ResellerPortal.Web.Components;

namespace ResellerPortal.Web.ResellerPages.Customers;

public sealed partial class CustomersPage(
    CurrentActor current,
    CustomerQueries queries,
    InvitationLinks links,
    IMailer mailer,
    IDialogService dialogs,
    NavigationManager navigation)
{
    private readonly RequestedAction _action = new(navigation);
    private MudTable<CustomerRow>? _table;
    private bool _mayManage;

    [SupplyParameterFromQuery(Name = "q")]
    private string? Search { get; set; }

    /// <summary>"add" opens the form, as the command palette asks for.</summary>
    [SupplyParameterFromQuery(Name = "do")]
    private string? Action { get; set; }

    protected override async Task OnParametersSetAsync()
    {
        if (_action.Take(Action) == "add" && _mayManage)
        {
            await Task.Yield();
            await AddAsync();
        }
    }

    protected override async Task OnInitializedAsync() => _mayManage = (await current.GetAsync()).May(Permission.CustomersManage);

    private async Task<TableData<CustomerRow>> LoadAsync(TableState state, CancellationToken cancellationToken)
    {
        var page = await queries.ReadPageAsync(
            await current.GetAsync(),
            Search,
            state.SortDirection == SortDirection.Descending,
            state.Page * state.PageSize,
            state.PageSize,
            cancellationToken);
        return new TableData<CustomerRow> { Items = page.Rows, TotalItems = page.TotalCount };
    }

    private async Task SearchAsync(string? text)
    {
        Search = text;
        navigation.NavigateTo(navigation.GetUriWithQueryParameter("q", string.IsNullOrEmpty(text) ? null : text), replace: true);
        await _table!.ReloadServerData();
    }

    private async Task AddAsync()
    {
        var (isDone, result) = await dialogs.ActAsync(new DialogParameters<CustomerDialog>());
        if (isDone && result is NewCustomer added)
        {
            await dialogs.ShowInvitationAsync(
                $"{added.Customer.Name} added",
                added.Invitation!,
                navigation.ToAbsoluteUri(links.CreatePath(added.Invitation!, provesAddress: false)).ToString(),
                mailer.IsConfigured);
            navigation.NavigateTo($"/reseller/customers/{added.Customer.Id}");
        }
    }
}
