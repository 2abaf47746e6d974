using System.Security.Cryptography;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Auditing;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Accounts;

/// <summary>A way in for a new member. The password is null where the person could sign in before.</summary>
public sealed record NewSignIn(string Email, string? FirstPassword);

/// <summary>Gives people seats.</summary>
public sealed class Seats(IPasswordHasher<PortalUser> passwords, ILookupNormalizer normalizer, TimeProvider clock)
{
    /// <summary>
    /// Adds a seat within the caller's unit of work; a person who is new gets a user and a first password, which is shown
    /// once and kept as a hash only.
    /// </summary>
    /// <param name="password">A password that is known beforehand (demonstration data); null makes one up.</param>
    internal async Task<NewSignIn> AddAsync(
        PortalDbContext db, string email, Role role, ResellerId? reseller, CustomerId? customer, string? password, CancellationToken cancellationToken)
    {
        var normalized = normalizer.NormalizeEmail(email.Trim());
        var user = await db.Users.SingleOrDefaultAsync(u => u.NormalizedEmail == normalized, cancellationToken);
        var isNew = user is null;
        if (user is null)
        {
            password ??= CreatePassword();
            user = new PortalUser
            {
                Id = Guid.CreateVersion7(),
                UserName = email.Trim(),
                NormalizedUserName = normalized,
                Email = email.Trim(),
                NormalizedEmail = normalized,
                EmailConfirmed = true,
                LockoutEnabled = true,
                SecurityStamp = Guid.NewGuid().ToString("N"),
            };
            user.PasswordHash = passwords.HashPassword(user, password);
            db.Users.Add(user);
        }

        db.Members.Add(new Member { UserId = user.Id, Role = role, ResellerId = reseller, CustomerId = customer, CreatedAtUtc = clock.GetUtcNow() });
        return new NewSignIn(user.Email!, isNew ? password : null);
    }

    /// <summary>Gives a person the operator's administrator seat. Repeating it changes nothing.</summary>
    /// <param name="password">A password that is known beforehand (demonstration data); null makes one up.</param>
    public async Task<NewSignIn> AddOperatorAsync(PortalDatabase database, string email, string? password, CancellationToken cancellationToken = default)
    {
        await using var db = database.Open(TenantScope.CrossTenants("the operator's own seat"));
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var normalized = normalizer.NormalizeEmail(email.Trim());
        var seated = await db.Members
            .Where(m => m.Role == Role.OperatorAdmin)
            .Join(db.Users.Where(u => u.NormalizedEmail == normalized), m => m.UserId, u => u.Id, (_, u) => u.Email)
            .FirstOrDefaultAsync(cancellationToken);
        if (seated is not null)
        {
            return new NewSignIn(seated, null);
        }

        var signIn = await AddAsync(db, email, Role.OperatorAdmin, null, null, password, cancellationToken);
        var portal = Actor.Portal("add-operator", db.Scope);
        db.Audit(portal, clock.GetUtcNow(), Permission.ResellersManage, $"gave {signIn.Email} the operator's administrator seat", null);
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return signIn;
    }

    private static string CreatePassword() =>
        string.Join('-', Enumerable.Range(0, 4).Select(_ => RandomNumberGenerator.GetString("abcdefghjkmnpqrstuvwxyz23456789", 5))) + "-A1";
}
