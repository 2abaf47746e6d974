using ResellerPortal.Core.Access;
using ResellerPortal.Core.Countries;
using ResellerPortal.Core.ElectronicInvoices;
using ResellerPortal.Core.Languages;
using ResellerPortal.Core.Taxes;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Accounts;

/// <summary>Validates what resellers and customers say of themselves on documents.</summary>
internal static class PartyValidator
{
    private const int LongestLine = 200;

    /// <summary>With the code of the country that is meant; unchanged where none is.</summary>
    public static PostalAddress Normalize(PostalAddress address) => new(
        address.Street.Trim(),
        address.PostalCode.Trim(),
        address.City.Trim(),
        Country.Find(address.Country)?.Code ?? address.Country);

    /// <returns>The refusal, or null if the address is valid.</returns>
    public static Refusal? ValidateAddress(PostalAddress address) =>
        !Country.IsCode(address.Country)
            ? Refusal.Because("Choose a country from the list, such as Germany or DE.", nameof(PostalAddress.Country))
            : new[] { address.Street, address.PostalCode, address.City }.Any(
                line => line.Length > LongestLine || !DocumentText.IsClean(line))
            ? Refusal.Because(
                $"Shorten the address: up to {LongestLine} characters in each field, on one line.", nameof(PostalAddress.Street))
            : null;

    /// <returns>The refusal, or null if the ID is valid or empty.</returns>
    public static Refusal? ValidateVatId(string? entered, string country) =>
        VatId.Normalize(entered, country) is not { } id || VatId.IsWellFormed(id, country)
            ? null
            : Refusal.Because(
                VatId.IsUsedIn(country)
                    ? $"This is not a valid VAT ID for {Country.GetName(country, DocumentLanguage.English)}. "
                        + "Check it for typing errors and include the country prefix, or leave it empty."
                    : $"{Country.GetName(country, DocumentLanguage.English)} has no VAT IDs. Leave it empty.",
                nameof(CustomerDetails.VatId));

    /// <returns>The refusal, or null if the address is valid or there is none.</returns>
    public static Refusal? ValidateElectronicAddress(ElectronicAddress address)
    {
        if (address == ElectronicAddress.None)
        {
            return null;
        }

        if (ElectronicAddressScheme.Find(address.Scheme) is not { } scheme)
        {
            return Refusal.Because("Choose the kind of electronic address from the list.", nameof(ElectronicAddress.Scheme));
        }

        return address.Id.Length == 0
            ? Refusal.Because("Enter the electronic address, or choose none.", nameof(ElectronicAddress.Id))
            : address.Id.Length > ElectronicAddress.MaxLength || !DocumentText.IsClean(address.Id) || !scheme.IsValid(address.Id)
            ? Refusal.Because(
                $"This is not an address of the kind “{scheme.Name}”. Check it for typing errors.", nameof(ElectronicAddress.Id))
            : null;
    }
}
