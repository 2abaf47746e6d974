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

    private List<BulkPlan> Once => [.. Plans.Where(p => p.Renewal == PlanRenewal.OneOff)];

    protected override async Task OnInitializedAsync()
    {
        var actor = await current.GetAsync();
        _mayBuy = actor.May(Permission.PlansBuy);
        _view = await topUps.ReadAsync(actor);
        var first = Once.FirstOrDefault();
        (_plan, _below, _days, _cap) = _view.Terms is { } terms
            ? (terms.PlanId, terms.BelowConversions, terms.WithinDays, terms.MonthlyCap)
            : (first?.Id ?? Guid.Empty, first?.Conversions / 10, null, first?.Price.Amount ?? 0);
    }

    private string GetPlanName(Guid plan) =>
        Plans.FirstOrDefault(p => p.Id == plan) is { } found
            ? $"{found.Name}, {NumberText.Conversions(found.Conversions)} for {found.Price}"
            : "a plan that is not offered any more";

    private async Task SaveAsync(bool isOn)
    {
        var outcome = await topUps.SetAsync(await current.GetAsync(), new TopUpTerms(_plan, isOn, _below, _days, _cap));
        _refusal = outcome.Refusal?.Message;
        if (!outcome.IsRefused)
        {
            snackbar.Add(
                isOn ? "Credits are bought by themselves when they run low." : "Nothing is bought by itself any more.", Severity.Success);
            await OnInitializedAsync();
        }
    }

    private async Task ForgetAsync()
    {
        if (await dialogs.ConfirmAsync(
            "Forget the payment method?",
            "It is not charged any more, and automatic top-ups end. Plans that renew go on as they are.",
            "Forget it"))
        {
            await topUps.ForgetMethodAsync(await current.GetAsync());
            await OnInitializedAsync();
        }
    }
}
