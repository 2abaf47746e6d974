using System.Security.Claims;
using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;

namespace ResellerPortal.Web.Account;

/// <summary>
/// Proves that whoever sets out for a provider to connect it pressed the button on the account's own page. It is in the
/// address, since a form that leads to another site would need that site in the pages' content security policy.
/// </summary>
public sealed class ProviderLinks(IDataProtectionProvider protection)
{
    private static readonly TimeSpan GoodFor = TimeSpan.FromMinutes(10);

    private readonly ITimeLimitedDataProtector _protector =
        protection.CreateProtector("ResellerPortal.ProviderLink.v1").ToTimeLimitedDataProtector();

    public string For(ClaimsPrincipal user) => _protector.Protect(user.SessionId!.Value.ToString(), GoodFor);

    /// <returns>The user that the provider may be connected with; null where the link is not this session's.</returns>
    public string? FindUserId(string? link, ClaimsPrincipal user)
    {
        try
        {
            return link is not null && user.SessionId is { } session && _protector.Unprotect(link) == session.ToString()
                ? user.PortalUserId.ToString()
                : null;
        }
        catch (CryptographicException)
        {
            return null;
        }
    }
}
