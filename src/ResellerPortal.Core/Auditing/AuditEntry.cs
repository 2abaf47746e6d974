using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Auditing;

/// <summary>Who did what, when. Written in the transaction of the act itself.</summary>
public sealed class AuditEntry : IOwnedAtAnyLevel
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public ResellerId? ResellerId { get; init; }

    public CustomerId? CustomerId { get; init; }

    public required DateTimeOffset AtUtc { get; init; }

    public Guid? UserId { get; init; }

    public required string ActorName { get; init; }

    /// <summary>What was done, in the words of the permissions: "tokens.revoke".</summary>
    public required string Action { get; init; }

    /// <summary>What it was done to, readable: "token production (…0001)".</summary>
    public required string Subject { get; init; }
}

internal sealed class AuditEntryConfiguration : IEntityTypeConfiguration<AuditEntry>
{
    public void Configure(EntityTypeBuilder<AuditEntry> builder)
    {
        builder.Property(a => a.ActorName).HasMaxLength(256);
        builder.Property(a => a.Action).HasMaxLength(60);
        builder.Property(a => a.Subject).HasMaxLength(1000);
        builder.HasIndex(a => new { a.ResellerId, a.AtUtc });
    }
}
