using System.Security.Claims;
using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;

namespace ResellerPortal.Web.Account;

/// <summary>
/// Proves that a request to connect a provider comes from the account page. The proof is part of the URL because a form that
/// posts to another site would require that site in the content security policy.
/// </summary>
public sealed class ProviderLinks(IDataProtectionProvider protection)
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);

    private readonly ITimeLimitedDataProtector _protector =
        protection.CreateProtector("ResellerPortal.ProviderLink.v1").ToTimeLimitedDataProtector();

    public string For(ClaimsPrincipal user) => _protector.Protect(user.SessionId!.Value.ToString(), Lifetime);

    /// <returns>The user to connect the provider with; null if the link does not belong to this session.</returns>
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
