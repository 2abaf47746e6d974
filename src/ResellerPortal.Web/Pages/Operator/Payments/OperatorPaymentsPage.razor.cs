using MudBlazor;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Checkouts;
using ResellerPortal.Core.PaymentEvents;
using ResellerPortal.Web.Account;
using ResellerPortal.Web.Components;

namespace ResellerPortal.Web.OperatorPages.Payments;

public sealed partial class OperatorPaymentsPage(
    CurrentActor current,
    WebhookInbox inbox,
    PaymentReconciler reconciler,
    IOnlineGateway online,
    ISnackbar snackbar)
{
    private readonly bool _isConfigured = online.IsConfigured;
    private MudTable<WebhookEvent> _table = null!;
    private WebhookEventState? _state;
    private bool _mayRepair;
    private bool _isBusy;

    /// <summary>Increases with each comparison so that the view reloads its result.</summary>
    private int _compared;

    protected override async Task OnInitializedAsync()
    {
        _mayRepair = (await current.GetAsync()).May(Permission.PaymentsRepair);
    }

    private static string GetLabel(WebhookEventState? state) => state switch
    {
        null => "All events",
        WebhookEventState.Pending => "Pending",
        WebhookEventState.Processed => "Processed",
        WebhookEventState.Ignored => "Ignored",
        _ => "Failed",
    };

    private static string GetTone(WebhookEventState state) => state switch
    {
        WebhookEventState.Processed => "good",
        WebhookEventState.Failed => "bad",
        WebhookEventState.Pending => "warn",
        _ => "off",
    };

    private static string GetOwner(WebhookEvent stored) => stored.Merchant switch
    {
        { IsOperator: true } => "operator",
        { KeysOf: null } => stored.Merchant.Key,
        _ => "reseller account",
    };

    private async Task<TableData<WebhookEvent>> LoadAsync(TableState state, CancellationToken cancellationToken)
    {
        var page = await inbox.ReadPageAsync(
            await current.GetAsync(), _state, state.Page * state.PageSize, state.PageSize, cancellationToken);
        return new TableData<WebhookEvent> { Items = page.Rows, TotalItems = page.TotalCount };
    }

    private Task ShowAsync(WebhookEventState? state)
    {
        _state = state;
        return _table.ReloadServerData();
    }

    private async Task ReplayAsync(WebhookEvent stored)
    {
        var outcome = await inbox.ReplayAsync(await current.GetAsync(), stored.Id);
        snackbar.Add(
            outcome.Refusal?.Message ?? $"Processed: {outcome.Value.Note}.", outcome.IsRefused ? Severity.Error : Severity.Success);
        await _table.ReloadServerData();
    }

    private async Task CompareAsync()
    {
        _isBusy = true;
        var (compared, fault) = await reconciler.CompareAsync(await current.GetAsync());
        snackbar.Add(fault ?? $"Compared {NumberText.Count(compared, "object")}.", fault is null ? Severity.Success : Severity.Warning);
        _compared++;
        _isBusy = false;
    }
}
