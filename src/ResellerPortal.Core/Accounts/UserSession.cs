using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Accounts;

/// <summary>How somebody proved who he is.</summary>
public enum SignInMethod
{
    Password,
    PasswordAndCode,
    RecoveryCode,
    Passkey,
    OpenIdConnect,
}

/// <summary>One sign-in on one device. The cookie names it; ended here, it is worth nothing from the next act on.</summary>
public sealed class UserSession
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public required Guid UserId { get; init; }

    public required SignInMethod Method { get; init; }

    /// <summary>Whether a second factor was shown, at the sign-in or since.</summary>
    public required bool HasSecondFactor { get; set; }

    public required DateTimeOffset StartedAtUtc { get; init; }

    /// <summary>To within five minutes.</summary>
    public required DateTimeOffset SeenAtUtc { get; set; }

    /// <summary>When it ends at the latest, used or not.</summary>
    public required DateTimeOffset ExpiresAtUtc { get; init; }

    /// <summary>How long it may be left alone.</summary>
    public required int IdleMinutes { get; init; }

    public DateTimeOffset? EndedAtUtc { get; set; }

    /// <summary>The network address it came from.</summary>
    public required string Address { get; init; }

    /// <summary>What the browser says of itself.</summary>
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

        public DbSet<AccountEmail> AccountEmails => db.Set<AccountEmail>();

        public DbSet<SupportSession> SupportSessions => db.Set<SupportSession>();
    }
}
