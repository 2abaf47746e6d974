using ResellerPortal.Core.Access;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Pricing;
using ResellerPortal.Web.Account;

namespace ResellerPortal.Web.ResellerPages.Pricing;

public sealed partial class PricingPage(CurrentActor current, RateCardService rateCards)
{
    private IReadOnlyList<SetPrice>? _cards;
    private Currency _currency;
    private CardTerms _default = CardTerms.PassThrough;
    private bool _mayEdit;

    protected override Task OnInitializedAsync() => LoadAsync();

    private async Task LoadAsync()
    {
        var actor = await current.GetAsync();
        _mayEdit = actor.May(Permission.PricesEdit);
        (_currency, _default) = await rateCards.GetDefaultAsync(actor);
        _cards = await rateCards.ListHistoryAsync(actor);
    }
}
