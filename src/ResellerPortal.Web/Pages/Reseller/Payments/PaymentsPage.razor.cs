using Microsoft.AspNetCore.Components;
using MudBlazor;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Checkouts;
using ResellerPortal.Web.Account;
using ResellerPortal.Web.Components;

namespace ResellerPortal.Web.ResellerPages.Payments;

public sealed partial class PaymentsPage(
    CurrentActor current,
    PaymentAccountService accounts,
    NavigationManager navigation,
    IDialogService dialogs,
    ISnackbar snackbar)
{
    private PaymentAccountRow? _row;
    private string _key = "";
    private string _secret = "";
    private string? _refusal;
    private bool _isBusy;

    /// <summary>Whether the owner has returned from Stripe onboarding.</summary>
    [SupplyParameterFromQuery(Name = "back")]
    private bool IsBack { get; set; }

    private string Endpoint => navigation.ToAbsoluteUri(_row!.WebhookPath).ToString();

    protected override async Task OnInitializedAsync()
    {
        var actor = await current.GetAsync();
        _row = await accounts.ReadAsync(actor);
        if (IsBack)
        {
            await RefreshAsync();
        }
    }

    private static string GetAccount(PaymentAccountRow row) => row switch
    {
        { HasKeys: true } => "Your own API keys",
        { ConnectedId: null } => "None",
        _ => "Connected",
    };

    private static string GetNextStep(PaymentAccountRow row) => row switch
    {
        { ConnectedId: null } => "Connect with Stripe",
        { TakesPayments: true } => "Edit details on Stripe",
        _ => "Continue on Stripe",
    };

    private Task RefreshAsync() => ActAsync(async actor =>
    {
        var outcome = await accounts.RefreshAsync(actor);
        _row = outcome.IsRefused ? _row : outcome.Value;
        return outcome.Refusal;
    });

    private Task ConnectAsync() => ActAsync(async actor =>
    {
        var outcome = await accounts.ConnectAsync(actor, navigation.ToAbsoluteUri("/reseller/payments?back=true").ToString());
        if (!outcome.IsRefused)
        {
            navigation.NavigateTo(outcome.Value, forceLoad: true);
        }

        return outcome.Refusal;
    });

    private Task SaveAsync() => ActAsync(async actor =>
    {
        var outcome = await accounts.SetKeysAsync(actor, _key, _secret);
        if (!outcome.IsRefused)
        {
            (_row, _key, _secret) = (outcome.Value, "", "");
            snackbar.Add("The API keys are valid and saved.", Severity.Success);
        }

        return outcome.Refusal;
    });

    private async Task ForgetAsync()
    {
        if (await dialogs.ConfirmAsync(
            "Remove the API keys?", "Customers can no longer pay online. Past payments are kept.", "Remove keys"))
        {
            await ActAsync(async actor =>
            {
                var outcome = await accounts.SetKeysAsync(actor, "", "");
                _row = outcome.IsRefused ? _row : outcome.Value;
                return outcome.Refusal;
            });
        }
    }

    private async Task ActAsync(Func<Actor, Task<Refusal?>> action)
    {
        _isBusy = true;
        _refusal = (await action(await current.GetAsync()))?.Message;
        _isBusy = false;
        if (_refusal is not null)
        {
            snackbar.Add(_refusal, Severity.Error);
        }
    }
}
