namespace ResellerPortal.Core.Tenancy;

/// <summary>Where and how a company is registered.</summary>
/// <param name="Number">Its number in the register of companies (EN 16931, BT-30 and BT-47); empty if there is none.</param>
/// <param name="TaxNumber">Its number at the tax office, which is no VAT ID (BT-32); empty if there is none.</param>
/// <param name="LegalForm">As printed: "GmbH"; empty if the name says it.</param>
/// <param name="Court">The court or office that keeps the register: "Amtsgericht Berlin"; empty if there is none.</param>
public sealed record CompanyRegistration(string Number, string TaxNumber, string LegalForm, string Court)
{
    public const int MaxLength = 100;

    public static CompanyRegistration None { get; } = new("", "", "", "");
}
