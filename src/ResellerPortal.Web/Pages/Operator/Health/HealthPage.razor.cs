using MudBlazor;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.PaymentEvents;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Web.Account;
using ResellerPortal.Web.Hosting;

namespace ResellerPortal.Web.OperatorPages.Health;

public sealed partial class HealthPage(
    CurrentActor current,
    SystemHealthReader reader,
    WebhookInbox inbox,
    PortalDatabase database,
    TimeProvider clock,
    ISnackbar snackbar) : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    private readonly CancellationTokenSource _closed = new();
    private SystemHealth? _health;
    private Actor? _actor;
    private ITimer? _timer;
    private bool _isRefreshing;
    private bool _mayRepair;

    public void Dispose()
    {
        _timer?.Dispose();
        _closed.Cancel();
        _closed.Dispose();
    }

    protected override Task OnInitializedAsync() => RefreshAsync();

    protected override void OnAfterRender(bool firstRender)
    {
        if (firstRender)
        {
            _timer = clock.CreateTimer(_ => _ = InvokeAsync(RefreshShownAsync), null, Interval, Interval);
        }
    }

    private static string GetTone(HealthState state) => state switch
    {
        HealthState.Good => "good",
        HealthState.Warning => "warn",
        HealthState.Bad => "bad",
        _ => "off",
    };

    /// <summary>Keeps what is shown until the next state is known, so that nothing flickers.</summary>
    private async Task RefreshShownAsync()
    {
        if (_isRefreshing || _closed.IsCancellationRequested)
        {
            return;
        }

        _isRefreshing = true;
        try
        {
            await RefreshAsync();
            StateHasChanged();
        }
        catch (PermissionDeniedException denied)
        {
            await DispatchExceptionAsync(denied);
        }
        finally
        {
            _isRefreshing = false;
        }
    }

    private async Task RefreshAsync()
    {
        try
        {
            _actor = await current.GetAsync();
        }
        catch (Exception failure) when (_actor is not null && database.IsAway(failure))
        {
            // Whoever has the page open still sees that the database is away.
        }

        _mayRepair = _actor!.May(Permission.PaymentsRepair);
        _health = await reader.ReadAsync(_actor, _closed.Token);
    }

    private async Task ReplayAsync(WebhookEvent stored)
    {
        var outcome = await inbox.ReplayAsync(await current.GetAsync(), stored.Id);
        snackbar.Add(
            outcome.Refusal?.Message ?? $"Processed: {outcome.Value.Note}.", outcome.IsRefused ? Severity.Error : Severity.Success);
        await RefreshAsync();
    }
}
