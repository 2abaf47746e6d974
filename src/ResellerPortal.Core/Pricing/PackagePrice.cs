using System.Globalization;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Monetary;

namespace ResellerPortal.Core.Pricing;

/// <summary>A price per started block of conversions: 5 EUR per 1,000.</summary>
public sealed record PackagePrice(long Size, long PriceMicros, Currency Currency) : PriceModel
{
    public override string Describe() =>
        $"{new UnitPrice(PriceMicros, Currency)} per started {Size.ToString("N0", CultureInfo.InvariantCulture)}";

    public override UnitPrice GetLowestPrice(UnitPrice cost) =>
        UnitPrice.Round(new UnitPrice(PriceMicros, Currency).Amount / Size, Currency);

    public override PriceModel ConvertWith(ExchangeRate rate) => new PackagePrice(Size, Convert(PriceMicros, rate), rate.To);

    internal override Refusal? Check(Currency currency) =>
        Size is < 1 or > 1_000_000_000 ? Refusal.Because("Enter a package size of 1 to 1,000,000,000 conversions.", "Size")
        : PriceMicros is < 0 or > MaxMicros ? Refusal.Because("Enter a package price from 0 to 100,000.", "Value")
        : CheckCurrency(Currency, currency);

    internal override IEnumerable<PricedPart> Price(IReadOnlyList<UsageGroup> groups)
    {
        var total = groups.Sum(g => g.Quantity);
        return total <= 0 ? [] : [new PricedPart("", "", new UnitPrice(PriceMicros, Currency), ((total - 1) / Size) + 1, Size)];
    }
}
