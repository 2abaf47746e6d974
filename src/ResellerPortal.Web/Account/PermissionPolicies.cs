using Microsoft.AspNetCore.Authorization;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Accounts;

namespace ResellerPortal.Web.Account;

/// <summary>Requires that the user's membership has a permission; there is one policy for each of <see cref="Permission.All"/>.</summary>
internal sealed record PermissionRequirement(string Permission) : IAuthorizationRequirement;

internal sealed class PermissionHandler(MembershipDirectory memberships) : AuthorizationHandler<PermissionRequirement>
{
    protected override async Task HandleRequirementAsync(AuthorizationHandlerContext context, PermissionRequirement requirement)
    {
        if (await memberships.FindActorAsync(context.User) is { } actor && actor.May(requirement.Permission))
        {
            context.Succeed(requirement);
        }
    }
}
