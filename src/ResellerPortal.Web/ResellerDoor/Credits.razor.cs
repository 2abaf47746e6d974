using MudBlazor;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Plans;
using ResellerPortal.Web.Account;
using ResellerPortal.Web.Components;

namespace ResellerPortal.Web.ResellerDoor;

public sealed partial class Credits(CurrentActor current, PlanQueries queries, PlanOrders orders, IDialogService dialogs, ISnackbar snackbar)
{
    private IReadOnlyList<BulkPlan>? _plans;
    private IReadOnlyList<PlanOrder> _orders = [];
    private bool _mayBuy;

    protected override async Task OnInitializedAsync()
    {
        var actor = await current.GetAsync();
        _mayBuy = actor.May(Permission.PlansBuy);
        _orders = await queries.OrdersAsync(actor);
        _plans = await queries.CatalogueAsync(actor);
    }

    private async Task OrderAsync(BulkPlan plan)
    {
        var key = Guid.NewGuid();
        if (!await dialogs.ConfirmAsync(
            $"Order {plan.Name}?",
            $"{Numbers.Conversions(plan.Conversions)} conversions for {plan.Price}, paid by bank transfer. They can be used once the operator has confirmed your payment.",
            "Order plan"))
        {
            return;
        }

        var outcome = await orders.OrderAsync(await current.GetAsync(), plan.Id, key);
        snackbar.Add(
            outcome.Refusal?.Message ?? $"Ordered. Transfer {outcome.Value.Price} with the reference {outcome.Value.TransferReference}.",
            outcome.IsRefused ? Severity.Error : Severity.Success);
        await OnInitializedAsync();
    }
}
