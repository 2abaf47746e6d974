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

    [Parameter]
    public Guid Id { get; set; }

    protected override Task OnParametersSetAsync() => LoadAsync();

    private async Task LoadAsync()
    {
        _actor = await current.GetAsync();
        _overview = await queries.ReadAsync(_actor, new CustomerId(Id));
    }

    private Task TopUpAsync() => RecordAsync(BalanceTransactionKind.TopUp);

    private Task RefundAsync() => RecordAsync(BalanceTransactionKind.PaidOut);

    private async Task RecordAsync(BalanceTransactionKind kind)
    {
        // Usage may have changed since the page was opened.
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
            ? $"Conversions for {name} will be refused once the balance of {_overview.Spending.Balance} is used up. "
                + $"{_overview.Spending.Spent + _overview.Spending.Due} of it is already committed."
            : $"Conversions for {name} no longer depend on the balance and are paid by invoice. The remaining balance is applied to the "
                + "next invoices.";
        if (!await dialogs.ConfirmAsync(
            isPrepaid ? "Switch to prepaid?" : "Switch to postpaid?",
            consequence,
            isPrepaid ? "Switch to prepaid" : "Switch to postpaid"))
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
