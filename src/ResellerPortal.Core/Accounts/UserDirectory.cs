using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Accounts;

/// <summary>A member's account as its team sees it.</summary>
/// <param name="SeenAtUtc">Null if the user has never signed in, or long ago.</param>
public sealed record UserSummary(Guid Id, string Email, bool HasSecondFactor, DateTimeOffset? SeenAtUtc);

/// <summary>
/// What a tenant may know of its members' accounts. No tenant's scope sees users; callers pass ids that they read from members within
/// their own scope.
/// </summary>
public sealed class UserDirectory(PortalDatabase database, ILookupNormalizer normalizer)
{
    public async Task<IReadOnlyDictionary<Guid, UserSummary>> ListAsync(
        IReadOnlyCollection<Guid> ofMembers,
        CancellationToken cancellationToken = default)
    {
        await using var db = database.Open(TenantScope.None);
        var (sessions, passkeys) = (db.UserSessions, db.Set<IdentityUserPasskey<Guid>>());
        return await db.Users.AsNoTracking()
            .Where(u => ofMembers.Contains(u.Id))
            .Select(u => new UserSummary(
                u.Id,
                u.Email!,
                u.TwoFactorEnabled || passkeys.Any(p => p.UserId == u.Id),
                sessions.Where(s => s.UserId == u.Id).Max(s => (DateTimeOffset?)s.SeenAtUtc)))
            .ToDictionaryAsync(u => u.Id, cancellationToken);
    }

    public async Task<ILookup<Guid, UserSession>> ListSessionsAsync(
        IReadOnlyCollection<Guid> ofMembers,
        CancellationToken cancellationToken = default)
    {
        await using var db = database.Open(TenantScope.None);
        return (await db.UserSessions.AsNoTracking().Where(s => ofMembers.Contains(s.UserId)).ToListAsync(cancellationToken))
            .ToLookup(s => s.UserId);
    }

    /// <returns>Null if no account has the address.</returns>
    public async Task<Guid?> FindAsync(string email, CancellationToken cancellationToken = default)
    {
        var normalized = normalizer.NormalizeEmail(email.Trim());
        await using var db = database.Open(TenantScope.None);
        return await db.Users.Where(u => u.NormalizedEmail == normalized).Select(u => (Guid?)u.Id).SingleOrDefaultAsync(cancellationToken);
    }
}
