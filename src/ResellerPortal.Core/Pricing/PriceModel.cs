using System.Text.Json.Serialization;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Monetary;

namespace ResellerPortal.Core.Pricing;

/// <summary>Conversions of one converter and environment that cost the same, summed over the part of a month that is priced.</summary>
internal sealed record UsageGroup(string Converter, string Environment, UnitPrice UnitCost, long Quantity);

/// <summary>A quantity at a price. Converter and environment are empty where the price is not one of theirs.</summary>
/// <param name="BlockSize">Conversions in one of the quantity's blocks; 1 where conversions themselves are counted.</param>
internal sealed record PricedPart(string Converter, string Environment, UnitPrice Price, long Quantity, long BlockSize)
{
    public static PricedPart FromUsage(UsageGroup group, UnitPrice price, long quantity) =>
        new(group.Converter, group.Environment, price, quantity, BlockSize: 1);
}

/// <summary>
/// How the conversions of a rule are priced. Each model is a file of its own; all of them are exact and depend on sums alone.
/// </summary>
[JsonDerivedType(typeof(Markup.CostPlusAmount), "cost-plus-amount")]
[JsonDerivedType(typeof(Markup.CostPlusPercent), "cost-plus-percent")]
[JsonDerivedType(typeof(Markup.FixedPrice), "fixed-price")]
[JsonDerivedType(typeof(GraduatedPrice), "graduated")]
[JsonDerivedType(typeof(VolumePrice), "volume")]
[JsonDerivedType(typeof(PackagePrice), "package")]
public abstract record PriceModel
{
    protected const long MaxMicros = 1_000_000 * UnitPrice.MicrosPerUnit;

    /// <summary>"cost + 25 %".</summary>
    public abstract string Describe();

    /// <summary>The least that a conversion may be charged at, for a warning before it sells below cost.</summary>
    public abstract UnitPrice GetLowestPrice(UnitPrice cost);

    /// <summary>The same in another currency; percentages stay what they are.</summary>
    public abstract PriceModel ConvertWith(ExchangeRate rate);

    /// <summary>Numbers of charged conversions after which one more makes all of them cheaper.</summary>
    internal virtual IEnumerable<long> Peaks => [];

    /// <summary>Prices the charged conversions of a rule. What is taken back has a negative quantity.</summary>
    internal abstract IEnumerable<PricedPart> Price(IReadOnlyList<UsageGroup> groups);

    /// <returns>Why it cannot be used for prices in this currency, or null.</returns>
    internal abstract Refusal? Check(Currency currency);

    protected static long Convert(long micros, ExchangeRate rate) => rate.Convert(new UnitPrice(micros, rate.From)).Micros;

    protected static Refusal? CheckCurrency(Currency own, Currency wanted) =>
        own == wanted ? null : Refusal.Because($"Prices of this account are in {wanted}.", "Value");
}
