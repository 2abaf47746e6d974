using ResellerPortal.Core.Access;
using ResellerPortal.Core.Insights;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Pricing;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Web.Account;

namespace ResellerPortal.Web.ResellerDoor;

public sealed partial class Pricing(CurrentActor current, CustomerQueries customers, RateCards rateCards)
{
    private IReadOnlyList<RateCard>? _cards;
    private Dictionary<CustomerId, string> _names = [];
    private Currency _currency;
    private CardTerms _default = CardTerms.PassThrough;
    private bool _mayEdit;

    protected override Task OnInitializedAsync() => LoadAsync();

    private async Task LoadAsync()
    {
        var actor = await current.GetAsync();
        _mayEdit = actor.May(Permission.PricesEdit);
        _names = (await customers.NamesAsync(actor)).ToDictionary(c => c.Id, c => c.Name);
        (_currency, _default) = await rateCards.DefaultAsync(actor);
        _cards = await rateCards.HistoryAsync(actor);
    }
}
