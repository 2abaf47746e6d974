using System.Buffers.Text;
using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;

namespace ResellerPortal.Core.Accounts;

/// <summary>What an invitation's link says of itself.</summary>
/// <param name="IsMailed">Whether the portal mailed it: who opens it reads that mailbox. Of a copied link nobody knows.</param>
public sealed record InvitationKey(Guid Id, int Edition, bool IsMailed);

/// <summary>Makes and reads the links of invitations. They are encrypted and authentic, so nothing of them needs to be stored.</summary>
public sealed class InvitationLinks(IDataProtectionProvider protection)
{
    /// <summary>The key is in the query, which is not logged; paths are.</summary>
    private const string Path = "/account/invitation?key=";

    private readonly IDataProtector _protector = protection.CreateProtector("ResellerPortal.Invitation.v1");

    /// <summary>The path of the page where an invitation is taken.</summary>
    public string CreatePath(Invitation invitation, bool isMailed)
    {
        var key = new byte[21];
        invitation.Id.TryWriteBytes(key);
        BitConverter.TryWriteBytes(key.AsSpan(16), invitation.Edition);
        key[20] = isMailed ? (byte)1 : (byte)0;
        return Path + Base64Url.EncodeToString(_protector.Protect(key));
    }

    /// <returns>Null for what is no key of ours.</returns>
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
