using MudBlazor;
using ResellerPortal.Core.Invoicing;
using ResellerPortal.Web.Account;

namespace ResellerPortal.Web.CustomerDoor;

public sealed partial class MyInvoices(CurrentActor current, InvoiceQueries queries)
{
    private async Task<TableData<InvoiceRow>> LoadAsync(TableState state, CancellationToken cancellationToken)
    {
        var page = await queries.PageAsync(await current.GetAsync(), draftsOnly: false, unpaidOnly: false, null, state.Page * state.PageSize, state.PageSize, cancellationToken);
        return new TableData<InvoiceRow> { Items = page.Rows, TotalItems = page.TotalCount };
    }
}
