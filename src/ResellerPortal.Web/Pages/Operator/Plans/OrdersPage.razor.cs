using MudBlazor;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Credits;
using ResellerPortal.Core.Plans;
using ResellerPortal.Web.Account;
using ResellerPortal.Web.Components;

namespace ResellerPortal.Web.OperatorPages.Plans;

public sealed partial class OrdersPage(
    CurrentActor current,
    PlanQueries plans,
    OrderPaymentService payments,
    IDialogService dialogs,
    ISnackbar snackbar)
{
    private const int PageSize = 50;

    private (IReadOnlyList<OrderRow> Rows, int TotalCount)? _orders;
    private bool _mayConfirm;
    private int _page = 1;

    protected override Task OnInitializedAsync() => ShowAsync(1);

    private async Task ShowAsync(int page)
    {
        _page = page;
        var actor = await current.GetAsync();
        _mayConfirm = actor.May(Permission.OrdersConfirm);
        _orders = await plans.ListAllOrdersAsync(actor, (page - 1) * PageSize, PageSize);
    }

    private static string GetTone(PlanOrderStatus status) => status switch
    {
        PlanOrderStatus.Confirmed => "good",
        PlanOrderStatus.Ordered => "warn",
        _ => "off",
    };

    private static bool IsPartiallyPaid(PlanOrder order) => order.Status == PlanOrderStatus.Ordered && !order.Paid.IsZero;

    private async Task ConfirmAsync(OrderRow row)
    {
        var (isDone, result) = await dialogs.ActAsync(new DialogParameters<ConfirmOrderDialog> { { d => d.Row, row } });
        if (isDone && result is OrderReceipt receipt)
        {
            snackbar.Add(
                receipt.Lot is null
                    ? $"Payment recorded. {receipt.Order.Due} outstanding."
                    : $"{NumberText.Conversions(row.Order.Conversions)} conversions granted to {row.ResellerName}.", Severity.Success);
            await ShowAsync(_page);
        }
    }

    private async Task CancelAsync(OrderRow row)
    {
        if (await dialogs.ConfirmAsync(
            "Cancel this order?",
            $"{row.ResellerName} must place a new order to buy {row.Order.PlanName}.{(row.Order.Paid.IsZero
                ? ""
                : $" The {row.Order.Paid} already paid is recorded as refunded.")}",
            "Cancel order"))
        {
            var outcome = await payments.CancelAsync(await current.GetAsync(), row.Order.Id);
            if (outcome.Refusal is { } refusal)
            {
                snackbar.Add(refusal.Message, Severity.Error);
            }

            await ShowAsync(_page);
        }
    }
}
