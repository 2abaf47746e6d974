using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Time;

namespace ResellerPortal.Core.Pricing;

/// <summary>One card's part of a month: calculates the charge of its usage, and the difference between two charges.</summary>
/// <param name="taxBasisPoints">The tax rate for prices that include tax.</param>
internal sealed class PricedPartOfMonth(BillingPeriod month, PricedDays days, Currency currency, int taxBasisPoints)
{
    private readonly CardTerms _terms = days.Terms;

    public PartCharge Charge(IEnumerable<UsageItem> usage, bool withFees)
    {
        var groups = usage
            .Where(item => item.Day >= days.From && item.Day <= days.To)
            .GroupBy(item => (item.Environment, item.Converter, item.UnitCost))
            .Select(g => new UsageGroup(g.Key.Converter, g.Key.Environment, g.Key.UnitCost, g.Sum(item => item.Quantity)))
            .Where(g => g.Quantity != 0)
            .OrderBy(g => g.Environment, StringComparer.Ordinal)
            .ThenBy(g => g.Converter, StringComparer.Ordinal)
            .ThenBy(g => g.UnitCost.Micros)
            .ToLookup(g => FindRuleIndex(g.Converter));
        var quantities = new Dictionary<LineKey, long>();
        foreach (var (index, rule) in _terms.Rules.Index())
        {
            var (included, charged) = SplitIncluded(rule, [.. groups[index]]);
            foreach (var part in rule.Price.Price(charged))
            {
                Add(
                    new LineKey(
                        part.Converter.Length == 0 ? LineKind.Package : LineKind.Usage,
                        part.Environment,
                        part.Converter,
                        part.Price.Micros,
                        part.BlockSize),
                    part.Quantity);
            }

            foreach (var free in included)
            {
                Add(new LineKey(LineKind.Included, free.Environment, free.Converter, 0, 1), free.Quantity);
            }
        }

        var ofUsage = quantities.Aggregate(Money.Zero(currency), (sum, line) => sum + CalculateAmount(line.Key, line.Value));
        var discount = Money.Round(ofUsage.Amount * _terms.DiscountPercent / 100, currency);
        var minimum = withFees ? Prorate(_terms.MinimumMinorUnits) - (ofUsage - discount) : Money.Zero(currency);
        return new PartCharge(
            quantities,
            discount,
            minimum > Money.Zero(currency) ? minimum : Money.Zero(currency),
            withFees ? Prorate(_terms.MonthlyFeeMinorUnits) : Money.Zero(currency));

        void Add(LineKey key, long quantity) => quantities[key] = quantities.GetValueOrDefault(key) + quantity;
    }

    /// <summary>The additional conversions of a converter up to each price peak.</summary>
    public IEnumerable<long> ToPeaks(IEnumerable<UsageItem> usage, string converter)
    {
        var rule = FindRuleIndex(converter);
        var used = usage.Where(item => item.Day >= days.From && item.Day <= days.To && FindRuleIndex(item.Converter) == rule).Sum(
            item => item.Quantity);
        var included = _terms.Rules[rule].Included * days.ActiveDays / DaysInMonth;
        return _terms.Rules[rule].Price.Peaks.Select(peak => peak + included - used).Where(more => more > 0);
    }

    /// <summary>Lines for the difference between two charges; decreases are credited.</summary>
    public IEnumerable<RatedLine> Difference(PartCharge now, PartCharge was)
    {
        var usage = now.Quantities.Keys.Union(was.Quantities.Keys)
            .Select(key => (Key: key, Quantity: now.Quantities.GetValueOrDefault(key) - was.Quantities.GetValueOrDefault(key)))
            .Where(line => line.Quantity != 0)
            .OrderBy(line => line.Key.Kind)
            .ThenBy(line => line.Key.Environment, StringComparer.Ordinal)
            .ThenBy(line => line.Key.Converter, StringComparer.Ordinal)
            .ThenBy(line => line.Key.PriceMicros)
            .ThenBy(line => line.Key.BlockSize)
            .Select(line => Line(line.Key, line.Quantity, CalculateAmount(line.Key, line.Quantity)));
        (LineKind Kind, Money Amount)[] amounts = [
            (LineKind.Discount, was.Discount - now.Discount),
            (LineKind.Minimum, now.Minimum - was.Minimum),
            (LineKind.Fee, now.Fee - was.Fee),
        ];

        // A price is never negative on an invoice (EN 16931, BR-27), so a deduction has quantity minus one.
        return usage.Concat(amounts.Where(a => !a.Amount.IsZero).Select(a =>
            Line(
                new LineKey(a.Kind, "", "", UnitPrice.Round(Math.Abs(a.Amount.Amount), currency).Micros, 1),
                Math.Sign(a.Amount.MinorUnits),
                a.Amount)));
    }

    private int FindRuleIndex(string converter) => _terms.Rules.Index().First(rule => rule.Item.Covers(converter)).Index;

    /// <summary>Deducts the included conversions from the groups, in their order.</summary>
    private (List<UsageGroup> Included, List<UsageGroup> Charged) SplitIncluded(PriceRule rule, List<UsageGroup> groups)
    {
        var left = Math.Clamp(rule.Included * days.ActiveDays / DaysInMonth, 0, Math.Max(0, groups.Sum(g => g.Quantity)));
        var (free, charged) = (new List<UsageGroup>(), new List<UsageGroup>());
        foreach (var group in groups)
        {
            var taken = Math.Clamp(left, 0, Math.Max(0, group.Quantity));
            left -= taken;
            if (taken > 0)
            {
                free.Add(group with { Quantity = taken });
            }

            if (group.Quantity != taken)
            {
                charged.Add(group with { Quantity = group.Quantity - taken });
            }
        }

        return (free, charged);
    }

    private int DaysInMonth => month.LastDay.Day;

    /// <summary>Prorates a monthly amount for the days on which the customer had this card.</summary>
    private Money Prorate(long minorUnits) => Money.Round(new Money(minorUnits, currency).Amount * days.ActiveDays / DaysInMonth, currency);

    private Money CalculateAmount(LineKey key, long quantity) => Money.Round(new UnitPrice(key.PriceMicros, currency) * quantity);

    private RatedLine Line(LineKey key, long quantity, Money amount) => new(
        key.Kind, month, days.From, days.To, key.Converter, key.Environment,
        UnitPrice.Round(_terms.WithoutTax(new UnitPrice(key.PriceMicros, currency).Amount, taxBasisPoints), currency),
        quantity, key.BlockSize,
        Money.Round(_terms.WithoutTax(amount.Amount, taxBasisPoints), currency),
        _terms.IncludesTax ? amount : null);
}

/// <summary>Quantities with the same key share one line.</summary>
internal readonly record struct LineKey(LineKind Kind, string Environment, string Converter, long PriceMicros, long BlockSize);

/// <summary>The charge for a part of a month.</summary>
internal sealed record PartCharge(IReadOnlyDictionary<LineKey, long> Quantities, Money Discount, Money Minimum, Money Fee);
