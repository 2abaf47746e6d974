using Microsoft.AspNetCore.Components;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Currencies;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Web.Account;
using ResellerPortal.Web.Components;

namespace ResellerPortal.Web.ResellerPages.Settings;

public sealed partial class CurrencyRateDialog(CurrentActor current, CurrencyRateService rates)
{
    private string _code = "";
    private decimal _units;
    private string _from = "";

    [Parameter, EditorRequired]
    public Currency Own { get; set; }

    [Parameter, EditorRequired]
    public DateOnly Today { get; set; }

    /// <summary>The rate in effect; null to choose a currency.</summary>
    [Parameter]
    public ExchangeRate? Present { get; set; }

    private string? Example => _units > 0 && _code.Length > 0 ? $"100.00 {_code} = {Money.Round(100 / _units, Own)}" : null;

    protected override void OnInitialized()
    {
        _from = DayText.Format(Today);
        (_code, _units) = Present is { } rate ? (rate.To.Code, rate.Amount) : ("", 0);
    }

    private async Task<Refusal?> ActAsync() => DayText.TryRead(_from, out var from)
        ? (await rates.SetAsync(await current.GetAsync(), _code, _units, from)).Refusal
        : Refusal.Because("Choose the date from which the rate applies.");
}
