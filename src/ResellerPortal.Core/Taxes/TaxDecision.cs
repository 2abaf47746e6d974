using ResellerPortal.Core.Languages;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Taxes;

/// <summary>An invoice's tax treatment in the terms of EN 16931.</summary>
/// <param name="Category">UNTDID 5305: S standard, AE reverse charge, E exempt, G export, O outside the scope.</param>
/// <param name="Reason">The printed reason why no tax is charged; null if tax is charged.</param>
/// <param name="ReasonCode">The reason as a code of the CEF VATEX list; null if there is none.</param>
public sealed record TaxTerms(string Category, int RateBasisPoints, string? Reason, string? ReasonCode);

/// <summary>
/// Decides the tax on electronically supplied services. Between businesses in two countries the place of supply is the customer's (Article
/// 44 of Council Directive 2006/112/EC); within the Union a VAT ID identifies a business. A consumer in another member state is taxed
/// there, once the seller declares that tax through the One-Stop Shop (Articles 58 and 369a).
/// </summary>
public static class TaxDecision
{
    /// <param name="day">The day that determines the rate: the last of the billed period.</param>
    /// <param name="language">Language of the reason; the reason of an exemption is as entered by the reseller.</param>
    public static TaxTerms Decide(Reseller seller, Customer buyer, DateOnly day, DocumentLanguage language) => buyer.TaxTreatment switch
    {
        TaxTreatment.ReverseCharge => ReverseCharge(language),
        TaxTreatment.Export => new TaxTerms("G", 0, language.Words.WhyExport, "VATEX-EU-G"),
        TaxTreatment.Exempt => new TaxTerms("E", 0, buyer.TaxExemptionReason, null),
        TaxTreatment.OutsideScope => Outside(language.Words.WhyNotSubject),
        TaxTreatment.Standard => Standard(seller, day, language),
        TaxTreatment.Automatic => Automatic(seller, buyer, day, language),
        _ => throw new ArgumentOutOfRangeException(nameof(buyer)),
    };

    /// <summary>The seller's own rate in basis points; null if it is not registered.</summary>
    public static int? FindHomeRate(Reseller seller, DateOnly day) =>
        seller.StandardTaxBasisPoints ?? TaxRates.FindStandardRate(seller.Address.Country, day);

    private static TaxTerms Automatic(Reseller seller, Customer buyer, DateOnly day, DocumentLanguage language)
    {
        var (home, abroad) = (seller.Address.Country, buyer.Address.Country);
        return FindHomeRate(seller, day) is null || home == abroad ? Standard(seller, day, language)
            : !TaxRates.IsInTheUnion(home) || !TaxRates.IsInTheUnion(abroad) ? Outside(language.Words.WhyOutsideTheUnion)
            : buyer.VatId is { } id && VatId.IsWellFormed(id, abroad) ? ReverseCharge(language)
            : seller.UsesOneStopShop && TaxRates.FindStandardRate(abroad, day) is { } theirs ? new TaxTerms("S", theirs, null, null)
            : Standard(seller, day, language);
    }

    private static TaxTerms ReverseCharge(DocumentLanguage language) => new("AE", 0, language.Words.WhyReverseCharge, "VATEX-EU-AE");

    private static TaxTerms Outside(string reason) => new("O", 0, reason, "VATEX-EU-O");

    private static TaxTerms Standard(Reseller seller, DateOnly day, DocumentLanguage language) =>
        FindHomeRate(seller, day) is { } rate ? new TaxTerms("S", rate, null, null) : Outside(language.Words.WhyNotRegistered);
}
