using Microsoft.AspNetCore.Components;
using ResellerPortal.Core.Accounts;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Web.Account;

/// <summary>Shared by the sections of the account page: the user, proof of who it is before sensitive actions, and auditing.</summary>
public sealed class OwnAccountService(
    PortalUserManager users,
    UserAccountService accounts,
    UserSessionService sessions,
    IHttpContextAccessor http,
    NavigationManager navigation) : IDisposable
{
    private readonly SemaphoreSlim _turn = new(1);

    public PortalUserManager Users => users;

    public HttpContext Context => http.HttpContext!;

    public Guid Session => Context.User.SessionId!.Value;

    /// <summary>
    /// Whether the user has entered the password or used a passkey within the last ten minutes, as sensitive actions require. Users who
    /// have neither, because a provider vouches for them, must have signed in within that time.
    /// </summary>
    public async Task<bool> IsVerifiedAsync(PortalUser user) => await sessions.IsVerifiedAsync(
        user.Id, Session, signInCounts: user.PasswordHash is null && (await users.GetPasskeysAsync(user)).Count == 0);

    /// <summary>Loads what a section shows. Sections render side by side but share the request's one database context.</summary>
    public async Task LoadAsync(Func<Task> load)
    {
        await _turn.WaitAsync();
        try
        {
            await load();
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose() => _turn.Dispose();

    public Task VerifyAsync(PortalUser user) => sessions.VerifyAsync(user.Id, Session);

    /// <summary>Checks the password before a sensitive action. Wrong passwords count as failed sign-ins.</summary>
    public async Task<bool> CheckPasswordAsync(PortalUser user, string? password)
    {
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
