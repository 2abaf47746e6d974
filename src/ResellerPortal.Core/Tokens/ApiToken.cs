using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Tokens;

public enum TokenState
{
    Active,
    Revoked,
    Expired,
    Exhausted,
}

/// <summary>
/// A customer's secret for the gateway. The secret itself is not kept: <see cref="SecretHash"/> finds the token,
/// <see cref="ProtectedSecret"/> (encrypted) verifies signatures made with it. The counters are moved by the meter alone.
/// </summary>
public sealed class ApiToken : ICustomerOwned
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public required ResellerId ResellerId { get; init; }

    public required CustomerId CustomerId { get; init; }

    /// <summary>What the customer calls the place where it is used: "production".</summary>
    public required string Environment { get; init; }

    /// <summary>SHA-256 of the secret's UTF-8 bytes.</summary>
    public required byte[] SecretHash { get; init; }

    public required string ProtectedSecret { get; init; }

    /// <summary>The secret's last four characters, to tell tokens apart.</summary>
    public required string SecretEnding { get; init; }

    /// <summary>Conversions it may ever use; null for no limit.</summary>
    public long? UsageLimit { get; init; }

    public long Used { get; set; }

    public long Reserved { get; set; }

    public DateTimeOffset? ExpiresAtUtc { get; init; }

    public required DateTimeOffset CreatedAtUtc { get; init; }

    public DateTimeOffset? RevokedAtUtc { get; set; }

    /// <summary>Whether the customer's own member made it.</summary>
    public bool IsSelfService { get; init; }

    public long? Remaining => UsageLimit is { } limit ? Math.Max(0, limit - Used - Reserved) : null;

    public TokenState StateAt(DateTimeOffset now) =>
        RevokedAtUtc is not null ? TokenState.Revoked
        : ExpiresAtUtc <= now ? TokenState.Expired
        : UsageLimit <= Used ? TokenState.Exhausted
        : TokenState.Active;
}

internal sealed class ApiTokenConfiguration : IEntityTypeConfiguration<ApiToken>
{
    public void Configure(EntityTypeBuilder<ApiToken> builder)
    {
        builder.Property(t => t.Environment).HasMaxLength(60);
        builder.Property(t => t.SecretHash).HasMaxLength(32);
        builder.Property(t => t.SecretEnding).HasMaxLength(4);
        builder.HasIndex(t => t.SecretHash).IsUnique();
        builder.HasIndex(t => new { t.ResellerId, t.CustomerId });
        builder.HasOne<Customer>().WithMany().HasForeignKey(t => t.CustomerId).OnDelete(DeleteBehavior.Restrict);
    }
}

public static class TokenSets
{
    extension(DbContext db)
    {
        public DbSet<ApiToken> ApiTokens => db.Set<ApiToken>();
    }
}
