using Microsoft.AspNetCore.Components;
using ResellerPortal.Core.Accounts;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Web.Account;

public sealed partial class PasswordSection(OwnAccountService account, PortalSignIn signIn, UserSessionService sessions)
{
    private string? _refusal;

    [Parameter, EditorRequired]
    public PortalUser User { get; set; } = null!;

    [SupplyParameterFromForm(FormName = "password", Name = "old")]
    private string? Old { get; set; }

    [SupplyParameterFromForm(FormName = "password", Name = "new")]
    private string? New { get; set; }

    private async Task ChangeAsync()
    {
        if (User.PasswordHash is not null && !await account.CheckPasswordAsync(User, Old))
        {
            _refusal = "The current password is incorrect.";
            return;
        }

        var result = User.PasswordHash is null
            ? await account.Users.AddPasswordAsync(User, New ?? "")
            : await account.Users.ChangePasswordAsync(User, Old ?? "", New ?? "");
        if (!result.Succeeded)
        {
            _refusal = result.Errors.First().Description;
            return;
        }

        await sessions.EndAsync(User.Id, but: account.Session);
        await signIn.RenewAsync(User, account.Context.User.ChosenMemberId, account.Context.User.SupportSessionId);
        await account.AuditAsync(User, "members.password", "The password was changed; all other sessions ended.");
        account.Complete("password");
    }
}
