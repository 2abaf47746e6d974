namespace ResellerPortal.Core.Tenancy;

/// <summary>The portal's public URL: "https://portal.company.example", without a trailing slash; empty if not configured.</summary>
public sealed record PortalAddress(string Url)
{
    /// <summary>Its host name, in ASCII; empty if not configured.</summary>
    public string Host => Uri.TryCreate(Url, UriKind.Absolute, out var portal) ? portal.IdnHost : "";

    /// <summary>The URL of a page; null if the portal's URL is not configured.</summary>
    public string? FindUrl(string path) => Url.Length == 0 ? null : Url + path;
}
