namespace ResellerPortal.Core.Tenancy;

/// <summary>Where people reach the portal: "https://portal.company.example", without a slash at its end; empty where nobody said.</summary>
public sealed record PortalAddress(string Url)
{
    /// <summary>The address of a page; null where the portal's own is not known.</summary>
    public string? FindUrl(string path) => Url.Length == 0 ? null : Url + path;
}
