using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Auditing;

/// <summary>
/// Who did what, when, from where, and what was there before. Written in the transaction of the act itself, then sealed: it
/// gets a number and a hash in its tenant's chain (see <see cref="AuditHash"/>). The database refuses to change or delete
/// it, with these exceptions: sealing it once, and erasing its address or what it says of persons, which the chain survives.
/// </summary>
public sealed class AuditEntry : IOwnedAtAnyLevel
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    /// <summary>The reseller's id, or all zeros for what belongs to the installation: each has a chain of its own.</summary>
    public required Guid Chain { get; init; }

    public ResellerId? ResellerId { get; init; }

    public CustomerId? CustomerId { get; init; }

    public required DateTimeOffset AtUtc { get; init; }

    public Guid? UserId { get; init; }

    /// <summary>What was done, in the words of the permissions: "tokens.revoke".</summary>
    public required string Action { get; init; }

    public required string ActorName { get; init; }

    /// <summary>The network address that the act came from; null for the portal's own, and once it was kept long enough.</summary>
    public string? FromAddress { get; init; }

    /// <summary>What it was done to, readable: "token production (…0001)".</summary>
    public required string Subject { get; init; }

    /// <summary>The fields it changed, as <see cref="FieldChanges"/> writes them; null where it changed none.</summary>
    public string? Changes { get; init; }

    /// <summary>1, 2, 3 … in its chain; null until it is sealed.</summary>
    public long? Sequence { get; init; }

    /// <summary>What <see cref="Commitment"/> was made with; null before it is sealed, and once its persons are erased.</summary>
    public byte[]? Salt { get; init; }

    /// <summary>A salted hash of the three texts that may name persons, so that they can be erased and the chain still holds.</summary>
    public byte[]? Commitment { get; init; }

    public byte[]? Hash { get; init; }
}

internal sealed class AuditEntryConfiguration : IEntityTypeConfiguration<AuditEntry>
{
    public void Configure(EntityTypeBuilder<AuditEntry> builder)
    {
        builder.Property(a => a.ActorName).HasMaxLength(256);
        builder.Property(a => a.FromAddress).HasMaxLength(45);
        builder.Property(a => a.Action).HasMaxLength(60);
        builder.Property(a => a.Subject).HasMaxLength(1000);
        builder.Property(a => a.Salt).HasMaxLength(16);
        builder.Property(a => a.Commitment).HasMaxLength(32);
        builder.Property(a => a.Hash).HasMaxLength(32);
        builder.HasIndex(a => new { a.ResellerId, a.AtUtc });
        builder.HasIndex(a => new { a.Chain, a.Sequence }).IsUnique();
        builder.HasIndex(a => a.Sequence);
    }
}
