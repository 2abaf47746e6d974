using ResellerPortal.Core.Insights;
using ResellerPortal.Web.Account;

namespace ResellerPortal.Web.CustomerDoor;

public sealed partial class Usage(CurrentActor current, MyUsage usage)
{
    private MyOverview? _overview;

    protected override async Task OnInitializedAsync() => _overview = await usage.ReadAsync(await current.GetAsync());
}
