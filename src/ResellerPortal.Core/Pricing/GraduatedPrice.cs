using ResellerPortal.Core.Access;
using ResellerPortal.Core.Monetary;

namespace ResellerPortal.Core.Pricing;

/// <summary>
/// Charges each conversion at the price of the tier it falls into: the first 1,000 at one price, the next 9,000 at another.
/// </summary>
public sealed record GraduatedPrice(IReadOnlyList<PriceTier> Tiers, Currency Currency) : PriceModel
{
    public override string Describe() => $"graduated: {Tiers.Describe(Currency)}";

    public override UnitPrice GetLowestPrice(UnitPrice cost) => new(Tiers.Min(t => t.PriceMicros), Currency);

    public override PriceModel ConvertWith(ExchangeRate rate) => new GraduatedPrice(Tiers.ConvertWith(rate), rate.To);

    internal override Refusal? Check(Currency currency) => Tiers.Check() ?? CheckCurrency(Currency, currency);

    /// <summary>
    /// Usage groups fill the tiers one after another, and negative quantities empty them from the top; the sum does not depend on the
    /// order.
    /// </summary>
    internal override IEnumerable<PricedPart> Price(IReadOnlyList<UsageGroup> groups)
    {
        var position = 0L;
        foreach (var group in groups.OrderBy(g => g.Quantity < 0))
        {
            var end = position + group.Quantity;
            var (low, high) = (Math.Min(position, end), Math.Max(position, end));
            var from = long.MinValue;
            foreach (var tier in Tiers)
            {
                var to = tier.UpTo ?? long.MaxValue;
                var inTier = Math.Min(high, to) - Math.Max(low, from);
                if (inTier > 0)
                {
                    yield return PricedPart.FromUsage(
                        group, new UnitPrice(tier.PriceMicros, Currency), group.Quantity < 0 ? -inTier : inTier);
                }

                from = to;
            }

            position = end;
        }
    }
}
