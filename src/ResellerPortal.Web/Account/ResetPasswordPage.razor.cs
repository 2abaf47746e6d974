using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Identity;
using ResellerPortal.Core.Accounts;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Web.Account;

/// <summary>
/// The target of a password reset link. The link proves that its holder owns the address, so a new password ends everything that gave
/// access before. An authenticator that was set up by the address's owner must agree first.
/// </summary>
public sealed partial class ResetPasswordPage(
    PortalUserManager users,
    UserAccountService accounts,
    IHttpContextAccessor http,
    NavigationManager navigation)
{
    private PortalUser? _user;
    private string? _refusal;

    [SupplyParameterFromForm(FormName = "reset", Name = "password")]
    private string? Password { get; set; }

    [SupplyParameterFromForm(FormName = "reset", Name = "digits")]
    private string? Digits { get; set; }

    [SupplyParameterFromQuery]
    private string? User { get; set; }

    [SupplyParameterFromQuery]
    private string? Code { get; set; }

    private bool NeedsCode => _user is { TwoFactorEnabled: true, EmailConfirmed: true };

    protected override async Task OnInitializedAsync()
    {
        var user = Guid.TryParse(User, out var id) ? await users.FindByIdAsync(id.ToString()) : null;
        _user = user is not null
            && await users.VerifyUserTokenAsync(
                user, users.Options.Tokens.PasswordResetTokenProvider, UserManager<PortalUser>.ResetPasswordTokenPurpose, Code ?? "")
            ? user
            : null;
    }

    private async Task ResetAsync()
    {
        _refusal = _user is null
            ? "This link has expired or was already used. Request another one."
            : await FindPasswordFaultAsync(_user) ?? await FindCodeFaultAsync(_user);
        if (_user is null || _refusal is not null)
        {
            return;
        }

        var result = await users.ResetPasswordAsync(_user, Code ?? "", Password ?? "");
        if (!result.Succeeded)
        {
            _refusal = result.Errors.First().Description;
            return;
        }

        await users.SetLockoutEndDateAsync(_user, null);
        await accounts.EndEarlierAccessAsync(_user.Id);
        await accounts.AuditAsync(
            _user.Id,
            "members.password",
            "The password was reset by email. All sessions, passkeys, connected providers and the authenticator were removed.",
            http.HttpContext?.Connection.RemoteIpAddress?.ToString());
        navigation.NavigateTo("/account/sign-in");
    }

    /// <summary>Checks the password before a code is used up for it.</summary>
    private async Task<string?> FindPasswordFaultAsync(PortalUser user)
    {
        foreach (var validator in users.PasswordValidators)
        {
            if ((await validator.ValidateAsync(users, user, Password ?? "")).Errors.FirstOrDefault() is { } fault)
            {
                return fault.Description;
            }
        }

        return null;
    }

    private async Task<string?> FindCodeFaultAsync(PortalUser user)
    {
        if (!NeedsCode)
        {
            return null;
        }

        if (await users.IsLockedOutAsync(user))
        {
            return "Too many attempts. Wait a few minutes and try again.";
        }

        var digits = (Digits ?? "").Replace(" ", "", StringComparison.Ordinal);
        if (digits.Length == 0)
        {
            return "Enter the code of your authenticator, or a recovery code.";
        }

        if (await users.VerifyTwoFactorTokenAsync(user, TokenOptions.DefaultAuthenticatorProvider, digits)
            || (await users.RedeemTwoFactorRecoveryCodeAsync(user, digits)).Succeeded)
        {
            return null;
        }

        await users.AccessFailedAsync(user);
        return "This code is incorrect or expired. Enter the next one, or a recovery code.";
    }
}
