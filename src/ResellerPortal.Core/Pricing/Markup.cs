using System.Globalization;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Monetary;

namespace ResellerPortal.Core.Pricing;

/// <summary>
/// Derives a unit price from a unit cost. A price is never negative: if a rule deducts more than the cost, the conversion is free.
/// </summary>
public abstract record Markup : PriceModel
{
    private Markup()
    {
    }

    /// <summary>Customers pay the reseller's cost: the rule before any other is set.</summary>
    public static Markup PassThrough { get; } = new CostPlusPercent(0);

    public UnitPrice GetPrice(UnitPrice cost)
    {
        var price = Apply(cost);
        return price.Micros < 0 ? UnitPrice.Zero(price.Currency) : price;
    }

    public sealed override UnitPrice GetLowestPrice(UnitPrice cost) => GetPrice(cost);

    internal sealed override IEnumerable<PricedPart> Price(IReadOnlyList<UsageGroup> groups) =>
        groups.Select(group => PricedPart.FromUsage(group, GetPrice(group.UnitCost), group.Quantity));

    protected abstract UnitPrice Apply(UnitPrice cost);

    /// <summary>Cost plus a fixed amount per conversion.</summary>
    public sealed record CostPlusAmount(long AmountMicros, Currency Currency) : Markup
    {
        public override string Describe() => AmountMicros < 0
            ? $"cost − {new UnitPrice(-AmountMicros, Currency)}"
            : $"cost + {new UnitPrice(AmountMicros, Currency)}";

        public override PriceModel ConvertWith(ExchangeRate rate) => new CostPlusAmount(Convert(AmountMicros, rate), rate.To);

        internal override Refusal? Check(Currency currency) => Math.Abs(AmountMicros) > MaxMicros
            ? Refusal.Because("Enter an amount of at most 100,000 per conversion.", "Value")
            : CheckCurrency(Currency, currency);

        protected override UnitPrice Apply(UnitPrice cost) => cost + new UnitPrice(AmountMicros, Currency);
    }

    /// <summary>Cost plus a percentage: 25 turns 0.01 into 0.0125.</summary>
    public sealed record CostPlusPercent(decimal Percent) : Markup
    {
        public override string Describe() => Percent switch
        {
            0 => "at cost",
            < 0 => $"cost − {Text(-Percent)}%",
            _ => $"cost + {Text(Percent)}%",
        };

        public override PriceModel ConvertWith(ExchangeRate rate) => this;

        internal override Refusal? Check(Currency currency) =>
            Percent is < -100 or > 10_000 ? Refusal.Because("Enter a percentage from −100 to 10,000.", "Value") : null;

        protected override UnitPrice Apply(UnitPrice cost) => UnitPrice.Round(cost.Amount * (100 + Percent) / 100, cost.Currency);

        private static string Text(decimal percent) => percent.ToString("0.####", CultureInfo.InvariantCulture);
    }

    /// <summary>The same price whatever the conversion costs.</summary>
    public sealed record FixedPrice(long PriceMicros, Currency Currency) : Markup
    {
        public override string Describe() => $"{new UnitPrice(PriceMicros, Currency)} each";

        public override PriceModel ConvertWith(ExchangeRate rate) => new FixedPrice(Convert(PriceMicros, rate), rate.To);

        internal override Refusal? Check(Currency currency) => PriceMicros is < 0 or > MaxMicros
            ? Refusal.Because("Enter a fixed price from 0 to 100,000 per conversion.", "Value")
            : CheckCurrency(Currency, currency);

        protected override UnitPrice Apply(UnitPrice cost) => new(PriceMicros, Currency);
    }
}
