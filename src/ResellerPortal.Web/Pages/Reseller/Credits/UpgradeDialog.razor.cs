using Microsoft.AspNetCore.Components;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Subscriptions;
using ResellerPortal.Web.Account;

namespace ResellerPortal.Web.ResellerPages.Credits;

public sealed partial class UpgradeDialog(CurrentActor current, PlanSubscriptionService plans)
{
    private IReadOnlyList<UpgradeOffer>? _offers;
    private Guid _plan;

    [Parameter, EditorRequired]
    public PlanSubscription Subscription { get; set; } = null!;

    protected override async Task OnInitializedAsync()
    {
        _offers = await plans.ListUpgradesAsync(await current.GetAsync(), Subscription.Id);
        _plan = _offers.FirstOrDefault()?.Plan.Id ?? Guid.Empty;
    }

    private async Task<Refusal?> ActAsync() =>
        _plan == Guid.Empty
            ? Refusal.Because("No upgrade is available.")
            : (await plans.UpgradeAsync(await current.GetAsync(), Subscription.Id, _plan)).Refusal;
}
