using System.Text.Json.Serialization;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Monetary;

namespace ResellerPortal.Core.Pricing;

/// <summary>Conversions of one converter and environment at the same cost, summed over the priced part of a month.</summary>
internal sealed record UsageGroup(string Converter, string Environment, UnitPrice UnitCost, long Quantity);

/// <summary>A quantity at a price. Converter and environment are empty if the price is not specific to them.</summary>
/// <param name="BlockSize">Conversions per block of the quantity; 1 if conversions themselves are counted.</param>
internal sealed record PricedPart(string Converter, string Environment, UnitPrice Price, long Quantity, long BlockSize)
{
    public static PricedPart FromUsage(UsageGroup group, UnitPrice price, long quantity) =>
        new(group.Converter, group.Environment, price, quantity, BlockSize: 1);
}

/// <summary>How a rule's conversions are priced. All models are exact and depend only on sums.</summary>
[JsonDerivedType(typeof(Markup.CostPlusAmount), "cost-plus-amount")]
[JsonDerivedType(typeof(Markup.CostPlusPercent), "cost-plus-percent")]
[JsonDerivedType(typeof(Markup.FixedPrice), "fixed-price")]
[JsonDerivedType(typeof(GraduatedPrice), "graduated")]
[JsonDerivedType(typeof(VolumePrice), "volume")]
[JsonDerivedType(typeof(PackagePrice), "package")]
public abstract record PriceModel
{
    /// <summary>The highest price of a conversion; any number of them then fits the totals.</summary>
    internal const long MaxMicros = 100_000 * UnitPrice.MicrosPerUnit;

    /// <summary>Text such as "cost + 25%".</summary>
    public abstract string Describe();

    /// <summary>The lowest possible price of a conversion, used to warn about selling below cost.</summary>
    public abstract UnitPrice GetLowestPrice(UnitPrice cost);

    /// <summary>Converts the model to another currency; percentages are unchanged.</summary>
    public abstract PriceModel ConvertWith(ExchangeRate rate);

    /// <summary>Numbers of charged conversions after which one more makes all of them cheaper.</summary>
    internal virtual IEnumerable<long> Peaks => [];

    /// <summary>Prices a rule's charged conversions. Corrections have a negative quantity.</summary>
    internal abstract IEnumerable<PricedPart> Price(IReadOnlyList<UsageGroup> groups);

    /// <returns>The refusal if the model cannot be used in this currency, or null.</returns>
    internal abstract Refusal? Check(Currency currency);

    protected static long Convert(long micros, ExchangeRate rate) => rate.Convert(new UnitPrice(micros, rate.From)).Micros;

    protected static Refusal? CheckCurrency(Currency own, Currency wanted) =>
        own == wanted ? null : Refusal.Because($"Enter the price in {wanted}, this account's currency.", "Value");
}
