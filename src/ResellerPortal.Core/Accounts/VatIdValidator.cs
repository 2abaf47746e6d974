using ResellerPortal.Core.Access;
using ResellerPortal.Core.Taxes;

namespace ResellerPortal.Core.Accounts;

/// <summary>Validates an entered VAT ID for a party in a country.</summary>
internal static class VatIdValidator
{
    private const int Longest = 20;

    /// <returns>The refusal, or null if it is valid or empty.</returns>
    public static Refusal? Validate(string? entered, string country) =>
        VatId.Normalize(entered) is not { } id || (id.Length <= Longest && VatId.IsWellFormed(id, country))
            ? null
            : Refusal.Because(
                $"This is not a valid VAT ID for {country}. Include the country prefix, or leave it empty.",
                nameof(CustomerDetails.VatId));
}
