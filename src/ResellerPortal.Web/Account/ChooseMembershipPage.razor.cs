using Microsoft.AspNetCore.Components.Authorization;
using ResellerPortal.Core.Accounts;

namespace ResellerPortal.Web.Account;

public sealed partial class ChooseMembershipPage(AuthenticationStateProvider authentication, MembershipDirectory memberships)
{
    private IReadOnlyList<MembershipChoice> _memberships = [];

    protected override async Task OnInitializedAsync()
    {
        var state = await authentication.GetAuthenticationStateAsync();
        if (state.User.PortalUserId is { } userId)
        {
            _memberships = await memberships.ListAsync(userId);
        }
    }
}
