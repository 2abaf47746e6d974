namespace ResellerPortal.Core.Taxes;

/// <summary>The part of a VAT return that a sale belongs to.</summary>
public enum SupplyKind
{
    /// <summary>Taxed at the seller's own rate, also for consumers in other member states below the threshold.</summary>
    Domestic,

    /// <summary>Taxed at the rate of a consumer's own member state, and declared through the Union's One-Stop Shop.</summary>
    OneStopShop,

    /// <summary>The customer accounts for the tax.</summary>
    ReverseCharge,

    /// <summary>Untaxed because seller or customer is outside the Union.</summary>
    Export,

    Exempt,

    /// <summary>Untaxed for another reason, such as a seller that is not registered.</summary>
    OutsideScope,
}

/// <summary>What a seller's returns depend on besides its documents.</summary>
/// <param name="StandardTaxBasisPoints">The seller's own rate; null for its country's standard rate.</param>
public sealed record SellerTaxSettings(int? StandardTaxBasisPoints, bool UsesOneStopShop);

/// <summary>The seller and the buyer of a document, and the tax on it.</summary>
/// <param name="Day">The day that determined the rate.</param>
public sealed record TaxedSupply(
    string SellerCountry,
    string BuyerCountry,
    string? BuyerVatId,
    string Category,
    int RateBasisPoints,
    DateOnly Day)
{
    private bool IsAcrossTheUnion =>
        SellerCountry != BuyerCountry && TaxRates.IsInTheUnion(SellerCountry) && TaxRates.IsInTheUnion(BuyerCountry);

    /// <summary>Whether it belongs on the recapitulative statement (Article 262 of Council Directive 2006/112/EC).</summary>
    public bool IsOnSalesList => Category == "AE" && IsAcrossTheUnion;

    /// <summary>
    /// Derives the part of the return from what the document says. A document does not name the One-Stop Shop: a tax at the rate of
    /// another member state's consumer is declared there, unless the seller's own rate is the same and it does not use the shop.
    /// </summary>
    public SupplyKind Classify(SellerTaxSettings seller) => Category switch
    {
        "S" => IsDeclaredThroughOneStopShop(seller) ? SupplyKind.OneStopShop : SupplyKind.Domestic,
        "AE" => SupplyKind.ReverseCharge,
        "G" => SupplyKind.Export,
        "E" => SupplyKind.Exempt,
        _ => SellerCountry != BuyerCountry && !IsAcrossTheUnion ? SupplyKind.Export : SupplyKind.OutsideScope,
    };

    private bool IsDeclaredThroughOneStopShop(SellerTaxSettings seller)
    {
        var home = seller.StandardTaxBasisPoints ?? TaxRates.FindStandardRate(SellerCountry, Day);
        return IsAcrossTheUnion
            && RateBasisPoints == TaxRates.FindStandardRate(BuyerCountry, Day)
            && (RateBasisPoints != home || seller.UsesOneStopShop)
            && !(BuyerVatId is { } id && VatId.IsWellFormed(id, BuyerCountry));
    }
}
