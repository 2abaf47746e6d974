using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Taxes;

/// <summary>How an invoice is taxed, in EN 16931's words.</summary>
/// <param name="Category">UNTDID 5305: S standard, AE reverse charge, E exempt, G export, O outside the scope.</param>
/// <param name="Reason">Why no tax is charged, as it is printed; null where it is.</param>
/// <param name="ReasonCode">The same as a code of the CEF VATEX list; null where there is none.</param>
public sealed record TaxTerms(string Category, int RateBasisPoints, string? Reason, string? ReasonCode);

/// <summary>
/// Decides the tax on services that are supplied by electronic means. Between businesses of two countries the place of supply
/// is the customer's (Article 44 of Council Directive 2006/112/EC); within the Union a VAT id tells a business.
/// </summary>
public static class TaxDecision
{
    private static readonly TaxTerms ReverseCharge = new(
        "AE", 0, "Reverse charge: the customer owes the tax (Article 196 of Council Directive 2006/112/EC).", "VATEX-EU-AE");

    private static readonly TaxTerms Export = new("G", 0, "Export: no tax is charged.", "VATEX-EU-G");

    private static readonly TaxTerms Outside = new("O", 0, "Not subject to tax.", "VATEX-EU-O");

    private static readonly TaxTerms OutsideTheUnion = Outside with { Reason = "Not subject to tax here: supplied where the customer is established (Article 44 of Council Directive 2006/112/EC)." };

    private static readonly TaxTerms NotRegistered = Outside with { Reason = "The seller is not registered for tax." };

    /// <param name="day">The day whose rate holds: the last of the billed period.</param>
    public static TaxTerms Of(Reseller seller, Customer buyer, DateOnly day) => buyer.TaxTreatment switch
    {
        TaxTreatment.ReverseCharge => ReverseCharge,
        TaxTreatment.Export => Export,
        TaxTreatment.Exempt => new TaxTerms("E", 0, buyer.TaxExemptionReason, null),
        TaxTreatment.OutsideScope => Outside,
        TaxTreatment.Standard => Standard(seller, day),
        TaxTreatment.Automatic => Automatic(seller, buyer, day),
        _ => throw new ArgumentOutOfRangeException(nameof(buyer)),
    };

    private static TaxTerms Automatic(Reseller seller, Customer buyer, DateOnly day)
    {
        var (home, abroad) = (seller.Address.Country, buyer.Address.Country);
        return RateOf(seller, day) is null || home == abroad ? Standard(seller, day)
            : !TaxRates.IsInTheUnion(home) || !TaxRates.IsInTheUnion(abroad) ? OutsideTheUnion
            : buyer.VatId is { } id && VatId.HasForm(id, abroad) ? ReverseCharge
            : Standard(seller, day);
    }

    private static TaxTerms Standard(Reseller seller, DateOnly day) => RateOf(seller, day) is { } rate ? new TaxTerms("S", rate, null, null) : NotRegistered;

    private static int? RateOf(Reseller seller, DateOnly day) => seller.StandardTaxBasisPoints ?? TaxRates.StandardOn(seller.Address.Country, day);
}
