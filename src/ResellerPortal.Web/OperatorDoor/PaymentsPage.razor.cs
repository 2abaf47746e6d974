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
    private IReadOnlyList<DifferenceRow> _differences = [];
    private PaymentComparison? _last;
    private MudTable<ProviderEvent> _table = null!;
    private ProviderEventState? _state;
    private bool _mayRepair;
    private bool _isBusy;

    protected override async Task OnInitializedAsync()
    {
        var actor = await current.GetAsync();
        _mayRepair = actor.May(Permission.PaymentsRepair);
        (_differences, _last) = await reconciliation.ReadAsync(actor);
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

    private Task CompareAsync() => BusyAsync(async actor =>
    {
        var (compared, fault) = await reconciliation.CompareAsync(actor);
        snackbar.Add(fault ?? $"Compared {Numbers.Count(compared, "object")}.", fault is null ? Severity.Success : Severity.Warning);
    });

    private Task RepairAsync(DifferenceRow row) => BusyAsync(async actor =>
    {
        var outcome = await reconciliation.RepairAsync(actor, row.Difference.Id);
        snackbar.Add(outcome.Refusal?.Message ?? "Put right.", outcome.IsRefused ? Severity.Error : Severity.Success);
    });

    private async Task BusyAsync(Func<Actor, Task> act)
    {
        _isBusy = true;
        await act(await current.GetAsync());
        await OnInitializedAsync();
        _isBusy = false;
    }
}
