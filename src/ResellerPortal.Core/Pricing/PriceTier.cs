using System.Globalization;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Monetary;

namespace ResellerPortal.Core.Pricing;

/// <summary>A tier of a tiered price.</summary>
/// <param name="UpTo">The last conversion of the tier; null on the last tier only.</param>
public sealed record PriceTier(long? UpTo, long PriceMicros);

/// <summary>Operations shared by graduated and volume prices.</summary>
internal static class PriceTiers
{
    private const int MaxTiers = 20;

    extension(IReadOnlyList<PriceTier> tiers)
    {
        /// <summary>Text such as "0.02 EUR to 1,000, 0.015 EUR beyond".</summary>
        public string Describe(Currency currency) => string.Join(", ", tiers.Select(tier =>
            new UnitPrice(tier.PriceMicros, currency)
                + (tier.UpTo is { } last ? " to " + last.ToString("N0", CultureInfo.InvariantCulture) : tiers.Count > 1 ? " beyond" : "")));

        public IReadOnlyList<PriceTier> ConvertWith(ExchangeRate rate) =>
            [.. tiers.Select(tier => tier with { PriceMicros = rate.Convert(new UnitPrice(tier.PriceMicros, rate.From)).Micros })];

        public Refusal? Check() =>
            tiers.Count is 0 or > MaxTiers ? Refusal.Because($"Enter 1 to {MaxTiers} tiers.", "Tiers")
            : tiers.Any(t => t.PriceMicros is < 0 or > PriceModel.MaxMicros)
            ? Refusal.Because("Enter a tier price from 0 to 100,000 per conversion.", "Tiers")
            : tiers[^1].UpTo is not null || tiers.SkipLast(1).Any(t => t.UpTo is null)
            ? Refusal.Because("Enter an upper limit for every tier except the last.", "Tiers")
            : tiers.SkipLast(1).Zip(tiers.SkipLast(1).Skip(1)).Any(pair => pair.First.UpTo >= pair.Second.UpTo) || tiers[0].UpTo < 1
            ? Refusal.Because("The upper limit of each tier must exceed the previous one.", "Tiers")
            : null;
    }
}
