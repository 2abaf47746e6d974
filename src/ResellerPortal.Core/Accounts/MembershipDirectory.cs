using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Accounts;

/// <summary>A membership as its user sees it: place and role.</summary>
public sealed record MembershipChoice(MemberId Id, string Place, Role Role);

/// <summary>The signed-in user, from the sign-in cookie.</summary>
/// <param name="MemberId">The chosen membership; the oldest one if it is null or gone.</param>
/// <param name="SupportSessionId">A support session that the user started.</param>
/// <param name="FromAddress">The request's network address.</param>
public sealed record SignedInUser(
    Guid UserId,
    Guid SessionId,
    MemberId? MemberId = null,
    Guid? SupportSessionId = null,
    string? FromAddress = null);

/// <summary>The section Accounts of the settings.</summary>
public sealed class AccountOptions
{
    /// <summary>Whether members of the operator must sign in with two factors.</summary>
    public bool OperatorsNeedSecondFactor { get; set; } = true;
}

/// <summary>
/// Finds the memberships of a signed-in user. Read for every request, so that removed memberships and ended sessions stop working at once.
/// </summary>
public sealed class MembershipDirectory(PortalDatabase database, TimeProvider clock, AccountOptions options)
{
    private static readonly TenantScope Scope = TenantScope.CrossTenants("sign-in: a user's memberships");

    /// <returns>Null if the session has ended or the user has no membership.</returns>
    public async Task<Actor?> FindActorAsync(SignedInUser who, CancellationToken cancellationToken = default)
    {
        var now = clock.GetUtcNow();
        await using var db = database.Open(Scope);
        if (await db.UserSessions.AsNoTracking()
            .SingleOrDefaultAsync(s => s.Id == who.SessionId && s.UserId == who.UserId, cancellationToken) is not { } session
                || !UserSessionService.IsAlive(session, now))
        {
            return null;
        }

        var (members, resellers) = (db.Members, db.Resellers);
        var memberships = await members.AsNoTracking()
            .Where(m => m.UserId == who.UserId)
            .Join(db.Users, m => m.UserId, u => u.Id, (m, u) => new
            {
                Member = m,
                u.Email,
                Rule = resellers.Where(r => r.Id == m.ResellerId).Select(r => (TwoFactorRule?)r.TwoFactor).FirstOrDefault(),
                IsMoving = resellers.Any(r => r.Id == m.ResellerId && r.MovingSinceUtc != null),
            })
            .ToListAsync(cancellationToken);
        var membership = memberships.Find(s => s.Member.Id == who.MemberId) ?? memberships.MinBy(s => s.Member.CreatedAtUtc);
        if (membership is null)
        {
            return null;
        }

        if (membership.IsMoving)
        {
            return Actor.DuringMove(membership.Member, membership.Email!, who.FromAddress);
        }

        if (!session.HasSecondFactor && RequiresSecondFactor(membership.Rule, membership.Member))
        {
            return Actor.WithoutSecondFactor(membership.Member, membership.Email!, who.FromAddress);
        }

        var actor = Actor.ForMember(membership.Member, membership.Email!, who.FromAddress);
        return who.SupportSessionId is { } supportSessionId
            && await FindSupportActorAsync(db, actor, supportSessionId, now, cancellationToken) is { } supportActor
                ? supportActor
                : actor;
    }

    public async Task<IReadOnlyList<MembershipChoice>> ListAsync(Guid userId, CancellationToken cancellationToken = default)
    {
        await using var db = database.Open(Scope);
        var members = await db.Members.AsNoTracking()
            .Where(m => m.UserId == userId)
            .OrderBy(m => m.CreatedAtUtc)
            .ToListAsync(cancellationToken);
        var choices = new List<MembershipChoice>(members.Count);
        foreach (var member in members)
        {
            var place = member.CustomerId is { } customer
                ? await db.Customers.Where(c => c.Id == customer).Select(c => c.Name).SingleAsync(cancellationToken)
                    : member.ResellerId is { } reseller
                    ? await db.Resellers.Where(r => r.Id == reseller).Select(r => r.Name).SingleAsync(cancellationToken)
                    : "Operator";
            choices.Add(new MembershipChoice(member.Id, place, member.Role));
        }

        return choices;
    }

    /// <summary>Operators reach every tenant, so they need one unless the installation says otherwise.</summary>
    private bool RequiresSecondFactor(TwoFactorRule? rule, Member member) =>
        (member.ResellerId is null && options.OperatorsNeedSecondFactor)
        || rule == TwoFactorRule.MembersAndCustomers || (rule == TwoFactorRule.Members && member.CustomerId is null);

    /// <summary>A support session ends when it expires, or with the membership that started it.</summary>
    private static async Task<Actor?> FindSupportActorAsync(
        PortalDbContext db,
        Actor actor,
        Guid supportSessionId,
        DateTimeOffset now,
        CancellationToken cancellationToken) =>
        await db.SupportSessions.AsNoTracking()
            .SingleOrDefaultAsync(
                v => v.Id == supportSessionId && v.UserId == actor.UserId && v.EndedAtUtc == null && v.EndsAtUtc > now,
                cancellationToken) is { } supportSession
            && actor.May(Permission.CustomersSupport) && actor.Scope.Contains(supportSession.ResellerId, supportSession.CustomerId)
            ? Actor.ForSupportSession(
                supportSession.ResellerId,
                supportSession.CustomerId,
                supportSession.UserId,
                actor.Name,
                supportSession.EndsAtUtc,
                actor.FromAddress)
            : null;
}
