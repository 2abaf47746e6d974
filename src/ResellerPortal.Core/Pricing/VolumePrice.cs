using ResellerPortal.Core.Access;
using ResellerPortal.Core.Monetary;

namespace ResellerPortal.Core.Pricing;

/// <summary>Charges all conversions at the price of the tier that their number falls into.</summary>
public sealed record VolumePrice(IReadOnlyList<PriceTier> Tiers, Currency Currency) : PriceModel
{
    public override string Describe() => $"by volume: {Tiers.Describe(Currency)}";

    public override UnitPrice GetLowestPrice(UnitPrice cost) => new(Tiers.Min(t => t.PriceMicros), Currency);

    public override PriceModel ConvertWith(ExchangeRate rate) => new VolumePrice(Tiers.ConvertWith(rate), rate.To);

    internal override IEnumerable<long> Peaks => Tiers.Select(t => t.UpTo).OfType<long>();

    internal override Refusal? Check(Currency currency) => Tiers.Check() ?? CheckCurrency(Currency, currency);

    internal override IEnumerable<PricedPart> Price(IReadOnlyList<UsageGroup> groups)
    {
        var total = groups.Sum(g => g.Quantity);
        var price = new UnitPrice(Tiers.First(t => t.UpTo is null || total <= t.UpTo).PriceMicros, Currency);
        return groups.Select(group => PricedPart.FromUsage(group, price, group.Quantity));
    }
}
