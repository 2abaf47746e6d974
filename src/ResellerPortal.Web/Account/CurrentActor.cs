using System.Security.Claims;
using Microsoft.AspNetCore.Components.Authorization;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Accounts;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Web.Account;

/// <summary>Who sits at this page. Read from the database for each act, so a seat that was taken away is gone at once.</summary>
public sealed class CurrentActor(AuthenticationStateProvider authentication, SeatDirectory seats)
{
    /// <exception cref="PermissionDeniedException">The user is signed out or has no seat.</exception>
    public async Task<Actor> GetAsync()
    {
        var state = await authentication.GetAuthenticationStateAsync();
        return await seats.ActorOfAsync(state.User) ?? throw new PermissionDeniedException("a seat");
    }
}

/// <summary>The user's id and chosen seat, as the sign-in cookie carries them.</summary>
internal static class SeatClaims
{
    public const string Seat = "portal:seat";

    extension(ClaimsPrincipal user)
    {
        public Guid? PortalUserId => Guid.TryParse(user.FindFirstValue(ClaimTypes.NameIdentifier), out var id) ? id : null;

        public MemberId? ChosenSeat => Guid.TryParse(user.FindFirstValue(Seat), out var id) ? new MemberId(id) : null;
    }

    extension(SeatDirectory seats)
    {
        public Task<Actor?> ActorOfAsync(ClaimsPrincipal user) =>
            user.PortalUserId is { } userId ? seats.ActorOfAsync(userId, user.ChosenSeat) : Task.FromResult<Actor?>(null);
    }
}
