using ResellerPortal.Core.Languages;

namespace ResellerPortal.Core.Tenancy;

/// <summary>The postal address of an invoice party. Country is an ISO 3166-1 alpha-2 code.</summary>
public sealed record PostalAddress(string Street, string PostalCode, string City, string Country)
{
    /// <summary>The lines of an envelope, with the country's name.</summary>
    public IEnumerable<string> GetLines(DocumentLanguage language) =>
        new[] { Street, $"{PostalCode} {City}".Trim(), Countries.Country.GetName(Country, language) }.Where(line => line.Length > 0);
}
