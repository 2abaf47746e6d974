using MudBlazor;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Subscriptions;
using ResellerPortal.Web.Account;
using ResellerPortal.Web.Components;

namespace ResellerPortal.Web.ResellerPages.Credits;

public sealed partial class SubscriptionsCard(
    CurrentActor current,
    PlanSubscriptionService plans,
    IDialogService dialogs,
    ISnackbar snackbar)
{
    private IReadOnlyList<PlanSubscription> _subscriptions = [];
    private bool _mayBuy;

    protected override async Task OnInitializedAsync()
    {
        var actor = await current.GetAsync();
        _mayBuy = actor.May(Permission.PlansBuy);
        _subscriptions = await plans.ListAsync(actor);
    }

    /// <summary>What precedes the date of the next renewal, or a dash where there is none.</summary>
    private static string GetRenewal(PlanSubscription subscription) => subscription switch
    {
        { State: SubscriptionState.Ended } => "–",
        { CancelsAtPeriodEnd: true } => "ends ",
        _ => "renews ",
    };

    private static string GetTone(SubscriptionState state) => state switch
    {
        SubscriptionState.Active => "good",
        SubscriptionState.PastDue => "bad",
        _ => "off",
    };

    private static string GetLabel(SubscriptionState state) => state == SubscriptionState.PastDue ? "Past due" : state.ToString();

    private async Task CancelAsync(PlanSubscription subscription)
    {
        var ends = !subscription.CancelsAtPeriodEnd;
        if (ends
            && !await dialogs.ConfirmAsync(
                $"Cancel {subscription.PlanName}?",
                $"The plan does not renew after {NumberText.Day(
                    DateOnly.FromDateTime(subscription.PeriodEndUtc.UtcDateTime))}. Paid credits remain valid until they expire.",
                "Cancel at period end"))
        {
            return;
        }

        var outcome = await plans.SetCancelAsync(await current.GetAsync(), subscription.Id, ends);
        snackbar.Add(
            outcome.Refusal?.Message ?? (ends ? "The plan ends at the end of the period." : "The plan was resumed."),
            outcome.IsRefused ? Severity.Error : Severity.Success);
        await OnInitializedAsync();
    }

    private async Task UpgradeAsync(PlanSubscription subscription)
    {
        if ((await dialogs.ActAsync(new DialogParameters<UpgradeDialog> { { d => d.Subscription, subscription } })).IsDone)
        {
            snackbar.Add("Upgraded. The additional conversions are available within a minute.", Severity.Success);
            await OnInitializedAsync();
        }
    }
}
