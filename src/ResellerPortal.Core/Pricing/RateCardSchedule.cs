using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Pricing;

/// <summary>Which markup holds on which day for one customer: its own card, else the reseller's default, else pass-through.</summary>
public sealed class RateCardSchedule
{
    private readonly RateCard[] _own;
    private readonly RateCard[] _defaults;

    public RateCardSchedule(CustomerId customer, IEnumerable<RateCard> cardsOfReseller)
    {
        var newestFirst = cardsOfReseller.OrderByDescending(c => c.EffectiveFrom).ThenByDescending(c => c.Version).ToList();
        _own = [.. newestFirst.Where(c => c.CustomerId == customer)];
        _defaults = [.. newestFirst.Where(c => c.CustomerId is null)];
    }

    public Markup On(DateOnly day) =>
        OwnOn(day) ?? Array.Find(_defaults, c => c.EffectiveFrom <= day)?.Markup ?? Markup.PassThrough;

    /// <summary>The customer's own rule on a day; null where it follows the default.</summary>
    public Markup? OwnOn(DateOnly day) => Array.Find(_own, c => c.EffectiveFrom <= day)?.Markup;
}
