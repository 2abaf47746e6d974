using System.Text;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.WebUtilities;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Gateway.Callers;

namespace ResellerPortal.Gateway.Files;

/// <summary>A file stored temporarily by the upstream.</summary>
/// <param name="Owner">Null for a file uploaded without credentials: whoever holds its id may convert it.</param>
/// <param name="Region">The upstream region of the file; empty for the default.</param>
public sealed record StoredFile(TokenOwner? Owner, string Region, string UpstreamId);

/// <summary>
/// Issues the encrypted file ids shown to customers, containing owner and expiry. An id proves the file's owner on every node without
/// storing anything.
/// </summary>
public sealed class FileIdProtector(IDataProtectionProvider protection, TimeProvider clock)
{
    public static readonly TimeSpan Kept = TimeSpan.FromHours(3);

    /// <summary>Prefix of all protected texts.</summary>
    private const string Seal = "CfDJ8";

    private readonly IDataProtector _protector = protection.CreateProtector("ResellerPortal.Gateway.FileId.v2");

    public static bool IsWellFormed(string text) => text.StartsWith(Seal, StringComparison.Ordinal) && text.Length < 1000;

    public string Issue(StoredFile file)
    {
        using var buffer = new MemoryStream();
        using (var writer = new BinaryWriter(buffer, Encoding.UTF8))
        {
            writer.Write(file.Owner is not null);
            writer.Write((file.Owner?.Reseller.Value ?? Guid.Empty).ToByteArray());
            writer.Write((file.Owner?.Customer.Value ?? Guid.Empty).ToByteArray());
            writer.Write((clock.GetUtcNow() + Kept).ToUnixTimeSeconds());
            writer.Write(file.Region);
            writer.Write(file.UpstreamId);
        }

        return WebEncoders.Base64UrlEncode(_protector.Protect(buffer.ToArray()));
    }

    /// <returns>Null if the id is not valid or has expired.</returns>
    public StoredFile? Read(string id)
    {
        if (!IsWellFormed(id))
        {
            return null;
        }

        try
        {
            using var reader = new BinaryReader(new MemoryStream(_protector.Unprotect(WebEncoders.Base64UrlDecode(id))), Encoding.UTF8);
            var isOwned = reader.ReadBoolean();
            var owner = new TokenOwner(new ResellerId(new Guid(reader.ReadBytes(16))), new CustomerId(new Guid(reader.ReadBytes(16))));
            var isGone = DateTimeOffset.FromUnixTimeSeconds(reader.ReadInt64()) <= clock.GetUtcNow();
            return isGone ? null : new StoredFile(isOwned ? owner : null, reader.ReadString(), reader.ReadString());
        }
        catch (Exception failure) when (failure is System.Security.Cryptography.CryptographicException or FormatException)
        {
            return null;
        }
    }
}
