using System.Globalization;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Monetary;

namespace ResellerPortal.Core.Pricing;

/// <summary>A step of a tiered price.</summary>
/// <param name="UpTo">The last conversion it holds for; null on the last step alone.</param>
public sealed record PriceTier(long? UpTo, long PriceMicros);

/// <summary>What graduated and volume prices have in common: their steps.</summary>
internal static class PriceTiers
{
    private const int Most = 20;

    extension(IReadOnlyList<PriceTier> tiers)
    {
        /// <summary>"0.02 EUR to 1,000, 0.015 EUR beyond".</summary>
        public string Describe(Currency currency) => string.Join(", ", tiers.Select(tier =>
            new UnitPrice(tier.PriceMicros, currency)
                + (tier.UpTo is { } last ? " to " + last.ToString("N0", CultureInfo.InvariantCulture) : tiers.Count > 1 ? " beyond" : "")));

        public IReadOnlyList<PriceTier> ConvertWith(ExchangeRate rate) =>
            [.. tiers.Select(tier => tier with { PriceMicros = rate.Convert(new UnitPrice(tier.PriceMicros, rate.From)).Micros })];

        public Refusal? Check() =>
            tiers.Count is 0 or > Most ? Refusal.Because($"A tiered price has from 1 to {Most} steps.", "Tiers")
            : tiers.Any(t => t.PriceMicros is < 0 or > 1_000_000 * UnitPrice.MicrosPerUnit)
            ? Refusal.Because("The price of a step is from 0 to 1,000,000 a conversion.", "Tiers")
            : tiers[^1].UpTo is not null || tiers.SkipLast(1).Any(t => t.UpTo is null)
            ? Refusal.Because("Every step but the last ends at a number of conversions; the last has no end.", "Tiers")
            : tiers.SkipLast(1).Zip(tiers.SkipLast(1).Skip(1)).Any(pair => pair.First.UpTo >= pair.Second.UpTo) || tiers[0].UpTo < 1
            ? Refusal.Because("Each step ends later than the one before it.", "Tiers")
            : null;
    }
}
