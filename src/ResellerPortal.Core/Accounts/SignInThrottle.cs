using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Auditing;
using ResellerPortal.Core.Outbox;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Accounts;

/// <summary>Wrong passwords for one address from one network. The address may have no account, which makes no difference.</summary>
public sealed class SignInFailure : IIdentityRow
{
    /// <summary>SHA-256 of the normalised address, so that mistyped addresses are not kept.</summary>
    public required byte[] AddressHash { get; init; }

    public required string Network { get; init; }

    /// <summary>Wrong passwords since the last lockout.</summary>
    public int Count { get; set; }

    /// <summary>Consecutive lockouts; each one lasts twice as long.</summary>
    public int Lockouts { get; set; }

    public DateTimeOffset? LockedUntilUtc { get; set; }

    public required DateTimeOffset LastAtUtc { get; set; }
}

internal sealed class SignInFailureConfiguration : IEntityTypeConfiguration<SignInFailure>
{
    public void Configure(EntityTypeBuilder<SignInFailure> builder)
    {
        builder.HasKey(f => new { f.AddressHash, f.Network });
        builder.Property(f => f.AddressHash).HasMaxLength(32);
        builder.Property(f => f.Network).HasMaxLength(50);
        builder.HasIndex(f => f.LastAtUtc);
    }
}

/// <summary>
/// Slows down whoever guesses passwords, by network and address together: five wrong ones lock the address for that network for 5 minutes,
/// then 10, 20 … up to four hours. Its owner signs in from anywhere else as before, so nobody can keep another's account locked.
/// </summary>
public sealed class SignInThrottle(PortalDatabase database, TimeProvider clock)
{
    public const int MaxFailures = 5;

    /// <summary>How long a network's failures count.</summary>
    public static readonly TimeSpan Memory = TimeSpan.FromDays(1);

    private static readonly TimeSpan FirstLockout = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan LongestLockout = TimeSpan.FromHours(4);

    private static readonly TenantScope Scope = TenantScope.CrossTenants("sign-ins, before anybody's tenant is known");

    public async Task<bool> IsLockedAsync(string email, string network, CancellationToken cancellationToken = default)
    {
        var (hash, now) = (Hash(email), clock.GetUtcNow());
        await using var db = database.Open(Scope);
        return await db.Set<SignInFailure>()
            .AnyAsync(f => f.AddressHash == hash && f.Network == network && f.LockedUntilUtc > now, cancellationToken);
    }

    /// <summary>
    /// Records a wrong password. The work is the same whether or not the address has an account; if a lockout begins, the owner is emailed.
    /// </summary>
    public async Task RecordFailureAsync(string email, string network, CancellationToken cancellationToken = default)
    {
        try
        {
            await RecordAsync(email, network, cancellationToken);
        }
        catch (DbUpdateException)
        {
            // Another request recorded the first failure at the same time.
            await RecordAsync(email, network, cancellationToken);
        }
    }

    private async Task RecordAsync(string email, string network, CancellationToken cancellationToken)
    {
        var (hash, now) = (Hash(email), clock.GetUtcNow());
        await using var db = database.Open(Scope);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var mine = db.Set<SignInFailure>().Where(f => f.AddressHash == hash && f.Network == network);
        if (await mine.ExecuteUpdateAsync(
            set => set.SetProperty(f => f.Count, f => f.Count + 1).SetProperty(f => f.LastAtUtc, now), cancellationToken) == 0)
        {
            db.Add(new SignInFailure { AddressHash = hash, Network = network, Count = 1, LastAtUtc = now });
            await db.SaveChangesAsync(cancellationToken);
        }

        var failure = await mine.AsNoTracking().SingleAsync(cancellationToken);
        if (failure.Count >= MaxFailures)
        {
            await LockAsync(db, mine, failure, email, cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>Forgets the failures of an address from a network, after a right password.</summary>
    public async Task ClearAsync(string email, string network, CancellationToken cancellationToken = default)
    {
        var hash = Hash(email);
        await using var db = database.Open(Scope);
        await db.Set<SignInFailure>().Where(f => f.AddressHash == hash && f.Network == network).ExecuteDeleteAsync(cancellationToken);
    }

    private async Task LockAsync(
        PortalDbContext db,
        IQueryable<SignInFailure> mine,
        SignInFailure failure,
        string email,
        CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var lockout = FirstLockout * Math.Pow(2, Math.Min(failure.Lockouts, 10));
        var until = (DateTimeOffset?)(now + (lockout < LongestLockout ? lockout : LongestLockout));
        await mine.ExecuteUpdateAsync(
            set => set
                .SetProperty(f => f.Count, 0)
                .SetProperty(f => f.Lockouts, f => f.Lockouts + 1)
                .SetProperty(f => f.LockedUntilUtc, until),
            cancellationToken);
        var text = $"After {MaxFailures} wrong passwords, sign-in to your account from the network {failure.Network} is locked until "
            + $"{until:yyyy-MM-dd HH:mm} UTC. Other networks are not affected.";
        var normalized = email.Trim().Normalize().ToUpperInvariant();
        var user = await db.Users.AsNoTracking().SingleOrDefaultAsync(u => u.NormalizedEmail == normalized, cancellationToken);

        // Written for every address, and dropped when it is to be sent if nobody has the address.
        db.OutboxEmails.Add(new OutboxEmail
        {
            UserId = user?.Id,
            Kind = EmailKind.AccountChange,
            To = user?.Email ?? email.Trim().Truncate(256).ToLowerInvariant(),
            Text = text,
            QueuedAtUtc = now,
            ExpiresAtUtc = now + OutboxEmail.AccountLife,
            NextAttemptAtUtc = now,
            IsUrgent = true,
        });
        if (user is not null)
        {
            foreach (var member in await db.Members.AsNoTracking().Where(m => m.UserId == user.Id).ToListAsync(cancellationToken))
            {
                db.Audit(Actor.ForMember(member, user.Email!, null), now, "members.lockout", text, member.ResellerId, member.CustomerId);
            }
        }

        await db.SaveChangesAsync(cancellationToken);
    }

    /// <summary>Normalises as the lookup of users does, or another spelling of an address would be another lockout.</summary>
    private static byte[] Hash(string email) => SHA256.HashData(Encoding.UTF8.GetBytes(email.Trim().Normalize().ToUpperInvariant()));
}
