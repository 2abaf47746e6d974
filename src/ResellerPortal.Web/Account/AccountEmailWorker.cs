using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Accounts;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Sending;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Workers;

namespace ResellerPortal.Web.Account;

/// <summary>The portal's address in letters: what the settings say, else where this server listens.</summary>
internal sealed class EmailLinkFactory(PortalAddress portal, IServer server)
{
    public string Create(string path) =>
        portal.FindUrl(path) ?? (server.Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault()?.TrimEnd('/') ?? "") + path;
}

/// <summary>
/// Mails letters about accounts: invitations, confirmations, resets, and what changed. Links are made as a letter goes out.
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

    private static readonly TenantScope Scope = TenantScope.CrossTenants("letters about accounts: all tenants");

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

    /// <returns>Null where there is nothing to say: the invitation is closed, or nobody has the address.</returns>
    private async Task<OutgoingMail?> WriteAsync(PortalDbContext db, AccountEmail email, CancellationToken cancellationToken)
    {
        if (email.Kind == AccountEmailKind.Notice)
        {
            return new OutgoingMail(
                email.Email,
                "Your account changed",
                $"{email.Text}\n\nIf that was not you, set a new password and end all sessions:\n{address.Create("/account/forgot")}\n");
        }

        if (email.Kind == AccountEmailKind.Invitation)
        {
            return await db.Invitations.AsNoTracking()
                .SingleOrDefaultAsync(i => i.Id == email.InvitationId && i.ClosedAtUtc == null, cancellationToken) is { } invitation
                ? new OutgoingMail(
                    invitation.Email,
                    "You are invited",
                    $"{invitation.InvitedBy} invites you to a seat in Reseller Portal. Take it here, until "
                        + $"{invitation.ExpiresAtUtc:yyyy-MM-dd HH:mm} UTC:\n{address.Create(
                            links.CreatePath(invitation, isMailed: true))}\n\nThe link works once. If you did not expect it, leave it.\n")
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
                "Confirm your address",
                $"Confirm that this address is yours:\n{Link(
                    "/account/confirm", user, await users.GenerateEmailConfirmationTokenAsync(user))}\n")
            : new OutgoingMail(
                user.Email!,
                "Set a new password",
                $"Somebody, hopefully you, asked to set a new password. Do it here within three hours:\n{Link(
                    "/account/reset",
                    user,
                    await users.GeneratePasswordResetTokenAsync(user))}\n\nIf it was not you, leave it; nothing has changed.\n");
    }

    private string Link(string path, PortalUser user, string code) =>
        QueryHelpers.AddQueryString(
            address.Create(path), new Dictionary<string, string?> { ["user"] = user.Id.ToString(), ["code"] = code });
}
