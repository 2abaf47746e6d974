using Microsoft.AspNetCore.Components;
using MudBlazor;
using ResellerPortal.Core.Invoicing;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Web.Account;

namespace ResellerPortal.Web.ResellerPages.Invoicing;

/// <summary>The reseller's invoices, or those of one customer, with search and filter in the URL.</summary>
public sealed partial class InvoiceListView(CurrentActor current, InvoiceQueries queries, NavigationManager navigation)
{
    private static readonly (string Value, string Label)[] Choices = [("drafts", "Drafts"), ("unpaid", "Unpaid"), ("overdue", "Overdue")];

    private MudTable<InvoiceRow>? _table;

    /// <summary>Null for all of the reseller's.</summary>
    [Parameter]
    public CustomerId? Customer { get; set; }

    [SupplyParameterFromQuery]
    private string? Show { get; set; }

    [SupplyParameterFromQuery(Name = "q")]
    private string? Search { get; set; }

    private static string GetLabel(string? value) => Choices.FirstOrDefault(c => c.Value == value).Label ?? "All invoices";

    private async Task<TableData<InvoiceRow>> LoadAsync(TableState state, CancellationToken cancellationToken)
    {
        var show = Show switch
        {
            "drafts" => InvoiceShow.Drafts,
            "unpaid" => InvoiceShow.Unpaid,
            "overdue" => InvoiceShow.Overdue,
            _ => InvoiceShow.All,
        };
        var page = await queries.ReadPageAsync(
            await current.GetAsync(),
            new InvoiceFilter(show, Customer, Search),
            Enum.TryParse<InvoiceSort>(state.SortLabel, out var sort) ? sort : InvoiceSort.Month,
            state.SortDirection != SortDirection.Ascending,
            state.Page * state.PageSize,
            state.PageSize,
            cancellationToken);
        return new TableData<InvoiceRow> { Items = page.Rows, TotalItems = page.TotalCount };
    }

    private async Task SetAsync(string name, string? value)
    {
        value = string.IsNullOrEmpty(value) ? null : value;
        (Show, Search) = name == "show" ? (value, Search) : (Show, value);
        navigation.NavigateTo(navigation.GetUriWithQueryParameter(name, value), replace: true);
        await _table!.ReloadServerData();
    }
}
