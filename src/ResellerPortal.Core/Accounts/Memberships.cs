using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Auditing;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Accounts;

/// <summary>Adds members: by invitation, or at once with a known password (demonstration data).</summary>
public sealed class Memberships(
    PortalDatabase database,
    UserDirectory users,
    IPasswordHasher<PortalUser> passwords,
    ILookupNormalizer normalizer,
    TimeProvider clock)
{
    /// <summary>How long an invitation is valid.</summary>
    public static readonly TimeSpan OpenFor = TimeSpan.FromDays(7);

    /// <summary>Makes a person an administrator of the operator. Idempotent; an open invitation is sent again.</summary>
    /// <returns>The invitation; null if the person is already a member.</returns>
    public async Task<Invitation?> AddOperatorAsync(
        string email,
        string? password,
        CancellationToken cancellationToken = default)
    {
        var user = await GetOrCreateUserAsync(email, password, cancellationToken);
        await using var db = database.Open(TenantScope.CrossTenants("the operator's first member"));
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var normalized = normalizer.NormalizeEmail(email.Trim());
        if (await db.Members
            .Where(m => m.Role == Role.OperatorAdmin)
            .Join(db.Users.Where(u => u.NormalizedEmail == normalized), m => m.UserId, u => u.Id, (_, u) => u.Id)
            .AnyAsync(cancellationToken))
        {
            return null;
        }

        var now = clock.GetUtcNow();
        var open = await db.Invitations.Where(i => i.ResellerId == null && i.ClosedAtUtc == null && i.ExpiresAtUtc > now).ToListAsync(
            cancellationToken);
        if (open.Find(i => normalizer.NormalizeEmail(i.Email) == normalized) is { } waiting)
        {
            return waiting;
        }

        var portal = Actor.Portal("add-operator", db.Scope);
        var invitation = await AddAsync(db, portal, email, Role.OperatorAdmin, null, null, user, cancellationToken);
        db.Audit(portal, now, Permission.OperatorsManage, $"made {email.Trim()} an operator administrator", null);
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return invitation;
    }

    /// <summary>Within the caller's unit of work, adds a member at once if the user is given, otherwise queues an invitation.</summary>
    /// <returns>The invitation; null if the member was added at once.</returns>
    internal async Task<Invitation?> AddAsync(
        PortalDbContext db,
        Actor actor,
        string email,
        Role role,
        ResellerId? reseller,
        CustomerId? customer,
        Guid? user,
        CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        email = email.Trim();
        if (user is { } userId)
        {
            db.Members.Add(new Member { UserId = userId, Role = role, ResellerId = reseller, CustomerId = customer, CreatedAtUtc = now });
            return null;
        }

        var invitation = new Invitation
        {
            Email = email,
            Role = role,
            ResellerId = reseller,
            CustomerId = customer,
            InvitedBy = actor.Name,
            CreatedAtUtc = now,
            ExpiresAtUtc = now + OpenFor,
        };
        db.Invitations.Add(invitation);
        await db.QueueEmailAsync(invitation, now, sentSince: null, cancellationToken);
        return invitation;
    }

    /// <summary>Call it before the caller's transaction: no tenant's scope may write accounts.</summary>
    /// <returns>Null without a password.</returns>
    internal async Task<Guid?> GetOrCreateUserAsync(string email, string? password, CancellationToken cancellationToken)
    {
        email = email.Trim();
        if (password is null)
        {
            return null;
        }

        if (await users.FindAsync(email, cancellationToken) is { } known)
        {
            return known;
        }

        var normalized = normalizer.NormalizeEmail(email);
        var user = new PortalUser
        {
            Id = Guid.CreateVersion7(),
            UserName = email,
            NormalizedUserName = normalized,
            Email = email,
            NormalizedEmail = normalized,
            EmailConfirmed = true,
            LockoutEnabled = true,
            SecurityStamp = Guid.NewGuid().ToString("N"),
        };
        user.PasswordHash = passwords.HashPassword(user, password);
        await using var db = database.Open(TenantScope.None);
        db.Users.Add(user);
        await db.SaveChangesAsync(cancellationToken);
        return user.Id;
    }
}
