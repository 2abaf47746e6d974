using System.Net.Mail;

namespace ResellerPortal.Core.Tenancy;

/// <summary>What the portal takes for an email address wherever one is entered.</summary>
public static class EmailAddress
{
    private const int MaxLength = 256;

    /// <summary>
    /// Whether a text is one bare address. The framework also takes a name before it, which may itself look like an address:
    /// "a@b.example, c@d.example" is an address of c for it, and one of a for mail servers.
    /// </summary>
    public static bool IsValid(string text) =>
        text.Length <= MaxLength && MailAddress.TryCreate(text.Trim(), out var address) && address.Address == text.Trim();
}
