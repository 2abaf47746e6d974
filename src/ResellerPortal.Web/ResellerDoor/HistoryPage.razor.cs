using MudBlazor;
using ResellerPortal.Core.Auditing;
using ResellerPortal.Web.Account;

namespace ResellerPortal.Web.ResellerDoor;

public sealed partial class HistoryPage(CurrentActor current, History history)
{
    private MudTable<HistoryRow>? _table;
    private string? _action;

    private async Task<TableData<HistoryRow>> LoadAsync(TableState state, CancellationToken cancellationToken)
    {
        var page = await history.PageAsync(await current.GetAsync(), _action, state.Page * state.PageSize, state.PageSize, cancellationToken);
        return new TableData<HistoryRow> { Items = page.Rows, TotalItems = page.TotalCount };
    }

    private async Task FilterAsync(string? action)
    {
        _action = action;
        await _table!.ReloadServerData();
    }
}
