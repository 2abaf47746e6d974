using MudBlazor;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Plans;
using ResellerPortal.Web.Account;
using ResellerPortal.Web.Components;

namespace ResellerPortal.Web.OperatorPages.Plans;

public sealed partial class PlansPage(
    CurrentActor current,
    PlanQueries queries,
    BulkPlanService plans,
    IDialogService dialogs,
    ISnackbar snackbar)
{
    private IReadOnlyList<BulkPlan>? _plans;
    private bool _mayManage;

    protected override async Task OnInitializedAsync()
    {
        var actor = await current.GetAsync();
        _mayManage = actor.May(Permission.PlansManage);
        _plans = await queries.ListAllPlansAsync(actor);
    }

    private async Task AddAsync()
    {
        if ((await dialogs.ActAsync(new DialogParameters<PlanDialog>())).IsDone)
        {
            await OnInitializedAsync();
        }
    }

    private async Task SetOfferedAsync(BulkPlan plan)
    {
        var outcome = await plans.SetOfferedAsync(await current.GetAsync(), plan.Id, !plan.IsOffered);
        snackbar.Add(
            outcome.Refusal?.Message ?? $"{plan.Name} {(outcome.Value.IsOffered ? "restored" : "archived")}.",
            outcome.IsRefused ? Severity.Error : Severity.Success);
        await OnInitializedAsync();
    }
}
