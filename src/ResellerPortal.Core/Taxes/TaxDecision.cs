using ResellerPortal.Core.Languages;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Taxes;

/// <summary>How an invoice is taxed, in EN 16931's words.</summary>
/// <param name="Category">UNTDID 5305: S standard, AE reverse charge, E exempt, G export, O outside the scope.</param>
/// <param name="Reason">Why no tax is charged, as it is printed; null where it is.</param>
/// <param name="ReasonCode">The same as a code of the CEF VATEX list; null where there is none.</param>
public sealed record TaxTerms(string Category, int RateBasisPoints, string? Reason, string? ReasonCode);

/// <summary>
/// Decides the tax on services that are supplied by electronic means. Between businesses of two countries the place of supply
/// is the customer's (Article 44 of Council Directive 2006/112/EC); within the Union a VAT id tells a business. A consumer of
/// another member state is taxed at home, once the seller declares that through the One-Stop Shop (Articles 58 and 369a).
/// </summary>
public static class TaxDecision
{
    /// <param name="day">The day whose rate holds: the last of the billed period.</param>
    /// <param name="language">Of the reason; that of an exemption is as the reseller wrote it.</param>
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

    /// <summary>The seller's own rate, in hundredths of a percent; null where it is not registered.</summary>
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
