using Microsoft.AspNetCore.Components;
using ResellerPortal.Core.Accounts;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Web.Account;

/// <summary>A user's own account, whatever seats it has: how to sign in, where it is signed in, and its end.</summary>
public sealed partial class AccountPage(
    PortalUserManager users,
    UserAccountService accounts,
    IHttpContextAccessor http,
    NavigationManager navigation)
{
    private PortalUser? _user;

    [SupplyParameterFromQuery]
    private string? Said { get; set; }

    private string? Notice => Said switch
    {
        "second-factor" => "Your seat asks for two factors. Set up an authenticator here, or sign out and in again with a passkey.",
        "password" => "The password is changed, and all other sessions ended.",
        "authenticator-off" => "The authenticator is switched off.",
        "passkey" => "The passkey is kept. You can sign in with it.",
        "passkey-gone" => "The passkey is removed.",
        "sessions" => "Ended.",
        "provider-added" => "The provider is connected.",
        "provider-taken" => "Another account is connected with this provider's account already.",
        "provider-failed" => "The provider was not connected. Press its button here to try again.",
        "provider-gone" => "The provider is no longer connected.",
        "confirm" => "A letter with a link is on its way.",
        _ => null,
    };

    protected override async Task OnInitializedAsync() => _user = await users.GetUserAsync(http.HttpContext!.User);

    private async Task AskConfirmationAsync()
    {
        await accounts.RequestEmailAsync(AccountEmailKind.ConfirmEmail, _user!.Email!);
        navigation.NavigateTo("/account?said=confirm");
    }
}
