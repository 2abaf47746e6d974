using Microsoft.AspNetCore.Components;
using MudBlazor;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Balances;
using ResellerPortal.Core.Prepaid;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Web.Account;
using ResellerPortal.Web.Components;

namespace ResellerPortal.Web.ResellerPages.Customers;

public sealed partial class BalancePage(
    CurrentActor current,
    BalanceQueries queries,
    PrepaidTermsService terms,
    IDialogService dialogs,
    ISnackbar snackbar)
{
    private Actor? _actor;
    private BalanceOverview? _overview;
    private bool _isMissing;

    [Parameter]
    public Guid Id { get; set; }

    protected override Task OnParametersSetAsync() => LoadAsync();

    private async Task LoadAsync()
    {
        _actor = await current.GetAsync();
        _overview = await queries.ReadAsync(_actor, new CustomerId(Id));
        _isMissing = _overview is null;
    }

    private Task TopUpAsync() => MoveAsync(BalanceTransactionKind.TopUp);

    private Task PayBackAsync() => MoveAsync(BalanceTransactionKind.PaidOut);

    private async Task MoveAsync(BalanceTransactionKind kind)
    {
        // Conversions have gone on since the page was opened.
        await LoadAsync();
        if ((await dialogs.ActAsync(new DialogParameters<BalanceDialog> { { d => d.Overview, _overview! }, { d => d.Kind, kind } })).IsDone)
        {
            await LoadAsync();
        }
    }

    private async Task SwitchAsync()
    {
        var (isPrepaid, name) = (!_overview!.IsPrepaid, _overview.CustomerName);
        var consequence = isPrepaid
            ? $"Conversions of {name} are refused from now on once its balance of {_overview.Spending.Balance} does not pay for them. "
                + $"{_overview.Spending.Spent + _overview.Spending.Due} of it are spoken for."
            : $"Conversions of {name} go on without a balance, and it pays its invoices afterwards. What it has on its balance pays the "
                + "next ones.";
        if (!await dialogs.ConfirmAsync(
            isPrepaid ? "Make it prepaid?" : "Let it pay afterwards?",
            consequence,
            isPrepaid ? "Make it prepaid" : "Let it pay afterwards"))
        {
            return;
        }

        var outcome = await terms.SetAsync(await current.GetAsync(), new CustomerId(Id), isPrepaid);
        if (outcome.Refusal is { } refusal)
        {
            snackbar.Add(refusal.Message, Severity.Error);
        }

        await LoadAsync();
    }
}
