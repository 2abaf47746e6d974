using ResellerPortal.Core.Taxes;

namespace ResellerPortal.Core.Tests.Taxes;

public sealed class SupplyKindTests
{
    private static readonly DateOnly Day = new(2026, 10, 31);

    [Theory]
    [InlineData("LT", "LT", null, "S", 2100, SupplyKind.Domestic)]
    [InlineData("LT", "DE", null, "S", 2100, SupplyKind.Domestic)]
    [InlineData("LT", "DE", null, "S", 1900, SupplyKind.OneStopShop)]
    [InlineData("LT", "DE", "DE136695976", "S", 1900, SupplyKind.Domestic)]
    [InlineData("LT", "DE", "none", "S", 1900, SupplyKind.OneStopShop)]
    [InlineData("LT", "GB", null, "S", 2000, SupplyKind.Domestic)]
    [InlineData("GB", "DE", null, "S", 1900, SupplyKind.Domestic)]
    [InlineData("LT", "DE", "DE136695976", "AE", 0, SupplyKind.ReverseCharge)]
    [InlineData("LT", "US", null, "G", 0, SupplyKind.Export)]
    [InlineData("LT", "US", null, "O", 0, SupplyKind.Export)]
    [InlineData("US", "DE", null, "O", 0, SupplyKind.Export)]
    [InlineData("LT", "LT", null, "O", 0, SupplyKind.OutsideScope)]
    [InlineData("LT", "DE", null, "O", 0, SupplyKind.OutsideScope)]
    [InlineData("LT", "LT", null, "E", 0, SupplyKind.Exempt)]
    public void A_sale_belongs_to_the_part_of_the_return_that_its_document_shows(
        string seller,
        string buyer,
        string? vatId,
        string category,
        int rate,
        SupplyKind kind) =>
        Assert.Equal(kind, new TaxedSupply(seller, buyer, vatId, category, rate, Day).Classify(new SellerTaxSettings(null, false)));

    [Theory]
    [InlineData(true, null, SupplyKind.OneStopShop)]
    [InlineData(false, null, SupplyKind.Domestic)]
    [InlineData(false, 600, SupplyKind.OneStopShop)]
    public void Where_both_rates_are_the_same_the_sellers_setting_decides(bool usesShop, int? ownRate, SupplyKind kind) =>
        Assert.Equal(kind, new TaxedSupply("LT", "LV", null, "S", 2100, Day).Classify(new SellerTaxSettings(ownRate, usesShop)));

    [Theory]
    [InlineData("LT", "DE", "AE", true)]
    [InlineData("LT", "LT", "AE", false)]
    [InlineData("LT", "GB", "AE", false)]
    [InlineData("GB", "DE", "AE", false)]
    [InlineData("LT", "DE", "S", false)]
    public void Only_reverse_charge_within_the_union_is_on_the_sales_list(string seller, string buyer, string category, bool isListed) =>
        Assert.Equal(isListed, new TaxedSupply(seller, buyer, "DE136695976", category, 0, Day).IsOnSalesList);
}
