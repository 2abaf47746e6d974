using MudBlazor;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Currencies;
using ResellerPortal.Web.Account;
using ResellerPortal.Web.Components;

namespace ResellerPortal.Web.ResellerPages.Settings;

public sealed partial class CurrenciesPage(CurrentActor current, CurrencyRateService rates, IDialogService dialogs, ISnackbar snackbar)
{
    private CurrencyOverview? _overview;
    private bool _mayEdit;

    protected override Task OnInitializedAsync() => LoadAsync();

    private async Task LoadAsync()
    {
        var actor = await current.GetAsync();
        _mayEdit = actor.May(Permission.PricesEdit);
        _overview = await rates.ReadAsync(actor);
    }

    private async Task SetAsync(ForeignCurrency? currency)
    {
        if ((await dialogs.ActAsync(new DialogParameters<CurrencyRateDialog>
        {
            { d => d.Own, _overview!.Own },
            { d => d.Today, _overview.Today },
            { d => d.Present, currency?.Today },
        })).IsDone)
        {
            snackbar.Add("Rate added.", Severity.Success);
            await LoadAsync();
        }
    }

    private string Units(CurrencyRate rate) => rate.ToExchangeRate(_overview!.Own).ToAmountString();
}
