using Microsoft.AspNetCore.Components;
using MudBlazor;
using ResellerPortal.Core.Balances;
using ResellerPortal.Core.Prepaid;
using ResellerPortal.Web.Account;

namespace ResellerPortal.Web.Components;

/// <summary>A customer's balance and its transactions, on the reseller's and the customer's pages.</summary>
public sealed partial class BalanceView(CurrentActor current, BalanceQueries queries)
{
    private MudTable<BalanceTransaction>? _table;
    private BalanceOverview? _shown;

    [Parameter, EditorRequired]
    public BalanceOverview Overview { get; set; } = null!;

    /// <summary>Text of the empty state while there are no transactions.</summary>
    [Parameter, EditorRequired]
    public string IfEmpty { get; set; } = "";

    [Parameter]
    public RenderFragment? ChildContent { get; set; }

    protected override async Task OnParametersSetAsync()
    {
        var isChanged = _shown is not null && _shown != Overview;
        _shown = Overview;
        if (isChanged && _table is not null)
        {
            await _table.ReloadServerData();
        }
    }

    private async Task<TableData<BalanceTransaction>> LoadAsync(TableState state, CancellationToken cancellationToken)
    {
        var page = await queries.ReadPageAsync(
            await current.GetAsync(), Overview.CustomerId, state.Page * state.PageSize, state.PageSize, cancellationToken);
        return new TableData<BalanceTransaction> { Items = page.Rows, TotalItems = page.TotalCount };
    }

    private static string GetName(BalanceTransactionKind kind) => kind switch
    {
        BalanceTransactionKind.TopUp => "Top-up",
        BalanceTransactionKind.InvoicePaid => "Invoice payment",
        BalanceTransactionKind.Returned => "Returned from an invoice",
        _ => "Refund",
    };
}
