using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;
using ResellerPortal.Core.Accounts;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Gateway.Callers;

namespace ResellerPortal.Web.Account;

/// <summary>The sign-in of ASP.NET Core Identity, extended with sessions that the cookie refers to and users can end remotely.</summary>
public sealed class PortalSignIn(
    PortalUserManager users,
    IHttpContextAccessor accessor,
    IUserClaimsPrincipalFactory<PortalUser> claims,
    IOptions<IdentityOptions> options,
    ILogger<SignInManager<PortalUser>> logger,
    IAuthenticationSchemeProvider schemes,
    IUserConfirmation<PortalUser> confirmation,
    UserSessionService sessions,
    SignInThrottle throttle)
    : SignInManager<PortalUser>(users, accessor, claims, options, logger, schemes, confirmation)
{
    /// <summary>The sign-in method; set before calls that do not pass it on themselves.</summary>
    private SignInMethod _method;

    /// <summary>
    /// Signs in with a password. The work is the same for known, unknown and locked addresses, so that its time reveals none of them.
    /// </summary>
    public override async Task<SignInResult> PasswordSignInAsync(string userName, string password, bool isPersistent, bool lockoutOnFailure)
    {
        _method = SignInMethod.Password;
        var network = CallerNetwork.FromAddress(Context.Connection.RemoteIpAddress).ToString();
        if (await throttle.IsLockedAsync(userName, network))
        {
            users.CheckDummyHash(password);
            return Log(null, SignInResult.LockedOut);
        }

        var user = await users.FindByEmailAsync(userName);
        if (user?.PasswordHash is null)
        {
            users.CheckDummyHash(password);
        }
        else if (await users.CheckPasswordAsync(user, password))
        {
            await throttle.ClearAsync(userName, network);
            return Log(
                user,
                !await CanSignInAsync(user) ? SignInResult.NotAllowed
                : await users.IsLockedOutAsync(user) ? SignInResult.LockedOut
                : await SignInOrTwoFactorAsync(user, isPersistent));
        }

        await throttle.RecordFailureAsync(userName, network);
        return Log(user, SignInResult.Failed);
    }

    public async Task<SignInResult> SignInWithCodeAsync(string code, bool isPersistent)
    {
        _method = SignInMethod.PasswordAndCode;
        return Log(
            await GetTwoFactorAuthenticationUserAsync(),
            await TwoFactorAuthenticatorSignInAsync(code, isPersistent, rememberClient: false));
    }

    public async Task<SignInResult> SignInWithRecoveryCodeAsync(string code)
    {
        _method = SignInMethod.RecoveryCode;
        return Log(await GetTwoFactorAuthenticationUserAsync(), await TwoFactorRecoveryCodeSignInAsync(code));
    }

    public override async Task<SignInResult> PasskeySignInAsync(string credentialJson)
    {
        _method = SignInMethod.Passkey;
        return Log(null, await base.PasskeySignInAsync(credentialJson));
    }

    public async Task<SignInResult> SignInWithProviderAsync(string provider, string key)
    {
        _method = SignInMethod.OpenIdConnect;
        return Log(null, await ExternalLoginSignInAsync(provider, key, isPersistent: false, bypassTwoFactor: true));
    }

    /// <summary>Renews the cookie within the current session with another membership or support session.</summary>
    public async Task RenewAsync(PortalUser user, MemberId? memberId, Guid? supportSessionId)
    {
        var current = await Context.AuthenticateAsync(IdentityConstants.ApplicationScheme);
        List<Claim> kept = [new(MembershipClaims.Session, current.Principal!.SessionId!.Value.ToString())];
        kept.AddRange(memberId is { } s ? [new Claim(MembershipClaims.Membership, s.ToString())] : []);
        kept.AddRange(supportSessionId is { } v ? [new Claim(MembershipClaims.SupportSession, v.ToString())] : []);
        await base.SignInWithClaimsAsync(user, current.Properties, kept);
    }

    public override async Task SignInWithClaimsAsync(
        PortalUser user,
        AuthenticationProperties? authenticationProperties,
        IEnumerable<Claim> additionalClaims)
    {
        var session = await sessions.StartAsync(
            user.Id,
            _method,
            authenticationProperties?.IsPersistent == true,
            Context.Connection.RemoteIpAddress?.ToString() ?? "",
            Context.Request.Headers.UserAgent.ToString());
        await base.SignInWithClaimsAsync(
            user, authenticationProperties, [.. additionalClaims, new Claim(MembershipClaims.Session, session.Id.ToString())]);
    }

    /// <summary>Logs attempts with user, address and method, but never the credentials.</summary>
    private SignInResult Log(PortalUser? user, SignInResult result)
    {
        Logger.LogInformation(
            "Sign-in by {Method} of user {User} from {Address}: {Result}.", _method, user?.Id, Context.Connection.RemoteIpAddress, result);
        return result;
    }

    public override async Task SignOutAsync()
    {
        if (Context.User is { PortalUserId: { } userId, SessionId: { } session })
        {
            await sessions.EndAsync(userId, only: session);
        }

        await base.SignOutAsync();
    }
}
