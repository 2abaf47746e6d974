using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Auditing;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Accounts;

/// <summary>A user's stored data, exported for that person.</summary>
public sealed record UserData(
    string Email,
    bool EmailConfirmed,
    bool HasAuthenticator,
    IReadOnlyList<string> Memberships,
    IReadOnlyList<UserSession> Sessions,
    IReadOnlyList<AuditEntry> Events);

/// <summary>Operations on a user's account as a whole, across all memberships.</summary>
public sealed class UserAccountService(
    PortalDatabase database,
    AuditSealingWorker sealing,
    MembershipDirectory memberships,
    TimeProvider clock)
{
    private static readonly TenantScope Scope = TenantScope.CrossTenants("a user's own account, with all memberships");

    public static string CreatePseudonym(Guid userId) => $"deleted user {userId.ToString("N")[^8..]}";

    public async Task<UserData> ExportAsync(Guid userId, CancellationToken cancellationToken = default)
    {
        await using var db = database.Open(Scope);
        var user = await db.Users.AsNoTracking().SingleAsync(u => u.Id == userId, cancellationToken);
        var choices = await memberships.ListAsync(userId, cancellationToken);
        var sessions = await db.UserSessions.AsNoTracking()
            .Where(s => s.UserId == userId)
            .OrderBy(s => s.StartedAtUtc)
            .ToListAsync(cancellationToken);
        var entries = await db.AuditEntries.AsNoTracking()
            .Where(a => a.UserId == userId)
            .OrderBy(a => a.AtUtc)
            .ToListAsync(cancellationToken);
        return new UserData(
            user.Email!, user.EmailConfirmed, user.TwoFactorEnabled, [.. choices.Select(c => $"{c.Role} of {c.Place}")], sessions, entries);
    }

    /// <summary>
    /// Records a user's change to the account itself in the history of each of its memberships, and notifies the person by email.
    /// </summary>
    public async Task AuditAsync(
        Guid userId,
        string action,
        string what,
        string? fromAddress,
        CancellationToken cancellationToken = default)
    {
        var now = clock.GetUtcNow();
        await using var db = database.Open(Scope);
        var user = await db.Users.AsNoTracking().SingleAsync(u => u.Id == userId, cancellationToken);
        foreach (var member in await db.Members.AsNoTracking().Where(m => m.UserId == userId).ToListAsync(cancellationToken))
        {
            db.Audit(Actor.ForMember(member, user.Email!, fromAddress), now, action, what, member.ResellerId, member.CustomerId);
        }

        db.AccountEmails.Add(new AccountEmail { Kind = AccountEmailKind.Notice, Email = user.Email!, Text = what, AtUtc = now });
        await db.SaveChangesAsync(cancellationToken);
    }

    /// <summary>
    /// Queues an email to an address whether or not it has an account, so that neither the answer nor its timing reveals it.
    /// </summary>
    public async Task QueueRequestedEmailAsync(AccountEmailKind kind, string email, CancellationToken cancellationToken = default)
    {
        var now = clock.GetUtcNow();
        email = email.Trim().Truncate(256);
        await using var db = database.Open(TenantScope.None);
        var recent = now.AddMinutes(-2);
        if (!await db.AccountEmails.AnyAsync(l => l.Kind == kind && l.Email == email && l.AtUtc > recent, cancellationToken))
        {
            db.AccountEmails.Add(new AccountEmail { Kind = kind, Email = email, AtUtc = now });
            await db.SaveChangesAsync(cancellationToken);
        }
    }

    /// <summary>
    /// Deletes the account, its memberships and sessions, and replaces the person in histories by a pseudonym.
    /// Refused: the user is a team's last manager.
    /// </summary>
    public async Task<Outcome<PortalUser>> DeleteAsync(Guid userId, CancellationToken cancellationToken = default)
    {
        await sealing.SealAsync(cancellationToken);
        var now = clock.GetUtcNow();
        await using var db = database.Open(Scope);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var user = await db.Users.SingleAsync(u => u.Id == userId, cancellationToken);
        var members = await db.Members.Where(m => m.UserId == userId).ToListAsync(cancellationToken);
        foreach (var member in members)
        {
            var team = new TeamScope(member.ResellerId, member.CustomerId);
            var heads = await db.Members
                .Where(m => m.ResellerId == team.Reseller && m.CustomerId == team.Customer && m.Role == team.Head)
                .Select(m => m.Id)
                .ToListAsync(cancellationToken);
            await database.LockRowsAsync<Member>(db, heads.Select(h => h.Value), cancellationToken);
            if (member.Role == team.Head
                && await db.Members.CountAsync(
                    m => m.ResellerId == team.Reseller && m.CustomerId == team.Customer && m.Role == team.Head, cancellationToken) < 2)
            {
                var place = (await memberships.ListAsync(userId, cancellationToken)).First(s => s.Id == member.Id).Place;
                return Refusal.Because($"You are the last {member.Role} of {place}. Assign the role to another member first.");
            }
        }

        var (email, pseudonym) = (user.Email!, CreatePseudonym(userId));
        db.Members.RemoveRange(members);
        db.Users.Remove(user);
        await db.SaveChangesAsync(cancellationToken);
        await db.AccountEmails.Where(l => l.Email == email).ExecuteDeleteAsync(cancellationToken);
        await AuditEraser.ReplaceAsync(db, null, [(email, pseudonym)], cancellationToken);
        db.ChangeTracker.Clear();
        foreach (var member in members)
        {
            db.Audit(
                Actor.Portal(pseudonym, db.Scope),
                now,
                "members.delete",
                $"{pseudonym} deleted the account",
                member.ResellerId,
                member.CustomerId);
        }

        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return user;
    }
}
