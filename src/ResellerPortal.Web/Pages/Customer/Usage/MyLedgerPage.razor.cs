using MudBlazor;
using ResellerPortal.Core.Metering;
using ResellerPortal.Web.Account;

namespace ResellerPortal.Web.CustomerPages.Usage;

public sealed partial class MyLedgerPage(CurrentActor current, CustomerLedgerQueries ledger)
{
    private DateOnly? _keptSince;

    private async Task<TableData<CustomerLedgerRow>> LoadAsync(TableState state, CancellationToken cancellationToken)
    {
        var page = await ledger.ReadPageAsync(await current.GetAsync(), state.Page * state.PageSize, state.PageSize, cancellationToken);
        if (_keptSince != page.KeptSince)
        {
            _keptSince = page.KeptSince;
            StateHasChanged();
        }

        return new TableData<CustomerLedgerRow> { Items = page.Rows, TotalItems = (int)Math.Min(int.MaxValue, page.TotalCount) };
    }
}
