using Microsoft.AspNetCore.Components;
using ResellerPortal.Core.Accounts;
using ResellerPortal.Core.Outbox;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Web.Account;

/// <summary>
/// The target of an invitation link. Existing users sign in before they accept. New users choose a password if the link proves that they
/// own the address; a copied link gets them one by email instead, so that nobody creates an account for somebody else's address.
/// </summary>
public sealed partial class InvitationPage(
    InvitationService invitations,
    PortalUserManager users,
    PortalSignIn signIn,
    IMailer mailer,
    IHttpContextAccessor http,
    NavigationManager navigation)
{
    private OpenInvitation? _open;
    private bool _isSignedIn;
    private bool _isEmailed;
    private string? _refusal;

    [SupplyParameterFromQuery]
    private string? Key { get; set; }

    [SupplyParameterFromForm(FormName = "register", Name = "password")]
    private string? Password { get; set; }

    protected override async Task OnInitializedAsync()
    {
        _open = await invitations.FindAsync(Key ?? "");
        _isSignedIn = http.HttpContext?.User.SignedInUser is not null;
    }

    private async Task EmailLinkAsync()
    {
        var outcome = await invitations.EmailLinkAsync(Key ?? "");
        (_refusal, _isEmailed) = (outcome.Refusal?.Message, !outcome.IsRefused);
    }

    private async Task AcceptAsync()
    {
        if (await users.GetUserAsync(http.HttpContext!.User) is { } user)
        {
            await AddMembershipAsync(user, isNew: false);
        }
    }

    private async Task RegisterAsync()
    {
        if (_open is not { HasUser: false, ProvesAddress: true })
        {
            return;
        }

        var user = new PortalUser
        {
            Id = Guid.CreateVersion7(),
            UserName = _open.Invitation.Email,
            Email = _open.Invitation.Email,
            EmailConfirmed = true,
            LockoutEnabled = true,
        };
        var created = await users.CreateAsync(user, Password ?? "");
        if (!created.Succeeded)
        {
            _refusal = created.Errors.First().Description;
            return;
        }

        await AddMembershipAsync(user, isNew: true);
    }

    private async Task AddMembershipAsync(PortalUser user, bool isNew)
    {
        var outcome = await invitations.AcceptAsync(Key ?? "", user.Id, http.HttpContext!.Connection.RemoteIpAddress?.ToString());
        if (outcome.Refusal is { } refusal)
        {
            _refusal = refusal.Message;
            return;
        }

        if (isNew)
        {
            await signIn.SignInAsync(user, isPersistent: false);
        }
        else
        {
            await signIn.RenewAsync(user, outcome.Value.Id, supportSessionId: null);
        }

        navigation.NavigateTo("/");
    }
}
