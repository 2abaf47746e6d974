using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Identity;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Web.Account;

public sealed partial class ProviderSection(OwnAccountService account, PortalSignIn signIn, ProviderLinks links)
{
    private IReadOnlyList<AuthenticationScheme> _schemes = [];
    private IList<UserLoginInfo> _logins = [];

    [Parameter, EditorRequired]
    public PortalUser User { get; set; } = null!;

    /// <summary>Whether the user has just proved who they are; without that, nothing can be changed.</summary>
    [Parameter, EditorRequired]
    public bool IsVerified { get; set; }

    protected override async Task OnInitializedAsync()
    {
        _schemes = [.. await signIn.GetExternalAuthenticationSchemesAsync()];
        await account.LoadAsync(async () => _logins = await account.Users.GetLoginsAsync(User));
    }

    private async Task RemoveAsync(UserLoginInfo login)
    {
        if (!IsVerified)
        {
            return;
        }

        await account.Users.RemoveLoginAsync(User, login.LoginProvider, login.ProviderKey);
        await account.AuditAsync(
            User, "members.provider", $"{login.ProviderDisplayName ?? login.LoginProvider} can no longer sign in to the account.");
        account.Complete("provider-gone");
    }
}
