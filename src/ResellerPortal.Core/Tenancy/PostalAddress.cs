namespace ResellerPortal.Core.Tenancy;

/// <summary>The postal address of an invoice party. Country is an ISO 3166-1 alpha-2 code.</summary>
public sealed record PostalAddress(string Street, string PostalCode, string City, string Country)
{
    public IEnumerable<string> Lines() =>
        new[] { Street, $"{PostalCode} {City}".Trim(), Country }.Where(line => line.Length > 0);
}
