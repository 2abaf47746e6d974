using Microsoft.AspNetCore.Components.Authorization;
using ResellerPortal.Core.Accounts;

namespace ResellerPortal.Web.Account;

public sealed partial class ChooseMembershipPage(AuthenticationStateProvider authentication, MembershipDirectory seats)
{
    private IReadOnlyList<MembershipChoice> _seats = [];

    protected override async Task OnInitializedAsync()
    {
        var state = await authentication.GetAuthenticationStateAsync();
        if (state.User.PortalUserId is { } userId)
        {
            _seats = await seats.ListAsync(userId);
        }
    }
}
