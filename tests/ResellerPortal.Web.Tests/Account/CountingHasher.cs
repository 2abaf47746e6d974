using Microsoft.AspNetCore.Identity;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Web.Tests.Account;

internal sealed class CountingHasher : PasswordHasher<PortalUser>
{
    public int Checks { get; set; }

    public override PasswordVerificationResult VerifyHashedPassword(PortalUser user, string hashedPassword, string providedPassword)
    {
        Checks++;
        return PasswordVerificationResult.Failed;
    }
}
