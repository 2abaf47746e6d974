using ResellerPortal.Core.Insights;
using ResellerPortal.Core.Metering;
using ResellerPortal.Web.Account;

namespace ResellerPortal.Web.CustomerPages.Usage;

public sealed partial class MyUsagePage(CurrentActor current, CustomerUsageQueries usage, UsageAlertQueries alerts)
{
    private const int ShownAlerts = 6;

    private CustomerOverview? _overview;
    private IReadOnlyList<UsageAlert> _alerts = [];

    protected override async Task OnInitializedAsync()
    {
        var actor = await current.GetAsync();
        _overview = await usage.ReadAsync(actor);
        _alerts = await alerts.ListLatestAsync(actor, ShownAlerts);
    }
}
