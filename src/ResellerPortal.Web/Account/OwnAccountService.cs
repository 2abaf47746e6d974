using Microsoft.AspNetCore.Components;
using ResellerPortal.Core.Accounts;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Web.Account;

/// <summary>Shared by the sections of the account page: the user, password checks before sensitive actions, and auditing.</summary>
public sealed class OwnAccountService(
    PortalUserManager users,
    UserAccountService accounts,
    IHttpContextAccessor http,
    NavigationManager navigation)
{
    public PortalUserManager Users => users;

    public HttpContext Context => http.HttpContext!;

    public Guid Session => Context.User.SessionId!.Value;

    /// <summary>
    /// Checks the password before a sensitive action. Users without a password (provider or passkey only) are trusted by their
    /// session. Wrong passwords count as failed sign-ins.
    /// </summary>
    public async Task<bool> CheckPasswordAsync(PortalUser user, string? password)
    {
        if (user.PasswordHash is null)
        {
            return true;
        }

        if (await users.IsLockedOutAsync(user))
        {
            return false;
        }

        if (await users.CheckPasswordAsync(user, password ?? ""))
        {
            await users.ResetAccessFailedCountAsync(user);
            return true;
        }

        await users.AccessFailedAsync(user);
        return false;
    }

    public Task AuditAsync(PortalUser user, string action, string description) =>
        accounts.AuditAsync(user.Id, action, description, Context.User.FromAddress);

    /// <summary>Redirects to the account page so that a reload does not repeat the action.</summary>
    public void Complete(string result) => navigation.NavigateTo("/account?said=" + result);
}
