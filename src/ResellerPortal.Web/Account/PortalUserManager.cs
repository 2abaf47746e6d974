using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;
using ResellerPortal.Core.Accounts;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Web.Account;

/// <summary>
/// Identity's users, whose accounts rest longer each time wrong passwords close them: 5, 10, 20 minutes … up to four hours.
/// </summary>
public sealed class PortalUserManager(
    IUserStore<PortalUser> store,
    IOptions<IdentityOptions> options,
    IPasswordHasher<PortalUser> hasher,
    IEnumerable<IUserValidator<PortalUser>> userValidators,
    IEnumerable<IPasswordValidator<PortalUser>> passwordValidators,
    ILookupNormalizer normalizer,
    IdentityErrorDescriber errors,
    IServiceProvider services,
    ILogger<UserManager<PortalUser>> logger,
    UserAccountService accounts)
    : UserManager<PortalUser>(store, options, hasher, userValidators, passwordValidators, normalizer, errors, services, logger)
{
    private static readonly TimeSpan LongestRest = TimeSpan.FromHours(4);

    /// <summary>Of nobody: its check takes as long as a real one's, so time does not tell who has an account.</summary>
    private static string? _nobodysHash;

    public override async Task<IdentityResult> AccessFailedAsync(PortalUser user)
    {
        var before = user.LockoutEnd;
        var result = await base.AccessFailedAsync(user);
        if (user.LockoutEnd is { } end && end != before)
        {
            var rest = Options.Lockout.DefaultLockoutTimeSpan * Math.Pow(2, Math.Min(user.LockoutRounds, 10));
            user.LockoutRounds++;
            user.LockoutEnd = end - Options.Lockout.DefaultLockoutTimeSpan + (rest < LongestRest ? rest : LongestRest);
            result = await UpdateUserAsync(user);
            await accounts.AuditAsync(
                user.Id,
                "members.lockout",
                $"The account rests until {user.LockoutEnd:yyyy-MM-dd HH:mm} UTC after {Options.Lockout.MaxFailedAccessAttempts} wrong "
                    + "passwords.",
                null);
        }

        return result;
    }

    public override Task<IdentityResult> ResetAccessFailedCountAsync(PortalUser user)
    {
        user.LockoutRounds = 0;
        return base.ResetAccessFailedCountAsync(user);
    }

    /// <summary>Checks a password against a hash of nobody's.</summary>
    public void CheckNobody(string password)
    {
        var nobody = new PortalUser();
        PasswordHasher.VerifyHashedPassword(
            nobody, _nobodysHash ??= PasswordHasher.HashPassword(nobody, Guid.NewGuid().ToString()), password);
    }
}
