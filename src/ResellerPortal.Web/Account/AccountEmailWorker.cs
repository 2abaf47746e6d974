using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Accounts;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Sending;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Workers;

namespace ResellerPortal.Web.Account;

/// <summary>Creates links for emails from the configured public URL or else from the address this server listens on.</summary>
internal sealed class EmailLinkFactory(PortalAddress portal, IServer server)
{
    public string Create(string path) =>
        portal.FindUrl(path) ?? (server.Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault()?.TrimEnd('/') ?? "") + path;
}

/// <summary>
/// Sends account emails: invitations, confirmations, password resets and security notices. Links are created when an email is sent.
/// </summary>
internal sealed class AccountEmailWorker(
    PortalDatabase database,
    IMailer mailer,
    InvitationLinks links,
    EmailLinkFactory address,
    IServiceScopeFactory scopes,
    TimeProvider clock,
    ILogger<AccountEmailWorker> logger) : PeriodicWorker(clock, logger)
{
    public override TimeSpan Interval => TimeSpan.FromSeconds(3);

    private static readonly TimeSpan Fresh = TimeSpan.FromHours(12);

    private static readonly TenantScope Scope = TenantScope.CrossTenants("account emails of all tenants");

    public override async Task<int> RunAsync(CancellationToken cancellationToken = default)
    {
        if (!mailer.IsConfigured)
        {
            return 0;
        }

        var now = Clock.GetUtcNow();
        var since = now - Fresh;
        var sent = 0;
        await using var db = database.Open(Scope);
        foreach (var email in await db.AccountEmails.AsNoTracking()
            .Where(l => l.MailedAtUtc == null && l.AtUtc > since)
            .OrderBy(l => l.AtUtc)
            .Take(100)
            .ToListAsync(cancellationToken))
        {
            var mine = db.AccountEmails.Where(l => l.Id == email.Id);
            if (await mine.Where(l => l.MailedAtUtc == null).ExecuteUpdateAsync(
                set => set.SetProperty(l => l.MailedAtUtc, now), cancellationToken) == 0)
            {
                continue;
            }

            try
            {
                if (await WriteAsync(db, email, cancellationToken) is { } mail)
                {
                    await mailer.SendAsync(mail with { Id = email.Id }, cancellationToken);
                    sent++;
                }
            }
            catch
            {
                await mine.ExecuteUpdateAsync(set => set.SetProperty(l => l.MailedAtUtc, (DateTimeOffset?)null), CancellationToken.None);
                throw;
            }
        }

        return sent;
    }

    /// <returns>Null if there is nothing to send because the invitation is closed or no user has the address.</returns>
    private async Task<OutgoingMail?> WriteAsync(PortalDbContext db, AccountEmail email, CancellationToken cancellationToken)
    {
        if (email.Kind == AccountEmailKind.Notice)
        {
            return new OutgoingMail(
                email.Email,
                "Your account was changed",
                $"{email.Text}\n\nIf this was not you, reset your password and end all sessions:\n{address.Create("/account/forgot")}\n");
        }

        if (email.Kind == AccountEmailKind.Invitation)
        {
            return await db.Invitations.AsNoTracking()
                .SingleOrDefaultAsync(i => i.Id == email.InvitationId && i.ClosedAtUtc == null, cancellationToken) is { } invitation
                ? new OutgoingMail(
                    invitation.Email,
                    "You have been invited",
                    $"{invitation.InvitedBy} has invited you to Reseller Portal. Accept the invitation by "
                        + $"{invitation.ExpiresAtUtc:yyyy-MM-dd HH:mm} UTC:\n{address.Create(
                            links.CreatePath(invitation, isMailed: true))}\n\n"
                        + "The link can be used once. If you did not expect this invitation, you can ignore this email.\n")
                : null;
        }

        await using var scope = scopes.CreateAsyncScope();
        var users = scope.ServiceProvider.GetRequiredService<PortalUserManager>();
        if (await users.FindByEmailAsync(email.Email) is not { } user)
        {
            return null;
        }

        return email.Kind == AccountEmailKind.ConfirmEmail
            ? new OutgoingMail(
                user.Email!,
                "Confirm your email address",
                $"Confirm your email address:\n{Link(
                    "/account/confirm", user, await users.GenerateEmailConfirmationTokenAsync(user))}\n")
            : new OutgoingMail(
                user.Email!,
                "Reset your password",
                $"We received a request to reset your password. Use this link within three hours:\n{Link(
                    "/account/reset",
                    user,
                    await users.GeneratePasswordResetTokenAsync(user))}\n\nIf you did not request this, you can ignore this email.\n");
    }

    private string Link(string path, PortalUser user, string code) =>
        QueryHelpers.AddQueryString(
            address.Create(path), new Dictionary<string, string?> { ["user"] = user.Id.ToString(), ["code"] = code });
}
