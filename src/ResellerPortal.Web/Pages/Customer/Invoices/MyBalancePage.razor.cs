using ResellerPortal.Core.Prepaid;
using ResellerPortal.Web.Account;

namespace ResellerPortal.Web.CustomerPages.Invoices;

public sealed partial class MyBalancePage(CurrentActor current, BalanceQueries queries)
{
    private BalanceOverview? _overview;

    protected override async Task OnInitializedAsync()
    {
        var actor = await current.GetAsync();
        _overview = await queries.ReadAsync(actor, actor.Scope.Customer!.Value);
    }
}
