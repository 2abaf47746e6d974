using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Auditing;
using ResellerPortal.Core.Outbox;
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

    /// <summary>One spelling of all that find the same user: other letters than those of an address may have the same capital.</summary>
    private static string FoldCase(string email) => email.Trim().Truncate(256).Normalize().ToUpperInvariant().ToLowerInvariant();

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

        db.NotifyUser(user, what, now);
        await db.SaveChangesAsync(cancellationToken);
    }

    /// <summary>
    /// Ends whatever gave access to an account before its owner proved the address: sessions, passkeys, connected providers, and the
    /// authenticator with its recovery codes. Confirms the address.
    /// </summary>
    public async Task EndEarlierAccessAsync(Guid userId, CancellationToken cancellationToken = default)
    {
        var now = clock.GetUtcNow();
        await using var db = database.Open(Scope);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        await db.UserSessions
            .Where(s => s.UserId == userId && s.EndedAtUtc == null)
            .ExecuteUpdateAsync(set => set.SetProperty(s => s.EndedAtUtc, now), cancellationToken);
        await db.UserPasskeys.Where(p => p.UserId == userId).ExecuteDeleteAsync(cancellationToken);
        await db.UserLogins.Where(l => l.UserId == userId).ExecuteDeleteAsync(cancellationToken);
        await db.UserTokens.Where(t => t.UserId == userId).ExecuteDeleteAsync(cancellationToken);
        await db.Users
            .Where(u => u.Id == userId)
            .ExecuteUpdateAsync(
                set => set.SetProperty(u => u.TwoFactorEnabled, false).SetProperty(u => u.EmailConfirmed, true), cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>Uses up the time step of an authenticator's code, and with it all earlier ones.</summary>
    /// <returns>False if it was used up already.</returns>
    public async Task<bool> UseAuthenticatorStepAsync(Guid userId, long step, CancellationToken cancellationToken = default)
    {
        await using var db = database.Open(TenantScope.None);
        return await db.Users
            .Where(u => u.Id == userId && (u.AuthenticatorStep == null || u.AuthenticatorStep < step))
            .ExecuteUpdateAsync(set => set.SetProperty(u => u.AuthenticatorStep, step), cancellationToken) == 1;
    }

    /// <summary>
    /// Queues a password reset for an address whether or not it has an account, so that neither the answer nor its timing reveals it.
    /// Asking again within two minutes, in whatever letter case, queues nothing more.
    /// </summary>
    public async Task QueuePasswordResetAsync(string email, CancellationToken cancellationToken = default)
    {
        var now = clock.GetUtcNow();
        email = FoldCase(email);
        await using var db = database.Open(Scope);
        var recent = now.AddMinutes(-2);
        if (!await db.OutboxEmails.AnyAsync(
            e => e.Kind == EmailKind.PasswordReset && e.To == email && e.QueuedAtUtc > recent, cancellationToken))
        {
            db.OutboxEmails.Add(new OutboxEmail
            {
                Kind = EmailKind.PasswordReset,
                To = email,
                QueuedAtUtc = now,
                ExpiresAtUtc = now + OutboxEmail.AccountLife,
                NextAttemptAtUtc = now,
                IsUrgent = true,
            });
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
        await AuditEraser.ReplaceUserAsync(db, userId, email, pseudonym, within: null, cancellationToken);
        db.Members.RemoveRange(members);
        db.Users.Remove(user);
        await db.SaveChangesAsync(cancellationToken);
        var requestedFor = FoldCase(email);
        await db.OutboxEmails
            .Where(e => e.UserId == userId || (e.Kind == EmailKind.PasswordReset && e.To == requestedFor))
            .ExecuteDeleteAsync(cancellationToken);
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
