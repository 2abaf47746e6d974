using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Identity;
using ResellerPortal.Core.Accounts;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Web.Account;

/// <summary>Where the link of a reset leads: a new password, and the end of all sessions. A second factor stays as it is.</summary>
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
                ?? "This link was used or is too old. Have another one sent.";
            return;
        }

        await ConfirmAndEndAsync(user);
        navigation.NavigateTo("/account/sign-in");
    }

    /// <summary>Whoever opened the link reads the mailbox.</summary>
    private async Task ConfirmAndEndAsync(PortalUser user)
    {
        user.EmailConfirmed = true;
        await users.UpdateAsync(user);
        await users.SetLockoutEndDateAsync(user, null);
        await sessions.EndAsync(user.Id);
        await accounts.AuditAsync(
            user.Id,
            "members.password",
            "A new password was set by a link sent by mail; all sessions ended.",
            http.HttpContext?.Connection.RemoteIpAddress?.ToString());
    }
}
