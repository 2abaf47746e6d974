using Microsoft.AspNetCore.Components;
using MudBlazor;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Plans;
using ResellerPortal.Core.Subscriptions;
using ResellerPortal.Web.Account;
using ResellerPortal.Web.Components;

namespace ResellerPortal.Web.ResellerPages.Credits;

public sealed partial class TopUpCard(CurrentActor current, TopUpService topUps, IDialogService dialogs, ISnackbar snackbar)
{
    private TopUpView? _view;
    private bool _mayBuy;
    private Guid _plan;
    private long? _below;
    private int? _days;
    private decimal _cap;
    private string? _refusal;

    [Parameter, EditorRequired]
    public IReadOnlyList<BulkPlan> Plans { get; set; } = [];

    private List<BulkPlan> OneOffPlans => [.. Plans.Where(p => p.Renewal == PlanRenewal.OneOff)];

    protected override async Task OnInitializedAsync()
    {
        var actor = await current.GetAsync();
        _mayBuy = actor.May(Permission.PlansBuy);
        _view = await topUps.ReadAsync(actor);
        var first = OneOffPlans.FirstOrDefault();
        (_plan, _below, _days, _cap) = _view.Terms is { } terms
            ? (terms.PlanId, terms.BelowConversions, terms.WithinDays, terms.MonthlyCap)
            : (first?.Id ?? Guid.Empty, first?.Conversions / 10, null, first?.Price.Amount ?? 0);
    }

    private string GetPlanName(Guid plan) =>
        Plans.FirstOrDefault(p => p.Id == plan) is { } found
            ? $"{found.Name}, {NumberText.Conversions(found.Conversions)} for {found.Price}"
            : "Discontinued plan";

    private async Task SaveAsync(bool isOn)
    {
        var outcome = await topUps.SetAsync(await current.GetAsync(), new TopUpTerms(_plan, isOn, _below, _days, _cap));
        _refusal = outcome.Refusal?.Message;
        if (!outcome.IsRefused)
        {
            snackbar.Add(
                isOn ? "Automatic top-up is on." : "Automatic top-up is off.", Severity.Success);
            await OnInitializedAsync();
        }
    }

    private async Task ForgetAsync()
    {
        if (await dialogs.ConfirmAsync(
            "Remove the payment method?",
            "It will no longer be charged, and automatic top-up is turned off. Subscriptions are not affected.",
            "Remove payment method"))
        {
            await topUps.ForgetMethodAsync(await current.GetAsync());
            await OnInitializedAsync();
        }
    }
}
