using Microsoft.AspNetCore.Components;
using MudBlazor;
using ResellerPortal.Core.Metering;
using ResellerPortal.Web.Account;

namespace ResellerPortal.Web.CustomerPages.Usage;

public sealed partial class MyLedgerPage(CurrentActor current, CustomerLedgerQueries ledger)
{
    private DateOnly? _keptSince;

    /// <summary>The first entry to list, as links from invoices say it.</summary>
    [SupplyParameterFromQuery]
    private long? First { get; set; }

    [SupplyParameterFromQuery]
    private long? Last { get; set; }

    private (long First, long Last)? Range => First is { } first && Last is { } last && first <= last ? (first, last) : null;

    private async Task<TableData<CustomerLedgerRow>> LoadAsync(TableState state, CancellationToken cancellationToken)
    {
        var page = await ledger.ReadPageAsync(
            await current.GetAsync(), state.Page * state.PageSize, state.PageSize, Range, cancellationToken);
        if (_keptSince != page.KeptSince)
        {
            _keptSince = page.KeptSince;
            StateHasChanged();
        }

        return new TableData<CustomerLedgerRow> { Items = page.Rows, TotalItems = (int)Math.Min(int.MaxValue, page.TotalCount) };
    }
}
