using Microsoft.AspNetCore.Components;
using ResellerPortal.Core.Accounts;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Web.Account;

/// <summary>What the parts of the account's page share: who it is, the check of the password before an act, and the note of it.</summary>
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
    /// Whether the password was given again; who has none (provider or passkey only) is known by the session alone. Wrong ones
    /// count as failed sign-ins do.
    /// </summary>
    public async Task<bool> KnowsPasswordAsync(PortalUser user, string? password)
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

    public Task AuditAsync(PortalUser user, string action, string what) =>
        accounts.AuditAsync(user.Id, action, what, Context.User.FromAddress);

    /// <summary>Shows the page anew, so that loading it again repeats nothing.</summary>
    public void Complete(string said) => navigation.NavigateTo("/account?said=" + said);
}
