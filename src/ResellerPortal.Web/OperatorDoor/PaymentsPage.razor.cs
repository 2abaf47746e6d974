using MudBlazor;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Checkouts;
using ResellerPortal.Core.PaymentEvents;
using ResellerPortal.Web.Account;
using ResellerPortal.Web.Components;

namespace ResellerPortal.Web.OperatorDoor;

public sealed partial class PaymentsPage(CurrentActor current, ProviderEvents events, PaymentReconciliation reconciliation, IOnlineGateway online, ISnackbar snackbar)
{
    private readonly bool _isConfigured = online.IsConfigured;
    private MudTable<ProviderEvent> _table = null!;
    private ProviderEventState? _state;
    private bool _mayRepair;
    private bool _isBusy;

    /// <summary>Moves on with each comparison, so that its result is read anew.</summary>
    private int _compared;

    protected override async Task OnInitializedAsync()
    {
        _mayRepair = (await current.GetAsync()).May(Permission.PaymentsRepair);
    }

    private static string Words(ProviderEventState? state) => state switch
    {
        null => "all events",
        ProviderEventState.Waiting => "waiting",
        ProviderEventState.Handled => "handled",
        ProviderEventState.Ignored => "nothing to do",
        _ => "given up",
    };

    private async Task<TableData<ProviderEvent>> LoadAsync(TableState state, CancellationToken cancellationToken)
    {
        var page = await events.PageAsync(await current.GetAsync(), _state, state.Page * state.PageSize, state.PageSize, cancellationToken);
        return new TableData<ProviderEvent> { Items = page.Rows, TotalItems = page.TotalCount };
    }

    private Task ShowAsync(ProviderEventState? state)
    {
        _state = state;
        return _table.ReloadServerData();
    }

    private async Task ReplayAsync(ProviderEvent stored)
    {
        var outcome = await events.ReplayAsync(await current.GetAsync(), stored.Id);
        snackbar.Add(outcome.Refusal?.Message ?? $"Followed up: {outcome.Value.Note}.", outcome.IsRefused ? Severity.Error : Severity.Success);
        await _table.ReloadServerData();
    }

    private async Task CompareAsync()
    {
        _isBusy = true;
        var (compared, fault) = await reconciliation.CompareAsync(await current.GetAsync());
        snackbar.Add(fault ?? $"Compared {Numbers.Count(compared, "object")}.", fault is null ? Severity.Success : Severity.Warning);
        _compared++;
        _isBusy = false;
    }
}
