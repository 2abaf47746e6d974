using Microsoft.AspNetCore.Components;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Web.Account;

/// <summary>Asks for the password or a passkey again, so that a session that somebody else got hold of cannot be made permanent.</summary>
public sealed partial class VerifyPage(OwnAccountService account, PortalSignIn signIn, NavigationManager navigation)
{
    private PortalUser? _user;
    private string? _refusal;

    [SupplyParameterFromForm(FormName = "password", Name = "password")]
    private string? Password { get; set; }

    [SupplyParameterFromForm(FormName = "passkey", Name = "credential")]
    private string? Credential { get; set; }

    protected override async Task OnInitializedAsync() => _user = await account.Users.GetUserAsync(account.Context.User);

    private async Task VerifyPasswordAsync()
    {
        if (_user is { PasswordHash: not null } && await account.CheckPasswordAsync(_user, Password))
        {
            await CompleteAsync(_user);
            return;
        }

        _refusal = "The password is incorrect.";
    }

    private async Task VerifyPasskeyAsync()
    {
        var assertion = string.IsNullOrEmpty(Credential) ? null : await signIn.PerformPasskeyAssertionAsync(Credential);
        if (_user is not null && assertion is { Succeeded: true } && assertion.User.Id == _user.Id)
        {
            await account.Users.AddOrUpdatePasskeyAsync(_user, assertion.Passkey);
            await CompleteAsync(_user);
            return;
        }

        _refusal = "This passkey does not belong to your account, or the request timed out. Try again.";
    }

    private async Task CompleteAsync(PortalUser user)
    {
        await account.VerifyAsync(user);
        navigation.NavigateTo("/account");
    }
}
