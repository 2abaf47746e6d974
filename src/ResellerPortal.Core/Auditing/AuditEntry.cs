using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Auditing;

/// <summary>
/// Records who did what, when, from where, and the previous values. Written in the transaction of the change, then sealed with a number and
/// a hash in its tenant's chain (see <see cref="AuditHash"/>). The database refuses to change or delete it, except to seal it once and to
/// erase its address or personal data, which the chain survives.
/// </summary>
[AllowedWrites(RowWrites.Insert | RowWrites.Update, ByCustomers = RowWrites.Insert)]
[DividedBy(nameof(Chain))]
[FoundWithReseller]
public sealed class AuditEntry : IOwnedAtAnyLevel
{
    internal const int MaxActorName = 256;
    internal const int MaxSubject = 1000;

    public Guid Id { get; init; } = Guid.CreateVersion7();

    /// <summary>The reseller's id, or all zeros for the installation; each has its own chain.</summary>
    public required Guid Chain { get; init; }

    public ResellerId? ResellerId { get; init; }

    public CustomerId? CustomerId { get; init; }

    public required DateTimeOffset AtUtc { get; init; }

    public Guid? UserId { get; init; }

    /// <summary>The permission-style name of the event: "tokens.revoke".</summary>
    public required string Action { get; init; }

    public required string ActorName { get; init; }

    /// <summary>The network address of the request; null for the portal's own events, and once it has been erased.</summary>
    public string? FromAddress { get; init; }

    /// <summary>The readable object: "token production (…0001)".</summary>
    public required string Subject { get; init; }

    /// <summary>The changed fields, as written by <see cref="FieldChanges"/>; null if none.</summary>
    public string? Changes { get; init; }

    /// <summary>1, 2, 3 … in its chain; null until it is sealed.</summary>
    public long? Sequence { get; init; }

    /// <summary>The salt of <see cref="Commitment"/>; null until sealed, and after personal data is erased.</summary>
    public byte[]? Salt { get; init; }

    /// <summary>A salted hash of the three texts that may name persons, so that the chain remains valid after they are erased.</summary>
    public byte[]? Commitment { get; init; }

    public byte[]? Hash { get; init; }
}

internal sealed class AuditEntryConfiguration : IEntityTypeConfiguration<AuditEntry>
{
    public void Configure(EntityTypeBuilder<AuditEntry> builder)
    {
        builder.Property(a => a.ActorName).HasMaxLength(AuditEntry.MaxActorName);
        builder.Property(a => a.FromAddress).HasMaxLength(45);
        builder.Property(a => a.Action).HasMaxLength(60);
        builder.Property(a => a.Subject).HasMaxLength(AuditEntry.MaxSubject);
        builder.Property(a => a.Salt).HasMaxLength(16);
        builder.Property(a => a.Commitment).HasMaxLength(32);
        builder.Property(a => a.Hash).HasMaxLength(32);
        builder.HasIndex(a => new { a.ResellerId, a.AtUtc });
        builder.HasIndex(a => new { a.Chain, a.Sequence }).IsUnique();
        builder.HasIndex(a => a.Sequence);
    }
}
