using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Accounts;

/// <summary>Begins, lists and ends the sessions of users.</summary>
public sealed class UserSessionService(PortalDatabase database, TimeProvider clock)
{
    /// <summary>A session that was to stay: 30 days, and two weeks left alone.</summary>
    private static readonly (TimeSpan Life, TimeSpan Idle) Staying = (TimeSpan.FromDays(30), TimeSpan.FromDays(14));

    /// <summary>Any other: a working day, and two hours left alone.</summary>
    private static readonly (TimeSpan Life, TimeSpan Idle) Passing = (TimeSpan.FromHours(12), TimeSpan.FromHours(2));

    private static readonly TimeSpan SeenStep = TimeSpan.FromMinutes(5);

    public async Task<UserSession> StartAsync(
        Guid userId,
        SignInMethod method,
        bool stays,
        string address,
        string agent,
        CancellationToken cancellationToken = default)
    {
        var now = clock.GetUtcNow();
        var (life, idle) = stays ? Staying : Passing;
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

    /// <summary>Whether a session still counts.</summary>
    /// <param name="wasUsed">Whether the person did something; that is noted, so that the session is not taken for left alone.</param>
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

        if (wasUsed && session.SeenAtUtc < now - SeenStep)
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

    /// <summary>Ends one session, or all but one.</summary>
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

    /// <summary>A second factor was shown within the session.</summary>
    public async Task StrengthenAsync(Guid userId, Guid sessionId, CancellationToken cancellationToken = default)
    {
        await using var db = database.Open(TenantScope.None);
        await db.UserSessions.Where(s => s.UserId == userId && s.Id == sessionId).ExecuteUpdateAsync(
            set => set.SetProperty(s => s.HasSecondFactor, true), cancellationToken);
    }

    internal static bool IsAlive(UserSession session, DateTimeOffset now) =>
        session.EndedAtUtc is null
            && now < session.ExpiresAtUtc
            && now < session.SeenAtUtc.AddMinutes(session.IdleMinutes + SeenStep.TotalMinutes);
}
