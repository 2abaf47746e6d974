using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Components.Authorization;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Accounts;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Web.Account;

/// <summary>The actor of the current page, read for each action so that a removed membership takes effect immediately.</summary>
public sealed class CurrentActor(AuthenticationStateProvider authentication, MembershipDirectory memberships)
{
    /// <exception cref="PermissionDeniedException">The user is signed out or has no membership.</exception>
    public async Task<Actor> GetAsync()
    {
        var state = await authentication.GetAuthenticationStateAsync();
        return await memberships.FindActorAsync(state.User) ?? throw new PermissionDeniedException("a membership");
    }
}

/// <summary>The claims of the sign-in cookie: user, session, chosen membership and support session.</summary>
public static class MembershipClaims
{
    public const string Membership = "portal:membership";
    public const string Session = "portal:session";
    public const string SupportSession = "portal:support-session";

    /// <summary>The network address of the caller; not part of the cookie.</summary>
    public const string CallerAddress = "portal:from";

    extension(ClaimsPrincipal user)
    {
        public Guid? PortalUserId => Guid.TryParse(user.FindFirstValue(ClaimTypes.NameIdentifier), out var id) ? id : null;

        public Guid? SessionId => Guid.TryParse(user.FindFirstValue(Session), out var id) ? id : null;

        public MemberId? ChosenMemberId => Guid.TryParse(user.FindFirstValue(Membership), out var id) ? new MemberId(id) : null;

        public Guid? SupportSessionId => Guid.TryParse(user.FindFirstValue(SupportSession), out var id) ? id : null;

        public string? FromAddress => user.FindFirstValue(CallerAddress);

        /// <summary>Null if nobody is signed in or the cookie has no session.</summary>
        public SignedInUser? SignedInUser =>
            user.PortalUserId is { } userId && user.SessionId is { } session
                ? new SignedInUser(userId, session, user.ChosenMemberId, user.SupportSessionId, user.FromAddress)
                : null;
    }

    extension(MembershipDirectory memberships)
    {
        public Task<Actor?> FindActorAsync(ClaimsPrincipal user) =>
            user.SignedInUser is { } who ? memberships.FindActorAsync(who) : Task.FromResult<Actor?>(null);
    }
}

/// <summary>Adds the caller's network address to the signed-in user so that actions within a circuit know it too.</summary>
internal sealed class CallerAddressClaims(IHttpContextAccessor accessor) : IClaimsTransformation
{
    public Task<ClaimsPrincipal> TransformAsync(ClaimsPrincipal principal)
    {
        if (principal.Identity is ClaimsIdentity { IsAuthenticated: true } identity
            && principal.FromAddress is null
            && accessor.HttpContext?.Connection.RemoteIpAddress is { } address)
        {
            identity.AddClaim(new Claim(
                MembershipClaims.CallerAddress, (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).ToString()));
        }

        return Task.FromResult(principal);
    }
}
