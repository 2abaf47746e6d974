using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Auditing;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Accounts;

/// <summary>An open invitation as its link shows it.</summary>
/// <param name="IsMailed">Whether the link came by mail, so that the address is known to be the reader's.</param>
public sealed record OpenInvitation(Invitation Invitation, string Place, bool IsMailed, bool HasUser);

/// <summary>Finds invitations by their links and turns them into seats.</summary>
public sealed class InvitationService(PortalDatabase database, InvitationLinks links, TimeProvider clock)
{
    private static readonly TenantScope Scope = TenantScope.CrossTenants("invitations: whoever holds the link is in no tenant yet");

    /// <returns>Null for a link that is not whole, was used, was replaced by a later one, or is too old.</returns>
    public async Task<OpenInvitation?> FindAsync(string key, CancellationToken cancellationToken = default)
    {
        await using var db = database.Open(Scope);
        if (await FindAsync(db, key, cancellationToken) is not { } found)
        {
            return null;
        }

        var (invitation, isMailed) = (found.Invitation, found.Key.IsMailed);
        var normalized = invitation.Email.ToUpperInvariant();
        var place = invitation.CustomerId is { } customer
            ? await db.Customers.Where(c => c.Id == customer).Select(c => c.Name).SingleAsync(cancellationToken)
                : invitation.ResellerId is { } reseller
                ? await db.Resellers.Where(r => r.Id == reseller).Select(r => r.Name).SingleAsync(cancellationToken)
                : "the portal's operator";
        return new OpenInvitation(
            invitation, place, isMailed, await db.Users.AnyAsync(u => u.NormalizedEmail == normalized, cancellationToken));
    }

    /// <summary>Gives the seat to a user whose address the invitation names. A link gives one seat, however often it is sent.</summary>
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
            return Refusal.Because("This invitation was used, taken back, or is too old. Ask for a new one.");
        }

        var invitation = found.Invitation;
        var user = await db.Users.SingleAsync(u => u.Id == userId, cancellationToken);
        if (!string.Equals(user.NormalizedEmail, invitation.Email.ToUpperInvariant(), StringComparison.Ordinal))
        {
            return Refusal.Because(
                $"This invitation is for {invitation.Email}. Sign in as that person, or ask for an invitation of your own.");
        }

        if (await db.Invitations.Where(i => i.Id == invitation.Id && i.ClosedAtUtc == null).ExecuteUpdateAsync(
            set => set.SetProperty(i => i.ClosedAtUtc, now), cancellationToken) == 0)
        {
            return Refusal.Because("This invitation was used already.");
        }

        user.EmailConfirmed |= found.Key.IsMailed;
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
            "members.accept",
            $"{user.Email} took the seat as {member.Role}, invited by {invitation.InvitedBy}",
            invitation.ResellerId,
            invitation.CustomerId);
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return member;
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
