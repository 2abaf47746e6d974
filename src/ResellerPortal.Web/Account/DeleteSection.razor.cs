using Microsoft.AspNetCore.Components;
using ResellerPortal.Core.Accounts;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Web.Account;

public sealed partial class DeleteSection(UserAccountService accounts, PortalSignIn signIn, NavigationManager navigation)
{
    private string? _refusal;

    [Parameter, EditorRequired]
    public PortalUser User { get; set; } = null!;

    /// <summary>Whether the user has just proved who they are; without that, nothing can be changed.</summary>
    [Parameter, EditorRequired]
    public bool IsVerified { get; set; }

    [SupplyParameterFromForm(FormName = "delete", Name = "typed")]
    private string? Typed { get; set; }

    private async Task DeleteAsync()
    {
        if (!string.Equals(Typed?.Trim(), User.Email, StringComparison.OrdinalIgnoreCase))
        {
            _refusal = "Type your email address exactly as shown above.";
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
