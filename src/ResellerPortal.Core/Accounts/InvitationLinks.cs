using System.Buffers.Text;
using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;

namespace ResellerPortal.Core.Accounts;

/// <summary>The content of an invitation's link.</summary>
/// <param name="ProvesAddress">
/// Whether its holder owns the address, because the portal mailed the link to it or the server's administrator printed it. A link that was
/// copied from a page proves nothing.
/// </param>
public sealed record InvitationKey(Guid Id, int Edition, bool ProvesAddress);

/// <summary>Creates and reads invitation links. They are encrypted and authenticated, so they are not stored.</summary>
public sealed class InvitationLinks(IDataProtectionProvider protection)
{
    /// <summary>The key is in the query string, because paths are logged and query strings are not.</summary>
    private const string Path = "/account/invitation?key=";

    private readonly IDataProtector _protector = protection.CreateProtector("ResellerPortal.Invitation.v1");

    /// <summary>Creates the path of the page where an invitation is accepted.</summary>
    public string CreatePath(Invitation invitation, bool provesAddress)
    {
        var key = new byte[21];
        invitation.Id.TryWriteBytes(key);
        BitConverter.TryWriteBytes(key.AsSpan(16), invitation.Edition);
        key[20] = provesAddress ? (byte)1 : (byte)0;
        return Path + Base64Url.EncodeToString(_protector.Protect(key));
    }

    /// <returns>Null if it is not a valid key.</returns>
    public InvitationKey? Read(string key)
    {
        try
        {
            var bytes = _protector.Unprotect(Base64Url.DecodeFromChars(key));
            return new InvitationKey(new Guid(bytes.AsSpan(0, 16)), BitConverter.ToInt32(bytes, 16), bytes[20] == 1);
        }
        catch (Exception failure) when (failure is CryptographicException or FormatException)
        {
            return null;
        }
    }
}
