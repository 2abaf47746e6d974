using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Auditing;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Accounts;

/// <summary>Identifies a team: the operator's (no reseller), a reseller's or a customer's.</summary>
public sealed record TeamScope(ResellerId? Reseller, CustomerId? Customer)
{
    /// <summary>The actor's own team.</summary>
    public static TeamScope ForActor(Actor actor) => new(actor.Scope.Reseller, actor.Scope.Customer);

    public IReadOnlyList<Role> Roles => this switch
    {
        { Reseller: null } => [Role.OperatorAdmin, Role.OperatorSupport],
        { Customer: null } => [Role.ResellerOwner, Role.ResellerBilling, Role.ResellerSupport, Role.ResellerViewer],
        _ => [Role.CustomerAdmin, Role.CustomerViewer],
    };

    /// <summary>The role that manages the team; its last holder cannot be removed.</summary>
    public Role Head => Roles[0];
}

public sealed record TeamMember(
    MemberId Id,
    Guid UserId,
    string Email,
    Role Role,
    bool HasSecondFactor,
    DateTimeOffset SinceUtc,
    DateTimeOffset? SeenAtUtc);

public sealed record TeamList(
    TeamScope Team,
    IReadOnlyList<TeamMember> Members,
    IReadOnlyList<Invitation> Invitations,
    TwoFactorRule TwoFactor);

/// <summary>Manages the members of the operator, resellers and customers: invitations, roles and removal.</summary>
public sealed class TeamService(PortalDatabase database, Memberships memberships, UserDirectory users, TimeProvider clock)
{
    private const int MaxOpenInvitations = 100;

    public async Task<TeamList> ListAsync(Actor actor, TeamScope team, CancellationToken cancellationToken = default)
    {
        Demand(actor, team);
        await using var db = database.Open(actor.Scope);
        var members = await db.Members.AsNoTracking()
            .Where(m => m.ResellerId == team.Reseller && m.CustomerId == team.Customer)
            .ToListAsync(cancellationToken);
        var accounts = await users.ListAsync([.. members.Select(m => m.UserId)], cancellationToken);
        var invitations = await db.Invitations.AsNoTracking()
            .Where(i => i.ResellerId == team.Reseller && i.CustomerId == team.Customer && i.ClosedAtUtc == null)
                .OrderByDescending(i => i.CreatedAtUtc).Take(MaxOpenInvitations).ToListAsync(cancellationToken);
        var rule = await db.Resellers.Where(r => r.Id == team.Reseller).Select(r => r.TwoFactor).FirstOrDefaultAsync(cancellationToken);
        return new TeamList(
            team,
            [
                .. members.OrderBy(m => m.CreatedAtUtc).Select(m => (Member: m, User: accounts[m.UserId])).Select(m => new TeamMember(
                    m.Member.Id, m.User.Id, m.User.Email, m.Member.Role, m.User.HasSecondFactor, m.Member.CreatedAtUtc, m.User.SeenAtUtc)),
            ],
            invitations,
            rule);
    }

    /// <summary>
    /// Invites a person to a role.
    /// Refused: the address is malformed; the role is not one of the team's; a member or an open invitation has the address; 100 are open.
    /// </summary>
    public async Task<Outcome<Invitation>> InviteAsync(
        Actor actor,
        TeamScope team,
        string email,
        Role role,
        CancellationToken cancellationToken = default)
    {
        var permission = Demand(actor, team);
        email = email.Trim();
        if (!EmailAddress.IsValid(email))
        {
            return Refusal.Because("Enter an email address such as name@company.example.", nameof(email));
        }

        if (!team.Roles.Contains(role))
        {
            return Refusal.Because("Choose a role from the list.", nameof(role));
        }

        var now = clock.GetUtcNow();
        await using var db = database.Open(actor.Scope);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        if (team.Customer is { } customer
            && !await db.Customers.AnyAsync(c => c.Id == customer && c.ResellerId == team.Reseller, cancellationToken))
        {
            return Refusal.NotFound("customer");
        }

        if (await users.FindAsync(email, cancellationToken) is { } known
            && await db.Members.AnyAsync(
                m => m.ResellerId == team.Reseller && m.CustomerId == team.Customer && m.UserId == known, cancellationToken))
        {
            return Refusal.Because($"{email} is already a member. Change the role in the list.", nameof(email));
        }

        var open = await db.Invitations.Where(i => i.ResellerId == team.Reseller
            && i.CustomerId == team.Customer
            && i.ClosedAtUtc == null).ToListAsync(cancellationToken);
        if (open.Any(i => i.Email.Equals(email, StringComparison.OrdinalIgnoreCase) && i.ExpiresAtUtc > now))
        {
            return Refusal.Because($"{email} is already invited. Resend or revoke the invitation in the list.", nameof(email));
        }

        if (open.Count >= MaxOpenInvitations)
        {
            return Refusal.Because("100 invitations are open. Revoke some first.", nameof(email));
        }

        var invitation = (await memberships.AddAsync(db, actor, email, role, team.Reseller, team.Customer, null, cancellationToken))!;
        db.Audit(actor, now, permission, $"invited {email} as {role}", team.Reseller, team.Customer);
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return invitation;
    }

    /// <summary>
    /// Sends an open invitation again, valid for seven more days. Earlier links become invalid.
    /// Refused: no such invitation.
    /// </summary>
    public async Task<Outcome<Invitation>> InviteAgainAsync(
        Actor actor,
        TeamScope team,
        Guid invitationId,
        CancellationToken cancellationToken = default)
    {
        var permission = Demand(actor, team);
        await using var db = database.Open(actor.Scope);
        if (await OpenInvitationAsync(db, team, invitationId, cancellationToken) is not { } invitation)
        {
            return Refusal.NotFound("invitation");
        }

        var now = clock.GetUtcNow();
        invitation.Edition++;
        invitation.ExpiresAtUtc = now + Memberships.OpenFor;
        await db.QueueEmailAsync(invitation, now, sentSince: null, cancellationToken);
        db.Audit(actor, now, permission, $"resent the invitation of {invitation.Email}", team.Reseller, team.Customer);
        await db.SaveChangesAsync(cancellationToken);
        return invitation;
    }

    public async Task<Outcome<Invitation>> RevokeInvitationAsync(
        Actor actor,
        TeamScope team,
        Guid invitationId,
        CancellationToken cancellationToken = default)
    {
        var permission = Demand(actor, team);
        await using var db = database.Open(actor.Scope);
        if (await OpenInvitationAsync(db, team, invitationId, cancellationToken) is not { } invitation)
        {
            return Refusal.NotFound("invitation");
        }

        invitation.ClosedAtUtc = clock.GetUtcNow();
        db.Audit(
            actor,
            invitation.ClosedAtUtc.Value,
            permission,
            $"revoked the invitation of {invitation.Email}",
            team.Reseller,
            team.Customer);
        await db.SaveChangesAsync(cancellationToken);
        return invitation;
    }

    /// <summary>
    /// Changes a member's role.
    /// Refused: no such member; the role is not one of the team's; it is the last member with the leading role.
    /// </summary>
    public Task<Outcome<Member>> ChangeRoleAsync(
        Actor actor,
        TeamScope team,
        MemberId memberId,
        Role role,
        CancellationToken cancellationToken = default) =>
        ChangeAsync(actor, team, memberId, (db, member, email) =>
        {
            if (!team.Roles.Contains(role))
            {
                throw new ArgumentException($"{role} is not a role of this team.", nameof(role));
            }

            member.Role = role;
            return $"made {email} {role}";
        }, keepsHead: role == team.Head, cancellationToken);

    /// <summary>
    /// Removes a member. Takes effect with the member's next request.
    /// Refused: no such member; it is the last manager of the team.
    /// </summary>
    public Task<Outcome<Member>> RemoveAsync(
        Actor actor,
        TeamScope team,
        MemberId memberId,
        CancellationToken cancellationToken = default) =>
        ChangeAsync(actor, team, memberId, (db, member, email) =>
        {
            db.Members.Remove(member);
            return $"removed {email} ({member.Role})";
        }, keepsHead: false, cancellationToken);

    /// <summary>Sets who must sign in with two factors. Takes effect with their next request.</summary>
    public async Task SetTwoFactorAsync(Actor actor, TwoFactorRule rule, CancellationToken cancellationToken = default)
    {
        actor.Demand(Permission.MembersManage);
        await using var db = database.Open(actor.Scope);
        var reseller = await db.Resellers.SingleAsync(r => r.Id == actor.Reseller, cancellationToken);
        if (reseller.TwoFactor != rule)
        {
            reseller.TwoFactor = rule;
            db.Audit(actor, clock.GetUtcNow(), Permission.MembersManage, $"two-factor sign-in: {rule}", actor.Reseller);
            await db.SaveChangesAsync(cancellationToken);
        }
    }

    private async Task<Outcome<Member>> ChangeAsync(
        Actor actor,
        TeamScope team,
        MemberId memberId,
        Func<PortalDbContext, Member, string, string> change,
        bool keepsHead,
        CancellationToken cancellationToken)
    {
        var permission = Demand(actor, team);
        await using var db = database.Open(actor.Scope);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var heads = await db.Members
            .Where(m => m.ResellerId == team.Reseller && m.CustomerId == team.Customer && m.Role == team.Head)
            .Select(m => m.Id)
            .ToListAsync(cancellationToken);
        await database.LockRowsAsync<Member>(db, heads.Select(h => h.Value), cancellationToken);
        if (await db.Members.SingleOrDefaultAsync(
            m => m.Id == memberId && m.ResellerId == team.Reseller && m.CustomerId == team.Customer, cancellationToken) is not { } member)
        {
            return Refusal.NotFound("member");
        }

        if (member.Role == team.Head && !keepsHead
            && await db.Members.CountAsync(
                m => m.ResellerId == team.Reseller && m.CustomerId == team.Customer && m.Role == team.Head, cancellationToken) < 2)
        {
            return Refusal.Because($"This is the last {team.Head}. Assign the role to another member first.");
        }

        var email = (await users.ListAsync([member.UserId], cancellationToken))[member.UserId].Email;
        var subject = change(db, member, email);
        db.Audit(actor, clock.GetUtcNow(), permission, subject, team.Reseller, team.Customer);
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return member;
    }

    private static Task<Invitation?> OpenInvitationAsync(
        PortalDbContext db,
        TeamScope team,
        Guid id,
        CancellationToken cancellationToken) =>
        db.Invitations.SingleOrDefaultAsync(
            i => i.Id == id && i.ResellerId == team.Reseller && i.CustomerId == team.Customer && i.ClosedAtUtc == null, cancellationToken);

    /// <summary>A team manages itself; a reseller also manages its customers' members, and the operator a reseller's.</summary>
    /// <returns>The permission used.</returns>
    private static string Demand(Actor actor, TeamScope team)
    {
        var permission = (actor.Scope.Kind, team) switch
        {
            (ScopeKind.AllTenants, { Reseller: null }) => Permission.OperatorsManage,
            (ScopeKind.AllTenants, { Customer: null }) => Permission.ResellersManage,
            (ScopeKind.Reseller, { Customer: null }) => Permission.MembersManage,
            (ScopeKind.Reseller, _) => Permission.CustomersManage,
            (ScopeKind.Customer, _) => Permission.MyMembersManage,
            _ => throw new PermissionDeniedException(Permission.MembersManage),
        };
        actor.Demand(permission);
        return actor.Scope.Contains(team.Reseller, team.Customer) ? permission : throw new PermissionDeniedException(permission);
    }
}
