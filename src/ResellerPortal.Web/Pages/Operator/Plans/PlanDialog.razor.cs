using ResellerPortal.Core.Access;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Plans;
using ResellerPortal.Web.Account;

namespace ResellerPortal.Web.OperatorPages.Plans;

public sealed partial class PlanDialog(CurrentActor current, BulkPlanService plans)
{
    private string _name = "";
    private long _conversions = 12_000;
    private decimal _price = 180;
    private string _currency = "EUR";
    private int _validityDays = 365;
    private PlanRenewal _renewal = PlanRenewal.Yearly;

    private string? PerConversion => _conversions > 0 && _price >= 0
        ? UnitPrice.Spread(Money.Round(_price, Currency.FromCode(_currency)), _conversions).ToString()
        : null;

    private async Task<Refusal?> ActAsync() =>
        (await plans.OfferAsync(
            await current.GetAsync(),
            new PlanTerms(_name, _conversions, _price, _currency, _validityDays, _renewal, OveragePrice: null))).Refusal;
}
