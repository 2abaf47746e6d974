using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Pricing;

namespace ResellerPortal.Web.ResellerPages.Pricing;

public enum PriceKind
{
    CostPlusPercent,
    CostPlusAmount,
    FixedPrice,
    Graduated,
    Volume,
    Package,
    FollowDefault,
}

/// <summary>A price tier in the form.</summary>
public sealed class TierDraft
{
    public long? UpTo { get; set; }

    public decimal Price { get; set; }
}

/// <summary>A price rule in the form; prices are in currency units.</summary>
public sealed class RuleDraft
{
    private const decimal MaxAmount = 10_000_000;

    public string Converters { get; set; } = "";

    public PriceKind Kind { get; set; }

    public decimal Value { get; set; }

    public long Size { get; set; } = 1000;

    public long Included { get; set; }

    public List<TierDraft> Tiers { get; private init; } = [new TierDraft { UpTo = 1000 }, new TierDraft()];

    public bool IsTiered => Kind is PriceKind.Graduated or PriceKind.Volume;

    public string ValueLabel => Kind switch
    {
        PriceKind.CostPlusPercent => "Markup",
        PriceKind.CostPlusAmount => "Markup per conversion",
        PriceKind.Package => "Price per package",
        _ => "Price per conversion",
    };

    public static RuleDraft From(PriceRule rule)
    {
        var draft = rule.Price switch
        {
            Markup.CostPlusAmount amount =>
                new RuleDraft { Kind = PriceKind.CostPlusAmount, Value = Amount(amount.AmountMicros, amount.Currency) },
            Markup.CostPlusPercent percent => new RuleDraft { Kind = PriceKind.CostPlusPercent, Value = percent.Percent },
            Markup.FixedPrice price => new RuleDraft { Kind = PriceKind.FixedPrice, Value = Amount(price.PriceMicros, price.Currency) },
            GraduatedPrice graduated => new RuleDraft { Kind = PriceKind.Graduated, Tiers = ToDrafts(graduated.Tiers, graduated.Currency) },
            VolumePrice volume => new RuleDraft { Kind = PriceKind.Volume, Tiers = ToDrafts(volume.Tiers, volume.Currency) },
            PackagePrice package =>
                new RuleDraft { Kind = PriceKind.Package, Value = Amount(package.PriceMicros, package.Currency), Size = package.Size },
            _ => throw new ArgumentOutOfRangeException(nameof(rule)),
        };
        (draft.Converters, draft.Included) = (string.Join(' ', rule.Converters), rule.Included);
        return draft;
    }

    public PriceRule ToRule(Currency currency, bool isLast) => new(
        isLast ? [] : Converters.ToLowerInvariant().Split([' ', ',', ';', '\n', '\t'], StringSplitOptions.RemoveEmptyEntries),
        Kind switch
        {
            PriceKind.CostPlusPercent => new Markup.CostPlusPercent(Bounded(Value)),
            PriceKind.CostPlusAmount => new Markup.CostPlusAmount(Micros(Value, currency), currency),
            PriceKind.FixedPrice => new Markup.FixedPrice(Micros(Value, currency), currency),
            PriceKind.Graduated => new GraduatedPrice(ToTiers(currency), currency),
            PriceKind.Volume => new VolumePrice(ToTiers(currency), currency),
            PriceKind.Package => new PackagePrice(Size, Micros(Value, currency), currency),
            _ => throw new InvalidOperationException("A single rule cannot follow the default; only the whole card can."),
        },
        Included);

    private List<PriceTier> ToTiers(Currency currency) =>
        [.. Tiers.Select((tier, index) => new PriceTier(index == Tiers.Count - 1 ? null : tier.UpTo ?? 0, Micros(tier.Price, currency)))];

    private static List<TierDraft> ToDrafts(IEnumerable<PriceTier> tiers, Currency currency) =>
        [.. tiers.Select(tier => new TierDraft { UpTo = tier.UpTo, Price = Amount(tier.PriceMicros, currency) })];

    private static decimal Amount(long micros, Currency currency) => new UnitPrice(micros, currency).Amount;

    private static long Micros(decimal price, Currency currency) => UnitPrice.Round(Bounded(price), currency).Micros;

    private static decimal Bounded(decimal value) => Math.Clamp(value, -MaxAmount, MaxAmount);
}

/// <summary>A rate card in the form; amounts are in currency units.</summary>
public sealed class CardDraft
{
    private const decimal MaxAmount = 100_000_000;

    public List<RuleDraft> Rules { get; private init; } = [];

    public decimal Fee { get; set; }

    public decimal Minimum { get; set; }

    public decimal Discount { get; set; }

    public bool IncludesTax { get; set; }

    /// <summary>Whether the customer uses the default rate card.</summary>
    public bool FollowsDefault => Rules[^1].Kind == PriceKind.FollowDefault;

    public bool UsesAdvancedOptions =>
        IncludesTax || Fee != 0 || Minimum != 0 || Discount != 0 || Rules.Count > 1 || Rules.Any(r => r.Included != 0);

    public static CardDraft From(CardTerms terms, Currency currency) => new()
    {
        Rules = [.. terms.Rules.Select(RuleDraft.From)],
        Fee = new Money(terms.MonthlyFeeMinorUnits, currency).Amount,
        Minimum = new Money(terms.MinimumMinorUnits, currency).Amount,
        Discount = terms.DiscountPercent,
        IncludesTax = terms.IncludesTax,
    };

    /// <summary>Returns null if the customer follows the default.</summary>
    public CardTerms? ToTerms(Currency currency) => FollowsDefault
        ? null
        : new CardTerms(
            [.. Rules.Select((rule, index) => rule.ToRule(currency, index == Rules.Count - 1))],
            MinorUnits(Fee, currency),
            MinorUnits(Minimum, currency),
            Math.Clamp(Discount, -1000, 1000),
            IncludesTax);

    private static long MinorUnits(decimal amount, Currency currency) =>
        Money.Round(Math.Clamp(amount, -MaxAmount, MaxAmount), currency).MinorUnits;
}
