using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Accounts;
using ResellerPortal.Core.Outbox;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Web.Account;

/// <summary>Creates links for emails from the configured public URL or else from the address this server listens on.</summary>
internal sealed class EmailLinkFactory(PortalAddress portal, IServer server)
{
    public string Create(string path) =>
        portal.FindUrl(path) ?? (server.Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault()?.TrimEnd('/') ?? "") + path;
}

/// <summary>
/// Composes account emails: invitations, password resets and changes of an account. Links are created when an email is sent.
/// </summary>
internal sealed class AccountEmailComposer(
    PortalDatabase database,
    InvitationLinks links,
    EmailLinkFactory address,
    IServiceScopeFactory scopes) : IEmailComposer
{
    private static readonly TenantScope Scope = TenantScope.CrossTenants("invitations of all tenants");

    public bool CanCompose(EmailKind kind) => kind is EmailKind.Invitation or EmailKind.PasswordReset or EmailKind.AccountChange;

    public Task<OutgoingMail?> ComposeAsync(OutboxEmail email, CancellationToken cancellationToken) => email.Kind switch
    {
        EmailKind.Invitation => ComposeInvitationAsync(email, cancellationToken),
        EmailKind.PasswordReset => ComposePasswordResetAsync(email),
        _ when email.UserId is null => Task.FromResult<OutgoingMail?>(null),
        _ => Task.FromResult<OutgoingMail?>(new OutgoingMail(
            email.Id,
            email.To!,
            "Your account was changed",
            $"{email.Text}\n\nIf this was not you, reset your password and end all sessions:\n{address.Create("/account/forgot")}\n")),
    };

    private async Task<OutgoingMail?> ComposeInvitationAsync(OutboxEmail email, CancellationToken cancellationToken)
    {
        await using var db = database.Open(Scope);
        return await db.Invitations.AsNoTracking()
            .SingleOrDefaultAsync(i => i.Id == email.InvitationId && i.ClosedAtUtc == null, cancellationToken) is { } invitation
            ? new OutgoingMail(
                email.Id,
                invitation.Email,
                "You have been invited",
                $"{invitation.InvitedBy} has invited you to Reseller Portal. Accept the invitation by "
                    + $"{invitation.ExpiresAtUtc:yyyy-MM-dd HH:mm} UTC:\n"
                    + $"{address.Create(links.CreatePath(invitation, provesAddress: true))}\n\n"
                    + "The link can be used once. If you did not expect this invitation, you can ignore this email.\n")
            : null;
    }

    private async Task<OutgoingMail?> ComposePasswordResetAsync(OutboxEmail email)
    {
        await using var scope = scopes.CreateAsyncScope();
        var users = scope.ServiceProvider.GetRequiredService<PortalUserManager>();
        if (await users.FindByEmailAsync(email.To!) is not { } user)
        {
            return null;
        }

        var link = QueryHelpers.AddQueryString(
            address.Create("/account/reset"),
            new Dictionary<string, string?>
            {
                ["user"] = user.Id.ToString(),
                ["code"] = await users.GeneratePasswordResetTokenAsync(user),
            });
        return new OutgoingMail(
            email.Id,
            user.Email!,
            "Reset your password",
            $"We received a request to reset your password. Use this link within three hours:\n{link}\n\n"
                + "If you did not request this, you can ignore this email.\n");
    }
}
