using Microsoft.AspNetCore.Components;
using MudBlazor;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Checkouts;
using ResellerPortal.Core.Credits;
using ResellerPortal.Core.PaymentEvents;
using ResellerPortal.Core.Plans;
using ResellerPortal.Web.Account;
using ResellerPortal.Web.Components;

namespace ResellerPortal.Web.ResellerPages.Credits;

public sealed partial class CreditsPage(
    CurrentActor current,
    PlanQueries queries,
    CreditQueries credits,
    PlanOrderService orders,
    OrderPaymentService payments,
    CheckoutService checkouts,
    PaymentEventDispatcher dispatcher,
    IDialogService dialogs,
    ISnackbar snackbar)
{
    private readonly bool _isOnline = checkouts.MethodsForPlans.Contains(PaymentMethodKind.Online);
    private IReadOnlyList<BulkPlan>? _plans;
    private IReadOnlyList<PlanOrder> _orders = [];
    private IReadOnlyDictionary<Guid, string> _receipts = new Dictionary<Guid, string>();
    private (string Text, Severity Severity)? _returned;
    private bool _mayBuy;

    /// <summary>The checkout that the payer has returned from.</summary>
    [SupplyParameterFromQuery(Name = "checkout")]
    private string? Checkout { get; set; }

    protected override async Task OnInitializedAsync()
    {
        if (Guid.TryParse(Checkout, out var id) && await dispatcher.HandleReturnAsync(await current.GetAsync(), id) is { } checkout)
        {
            _returned = CheckoutText.For(checkout);
        }

        await LoadAsync();
    }

    /// <summary>Describes how a plan is billed. Plans renew only through a payment provider.</summary>
    private string DescribePurchase(BulkPlan plan) => plan.Renewal switch
    {
        PlanRenewal.Monthly when _isOnline => "monthly",
        PlanRenewal.Yearly when _isOnline => "yearly",
        _ => $"once, valid for {NumberText.Count(plan.ValidityDays, "day")}",
    };

    private static string GetTone(PlanOrderStatus status) => status switch
    {
        PlanOrderStatus.Confirmed => "good",
        PlanOrderStatus.Ordered => "warn",
        _ => "off",
    };

    private static string GetLabel(PlanOrder order) => order switch
    {
        { Status: not PlanOrderStatus.Ordered } => order.Status.ToString(),
        { Paid.IsZero: true } => "Awaiting payment",
        _ => $"{order.Due} outstanding",
    };

    private async Task LoadAsync()
    {
        var actor = await current.GetAsync();
        _mayBuy = actor.May(Permission.PlansBuy);
        _orders = await queries.ListOrdersAsync(actor);
        _receipts = await credits.ListReceiptsAsync(actor);
        _plans = await queries.ListCatalogueAsync(actor);
    }

    private async Task OrderAsync(BulkPlan plan)
    {
        var key = Guid.NewGuid();
        if (!await dialogs.ConfirmAsync(
            $"Order {plan.Name}?",
            $"{NumberText.Count(plan.Conversions, "conversion")} for {plan.Price}, {DescribePurchase(plan)}. "
                + "You choose the payment method next.",
            "Order plan"))
        {
            return;
        }

        var outcome = await orders.OrderAsync(await current.GetAsync(), plan.Id, key);
        if (outcome.Refusal is { } refusal)
        {
            snackbar.Add(refusal.Message, Severity.Error);
            return;
        }

        await LoadAsync();
        await PayAsync(outcome.Value);
    }

    private async Task PayAsync(PlanOrder order)
    {
        await dialogs.ActAsync(new DialogParameters<PayOrderDialog> { { d => d.Order, order }, { d => d.IsOnline, _isOnline } });
        await LoadAsync();
    }

    private async Task CancelAsync(PlanOrder order)
    {
        if (!await dialogs.ConfirmAsync(
            $"Cancel the order of {order.PlanName}?",
            $"The order {order.TransferReference} of {order.Price} is withdrawn. "
                + "If you have already sent a transfer, keep the order instead.",
            "Cancel order"))
        {
            return;
        }

        var outcome = await payments.CancelAsync(await current.GetAsync(), order.Id);
        snackbar.Add(
            outcome.Refusal?.Message ?? $"Order {order.TransferReference} was cancelled.",
            outcome.IsRefused ? Severity.Error : Severity.Success);
        await LoadAsync();
    }
}
