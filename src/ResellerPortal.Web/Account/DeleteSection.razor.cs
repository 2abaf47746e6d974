using Microsoft.AspNetCore.Components;
using ResellerPortal.Core.Accounts;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Web.Account;

public sealed partial class DeleteSection(
    OwnAccountService account,
    UserAccountService accounts,
    PortalSignIn signIn,
    NavigationManager navigation)
{
    private string? _refusal;

    [Parameter, EditorRequired]
    public PortalUser User { get; set; } = null!;

    [SupplyParameterFromForm(FormName = "delete", Name = "password")]
    private string? Password { get; set; }

    [SupplyParameterFromForm(FormName = "delete", Name = "typed")]
    private string? Typed { get; set; }

    private async Task DeleteAsync()
    {
        if (!string.Equals(Typed?.Trim(), User.Email, StringComparison.OrdinalIgnoreCase))
        {
            _refusal = "Type your email address exactly as shown above.";
            return;
        }

        if (!await account.CheckPasswordAsync(User, Password))
        {
            _refusal = "The password is incorrect.";
            return;
        }

        var outcome = await accounts.DeleteAsync(User.Id);
        if (outcome.Refusal is { } refusal)
        {
            _refusal = refusal.Message;
            return;
        }

        await signIn.SignOutAsync();
        navigation.NavigateTo("/account/sign-in");
    }
}
