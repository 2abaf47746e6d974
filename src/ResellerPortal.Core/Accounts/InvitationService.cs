using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Auditing;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Accounts;

/// <summary>An open invitation for display.</summary>
/// <param name="ProvesAddress">Whether the link proves that its holder owns the invited address.</param>
public sealed record OpenInvitation(Invitation Invitation, string Place, bool ProvesAddress, bool HasUser);

/// <summary>Finds invitations by their links and turns them into memberships.</summary>
public sealed class InvitationService(PortalDatabase database, InvitationLinks links, TimeProvider clock)
{
    private static readonly TenantScope Scope = TenantScope.CrossTenants("invitations: the link's holder has no tenant yet");

    /// <returns>Null if the link is incomplete, used, replaced or expired.</returns>
    public async Task<OpenInvitation?> FindAsync(string key, CancellationToken cancellationToken = default)
    {
        await using var db = database.Open(Scope);
        if (await FindAsync(db, key, cancellationToken) is not { } found)
        {
            return null;
        }

        var (invitation, provesAddress) = (found.Invitation, found.Key.ProvesAddress);
        var normalized = invitation.Email.Normalize().ToUpperInvariant();
        var place = invitation.CustomerId is { } customer
            ? await db.Customers.Where(c => c.Id == customer).Select(c => c.Name).SingleAsync(cancellationToken)
                : invitation.ResellerId is { } reseller
                ? await db.Resellers.Where(r => r.Id == reseller).Select(r => r.Name).SingleAsync(cancellationToken)
                : "the portal's operator";
        return new OpenInvitation(
            invitation, place, provesAddress, await db.Users.AnyAsync(u => u.NormalizedEmail == normalized, cancellationToken));
    }

    /// <summary>
    /// Accepts an invitation for the user with the invited address. Each invitation gives one membership.
    /// Refused: the link is not valid any more; the invitation is for somebody else; it was already used.
    /// </summary>
    public async Task<Outcome<Member>> AcceptAsync(
        string key,
        Guid userId,
        string? fromAddress,
        CancellationToken cancellationToken = default)
    {
        var now = clock.GetUtcNow();
        await using var db = database.Open(Scope);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        if (await FindAsync(db, key, cancellationToken) is not { } found)
        {
            return Refusal.Because("This invitation has been used or revoked, or has expired. Ask for a new one.");
        }

        var invitation = found.Invitation;
        var user = await db.Users.SingleAsync(u => u.Id == userId, cancellationToken);
        if (!string.Equals(user.NormalizedEmail, invitation.Email.Normalize().ToUpperInvariant(), StringComparison.Ordinal))
        {
            return Refusal.Because(
                $"This invitation is for {invitation.Email}. Sign in with that address, or ask for your own invitation.");
        }

        if (!user.EmailConfirmed)
        {
            return Refusal.Because("Your email address is not confirmed. Reset your password by email first.");
        }

        if (await db.Invitations.Where(i => i.Id == invitation.Id && i.ClosedAtUtc == null).ExecuteUpdateAsync(
            set => set.SetProperty(i => i.ClosedAtUtc, now), cancellationToken) == 0)
        {
            return Refusal.Because("This invitation has already been used.");
        }

        var member = await db.Members.SingleOrDefaultAsync(
            m => m.UserId == userId && m.ResellerId == invitation.ResellerId && m.CustomerId == invitation.CustomerId, cancellationToken);
        if (member is null)
        {
            member = new Member
            {
                UserId = userId,
                Role = invitation.Role,
                ResellerId = invitation.ResellerId,
                CustomerId = invitation.CustomerId,
                CreatedAtUtc = now,
            };
            db.Members.Add(member);
        }

        db.Audit(
            Actor.ForMember(member, user.Email!, fromAddress),
            now,
            AuditEraser.Joined,
            $"{user.Email} joined as {member.Role}, invited by {invitation.InvitedBy}",
            invitation.ResellerId,
            invitation.CustomerId);
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return member;
    }

    /// <summary>Lists the open invitations of an address.</summary>
    public async Task<IReadOnlyList<Invitation>> ListOpenAsync(string email, CancellationToken cancellationToken = default)
    {
        var now = clock.GetUtcNow();
        await using var db = database.Open(Scope);
        var open = await db.Invitations.AsNoTracking()
            .Where(i => i.ClosedAtUtc == null && i.ExpiresAtUtc > now)
            .OrderBy(i => i.CreatedAtUtc)
            .ToListAsync(cancellationToken);
        return open.FindAll(i => i.Email.Equals(email.Trim(), StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>
    /// Emails the link of an invitation to the invited address, for whoever holds a link that proves nothing.
    /// Refused: the link is not valid any more.
    /// </summary>
    public async Task<Outcome<Invitation>> EmailLinkAsync(string key, CancellationToken cancellationToken = default)
    {
        await using var db = database.Open(Scope);
        if (await FindAsync(db, key, cancellationToken) is not { } found)
        {
            return Refusal.Because("This invitation has been used or revoked, or has expired. Ask for a new one.");
        }

        var now = clock.GetUtcNow();
        await db.QueueEmailAsync(found.Invitation, now, sentSince: now.AddMinutes(-2), cancellationToken);
        await db.SaveChangesAsync(cancellationToken);
        return found.Invitation;
    }

    private async Task<(Invitation Invitation, InvitationKey Key)?> FindAsync(
        PortalDbContext db,
        string key,
        CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        return links.Read(key) is { } read
            && await db.Invitations.AsNoTracking()
                .SingleOrDefaultAsync(
                    i => i.Id == read.Id && i.Edition == read.Edition && i.ClosedAtUtc == null && i.ExpiresAtUtc > now,
                    cancellationToken) is { } invitation
            ? (invitation, read)
            : null;
    }
}
