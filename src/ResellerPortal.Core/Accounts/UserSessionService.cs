using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Accounts;

/// <summary>Starts, lists and ends user sessions.</summary>
public sealed class UserSessionService(PortalDatabase database, TimeProvider clock)
{
    /// <summary>A persistent session: 30 days, with up to two weeks idle.</summary>
    private static readonly (TimeSpan Life, TimeSpan Idle) Persistent = (TimeSpan.FromDays(30), TimeSpan.FromDays(14));

    /// <summary>A temporary session: 12 hours, with up to two hours idle.</summary>
    private static readonly (TimeSpan Life, TimeSpan Idle) Temporary = (TimeSpan.FromHours(12), TimeSpan.FromHours(2));

    /// <summary>How long a proof of who the user is lasts.</summary>
    private static readonly TimeSpan VerifiedFor = TimeSpan.FromMinutes(10);

    private static readonly TimeSpan SeenPrecision = TimeSpan.FromMinutes(5);

    public async Task<UserSession> StartAsync(
        Guid userId,
        SignInMethod method,
        bool stays,
        string address,
        string agent,
        CancellationToken cancellationToken = default)
    {
        var now = clock.GetUtcNow();
        var (life, idle) = stays ? Persistent : Temporary;
        var session = new UserSession
        {
            UserId = userId,
            Method = method,
            HasSecondFactor = method != SignInMethod.Password,
            StartedAtUtc = now,
            SeenAtUtc = now,
            ExpiresAtUtc = now + life,
            IdleMinutes = (int)idle.TotalMinutes,
            Address = address,
            Agent = ColumnText.Truncate(agent, 300),
        };
        await using var db = database.Open(TenantScope.None);
        db.UserSessions.Add(session);
        await db.SaveChangesAsync(cancellationToken);
        return session;
    }

    /// <summary>Whether a session is still valid.</summary>
    /// <param name="wasUsed">Whether the user did something, which resets the idle time.</param>
    public async Task<bool> IsAliveAsync(Guid userId, Guid sessionId, bool wasUsed, CancellationToken cancellationToken = default)
    {
        var now = clock.GetUtcNow();
        await using var db = database.Open(TenantScope.None);
        var session = await db.UserSessions.AsNoTracking()
            .SingleOrDefaultAsync(s => s.Id == sessionId && s.UserId == userId, cancellationToken);
        if (session is null || !IsAlive(session, now))
        {
            return false;
        }

        if (wasUsed && session.SeenAtUtc < now - SeenPrecision)
        {
            await db.UserSessions.Where(s => s.Id == sessionId && s.SeenAtUtc < now).ExecuteUpdateAsync(
                set => set.SetProperty(s => s.SeenAtUtc, now), cancellationToken);
        }

        return true;
    }

    public async Task<IReadOnlyList<UserSession>> ListAsync(Guid userId, CancellationToken cancellationToken = default)
    {
        var now = clock.GetUtcNow();
        await using var db = database.Open(TenantScope.None);
        var sessions = await db.UserSessions.AsNoTracking()
            .Where(s => s.UserId == userId && s.EndedAtUtc == null && s.ExpiresAtUtc > now)
            .ToListAsync(cancellationToken);
        return [.. sessions.Where(s => IsAlive(s, now)).OrderByDescending(s => s.SeenAtUtc)];
    }

    /// <summary>Ends one session, or all except one.</summary>
    public async Task EndAsync(Guid userId, Guid? only = null, Guid? but = null, CancellationToken cancellationToken = default)
    {
        var now = clock.GetUtcNow();
        await using var db = database.Open(TenantScope.None);
        await db.UserSessions.Where(s => s.UserId == userId
            && s.EndedAtUtc == null
            && (only == null || s.Id == only)
            && (but == null || s.Id != but))
            .ExecuteUpdateAsync(set => set.SetProperty(s => s.EndedAtUtc, now), cancellationToken);
    }

    /// <summary>Records that the user proved who they are, for sensitive actions within the next minutes.</summary>
    public async Task VerifyAsync(Guid userId, Guid sessionId, CancellationToken cancellationToken = default)
    {
        var now = (DateTimeOffset?)clock.GetUtcNow();
        await using var db = database.Open(TenantScope.None);
        await db.UserSessions.Where(s => s.UserId == userId && s.Id == sessionId).ExecuteUpdateAsync(
            set => set.SetProperty(s => s.VerifiedAtUtc, now), cancellationToken);
    }

    /// <summary>Whether the user proved who they are within the last ten minutes.</summary>
    /// <param name="signInCounts">Whether signing in counts as such proof.</param>
    public async Task<bool> IsVerifiedAsync(
        Guid userId,
        Guid sessionId,
        bool signInCounts,
        CancellationToken cancellationToken = default)
    {
        var since = clock.GetUtcNow() - VerifiedFor;
        await using var db = database.Open(TenantScope.None);
        return await db.UserSessions.AnyAsync(
            s => s.UserId == userId && s.Id == sessionId && (s.VerifiedAtUtc > since || (signInCounts && s.StartedAtUtc > since)),
            cancellationToken);
    }

    /// <summary>Records that a second factor was used in the session.</summary>
    public async Task StrengthenAsync(Guid userId, Guid sessionId, CancellationToken cancellationToken = default)
    {
        await using var db = database.Open(TenantScope.None);
        await db.UserSessions.Where(s => s.UserId == userId && s.Id == sessionId).ExecuteUpdateAsync(
            set => set.SetProperty(s => s.HasSecondFactor, true), cancellationToken);
    }

    internal static bool IsAlive(UserSession session, DateTimeOffset now) =>
        session.EndedAtUtc is null
            && now < session.ExpiresAtUtc
            && now < session.SeenAtUtc.AddMinutes(session.IdleMinutes + SeenPrecision.TotalMinutes);
}
