using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;
using ResellerPortal.Core.Accounts;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Web.Account;

/// <summary>
/// Manages users and doubles the lockout each time wrong passwords lock an account: 5, 10, 20 minutes … up to four hours.
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
    UserAccountService accounts,
    TimeProvider clock)
    : UserManager<PortalUser>(store, options, hasher, userValidators, passwordValidators, normalizer, errors, services, logger)
{
    private static readonly TimeSpan MaxLockout = TimeSpan.FromHours(4);

    /// <summary>A dummy hash that takes as long to check as a real one, so that timing does not reveal which accounts exist.</summary>
    private static string? _dummyHash;

    public override async Task<IdentityResult> AccessFailedAsync(PortalUser user)
    {
        var before = user.LockoutEnd;
        var result = await base.AccessFailedAsync(user);
        if (user.LockoutEnd is { } end && end != before)
        {
            var lockout = Options.Lockout.DefaultLockoutTimeSpan * Math.Pow(2, Math.Min(user.LockoutRounds, 10));
            user.LockoutRounds++;
            user.LockoutEnd = end - Options.Lockout.DefaultLockoutTimeSpan + (lockout < MaxLockout ? lockout : MaxLockout);
            result = await UpdateUserAsync(user);
            await accounts.AuditAsync(
                user.Id,
                "members.lockout",
                $"The account is locked until {user.LockoutEnd:yyyy-MM-dd HH:mm} UTC after {Options.Lockout.MaxFailedAccessAttempts} wrong "
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

    /// <summary>
    /// Accepts a code of an authenticator once: neither it nor an earlier one is accepted again, on any node.
    /// </summary>
    public override async Task<bool> VerifyTwoFactorTokenAsync(PortalUser user, string tokenProvider, string token) =>
        tokenProvider == Options.Tokens.AuthenticatorTokenProvider
            ? await GetAuthenticatorKeyAsync(user) is { Length: > 0 } key
                && AuthenticatorCode.FindStep(key, token, clock.GetUtcNow()) is { } step
                && await accounts.UseAuthenticatorStepAsync(user.Id, step)
            : await base.VerifyTwoFactorTokenAsync(user, tokenProvider, token);

    /// <summary>Checks a password against the dummy hash.</summary>
    public void CheckDummyHash(string password)
    {
        var nobody = new PortalUser();
        PasswordHasher.VerifyHashedPassword(
            nobody, _dummyHash ??= PasswordHasher.HashPassword(nobody, Guid.NewGuid().ToString()), password);
    }
}
