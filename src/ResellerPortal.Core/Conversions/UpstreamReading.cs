using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Conversions;

/// <summary>
/// What an account at the upstream says it has consumed, held against the ledger since the reading before. In conversions.
/// </summary>
public sealed class UpstreamReading : IOwnedAtAnyLevel
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    /// <summary>Whose account it is; null for the operator's.</summary>
    public ResellerId? ResellerId { get; init; }

    /// <summary>Null always: no account upstream is a customer's.</summary>
    public CustomerId? CustomerId { get; private init; }

    /// <summary>Tells one account from the one that took its place: the beginning of its secret's hash.</summary>
    public required string Account { get; init; }

    /// <summary>When the reading before was taken; null for an account's first.</summary>
    public DateTimeOffset? FromUtc { get; init; }

    public required DateTimeOffset AtUtc { get; init; }

    /// <summary>The upstream's own count, since the account began.</summary>
    public required long Consumed { get; init; }

    /// <summary>Held at that moment: charged perhaps, and not recorded yet.</summary>
    public required long Held { get; init; }

    /// <summary>What the upstream counted since the reading before.</summary>
    public required long Charged { get; init; }

    /// <summary>What the ledger recorded since the reading before.</summary>
    public required long Recorded { get; init; }

    /// <summary>
    /// What the upstream's statistics count for the same time; null where they could not be read, or tell days alone. They
    /// explain a difference and decide nothing.
    /// </summary>
    public required long? Counted { get; init; }

    /// <summary>What was held at the reading before, and recorded since though charged before.</summary>
    public required long HeldBefore { get; init; }

    /// <summary>Charged and not recorded; negative for recorded and not charged.</summary>
    public long Difference => Charged - Recorded;

    /// <summary>A difference that requests in flight at either end explain.</summary>
    /// <param name="since">What the ledger recorded of that time after the reading.</param>
    public bool IsExplained(long since) => Difference - since >= -HeldBefore && Difference - since <= Held;
}

internal sealed class UpstreamReadingConfiguration : IEntityTypeConfiguration<UpstreamReading>
{
    public void Configure(EntityTypeBuilder<UpstreamReading> builder)
    {
        builder.Property(r => r.Account).HasMaxLength(16);
        builder.HasIndex(r => new { r.ResellerId, r.AtUtc });
    }
}
