using ResellerPortal.Core.Access;
using ResellerPortal.Core.Taxes;

namespace ResellerPortal.Core.Accounts;

/// <summary>Whether a VAT id as it was typed can be kept for a party of a country.</summary>
internal static class VatIdValidator
{
    private const int Longest = 20;

    /// <returns>Why it cannot, or null; nothing typed is well.</returns>
    public static Refusal? Validate(string? typed, string country) =>
        VatId.Normalise(typed) is not { } id || (id.Length <= Longest && VatId.IsWellFormed(id, country))
            ? null
            : Refusal.Because(
                $"This is not the form of a VAT id of {country}, with its letters in front. Look it up, or leave it empty.",
                nameof(CustomerDetails.VatId));
}
