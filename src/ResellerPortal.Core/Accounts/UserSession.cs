using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Accounts;

/// <summary>How a user authenticated.</summary>
public enum SignInMethod
{
    Password,
    PasswordAndCode,
    RecoveryCode,
    Passkey,
    OpenIdConnect,
}

/// <summary>One sign-in on one device, referenced by the cookie. Ending it takes effect with the next request.</summary>
public sealed class UserSession : IIdentityRow
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public required Guid UserId { get; init; }

    public required SignInMethod Method { get; init; }

    /// <summary>Whether a second factor was used, at sign-in or later.</summary>
    public required bool HasSecondFactor { get; set; }

    public required DateTimeOffset StartedAtUtc { get; init; }

    /// <summary>Accurate to five minutes.</summary>
    public required DateTimeOffset SeenAtUtc { get; set; }

    /// <summary>The latest end of the session, used or not.</summary>
    public required DateTimeOffset ExpiresAtUtc { get; init; }

    /// <summary>The allowed idle time.</summary>
    public required int IdleMinutes { get; init; }

    public DateTimeOffset? EndedAtUtc { get; set; }

    /// <summary>When the user last proved who they are for a sensitive action; null if they have not since signing in.</summary>
    public DateTimeOffset? VerifiedAtUtc { get; set; }

    /// <summary>The network address of the sign-in.</summary>
    public required string Address { get; init; }

    /// <summary>The browser's user agent.</summary>
    public required string Agent { get; init; }
}

internal sealed class UserSessionConfiguration : IEntityTypeConfiguration<UserSession>
{
    public void Configure(EntityTypeBuilder<UserSession> builder)
    {
        builder.Property(s => s.Method).HasConversion<string>().HasMaxLength(20);
        builder.Property(s => s.Address).HasMaxLength(45);
        builder.Property(s => s.Agent).HasMaxLength(300);
        builder.HasIndex(s => s.UserId);
        builder.HasIndex(s => s.ExpiresAtUtc);
        builder.HasOne<PortalUser>().WithMany().HasForeignKey(s => s.UserId).OnDelete(DeleteBehavior.Cascade);
    }
}

public static class AccountSets
{
    extension(DbContext db)
    {
        public DbSet<UserSession> UserSessions => db.Set<UserSession>();

        public DbSet<Invitation> Invitations => db.Set<Invitation>();

        public DbSet<SupportSession> SupportSessions => db.Set<SupportSession>();
    }
}
