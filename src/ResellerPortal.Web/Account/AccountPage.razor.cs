using Microsoft.AspNetCore.Components;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Web.Account;

/// <summary>A user's own account: sign-in methods, sessions and deletion, independent of memberships.</summary>
public sealed partial class AccountPage(OwnAccountService account)
{
    private PortalUser? _user;
    private bool _isVerified;

    [SupplyParameterFromQuery(Name = "said")]
    private string? Result { get; set; }

    private string? Notice => Result switch
    {
        "second-factor" =>
            "Two-factor authentication is required. Set up an authenticator here, or sign out and sign in again with a passkey.",
        "moving" =>
            "This account is being moved to another server, or has been. Its pages are there; ask your provider for the address.",
        "password" => "Password changed. All other sessions were ended.",
        "authenticator-off" => "Authenticator turned off.",
        "passkey" => "Passkey added. You can now use it to sign in.",
        "passkey-gone" => "Passkey removed.",
        "sessions" => "Session ended.",
        "provider-added" => "Provider connected.",
        "provider-taken" => "This provider account is already connected to another user.",
        "provider-failed" => "The provider could not be connected. Try again.",
        "provider-gone" => "Provider disconnected.",
        _ => null,
    };

    protected override async Task OnInitializedAsync()
    {
        var user = await account.Users.GetUserAsync(account.Context.User);
        _isVerified = user is not null && await account.IsVerifiedAsync(user);
        _user = user;
    }
}
