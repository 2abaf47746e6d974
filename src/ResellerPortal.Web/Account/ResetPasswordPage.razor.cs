using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Identity;
using ResellerPortal.Core.Accounts;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Web.Account;

/// <summary>The target of a password reset link. Setting a new password ends all sessions; the second factor is kept.</summary>
public sealed partial class ResetPasswordPage(
    PortalUserManager users,
    UserSessionService sessions,
    UserAccountService accounts,
    IHttpContextAccessor http,
    NavigationManager navigation)
{
    private string? _refusal;

    [SupplyParameterFromForm(FormName = "reset", Name = "password")]
    private string? Password { get; set; }

    [SupplyParameterFromQuery]
    private string? User { get; set; }

    [SupplyParameterFromQuery]
    private string? Code { get; set; }

    private async Task ResetAsync()
    {
        var user = User is null ? null : await users.FindByIdAsync(User);
        var result = user is null ? null : await users.ResetPasswordAsync(user, Code ?? "", Password ?? "");
        if (user is null || result is not { Succeeded: true })
        {
            _refusal = result?.Errors.FirstOrDefault(e => e.Code != nameof(IdentityErrorDescriber.InvalidToken))?.Description
                ?? "This link has expired or was already used. Request another one.";
            return;
        }

        await ConfirmAndEndAsync(user);
        navigation.NavigateTo("/account/sign-in");
    }

    /// <summary>Opening the link proves access to the mailbox, so the address is confirmed as well.</summary>
    private async Task ConfirmAndEndAsync(PortalUser user)
    {
        user.EmailConfirmed = true;
        await users.UpdateAsync(user);
        await users.SetLockoutEndDateAsync(user, null);
        await sessions.EndAsync(user.Id);
        await accounts.AuditAsync(
            user.Id,
            "members.password",
            "The password was reset by email; all sessions ended.",
            http.HttpContext?.Connection.RemoteIpAddress?.ToString());
    }
}
