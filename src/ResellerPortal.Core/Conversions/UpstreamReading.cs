using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Conversions;

/// <summary>The consumption reported by an upstream account, compared with the ledger since the previous reading. In conversions.</summary>
public sealed class UpstreamReading : IOwnedAtAnyLevel
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    /// <summary>The account's reseller; null for the operator's.</summary>
    public ResellerId? ResellerId { get; init; }

    /// <summary>Always null: customers have no upstream account.</summary>
    public CustomerId? CustomerId { get; private init; }

    /// <summary>Identifies the account by the prefix of its secret's hash, to tell it from a replacement.</summary>
    public required string Account { get; init; }

    /// <summary>When the previous reading was taken; null for an account's first.</summary>
    public DateTimeOffset? FromUtc { get; init; }

    public required DateTimeOffset AtUtc { get; init; }

    /// <summary>The upstream's own count, since the account was opened.</summary>
    public required long Consumed { get; init; }

    /// <summary>Reserved at that moment: possibly charged but not recorded yet.</summary>
    public required long Held { get; init; }

    /// <summary>What the upstream counted since the previous reading.</summary>
    public required long Charged { get; init; }

    /// <summary>What the ledger recorded since the previous reading.</summary>
    public required long Recorded { get; init; }

    /// <summary>
    /// What the upstream's statistics count for the same period; null if they could not be read or only state days. Informational only.
    /// </summary>
    public required long? Counted { get; init; }

    /// <summary>Reserved at the previous reading, and recorded since although charged before.</summary>
    public required long HeldBefore { get; init; }

    /// <summary>Charged minus recorded; negative if more was recorded than charged.</summary>
    public long Difference => Charged - Recorded;

    /// <summary>Whether requests in flight at either end explain the difference.</summary>
    /// <param name="since">What the ledger recorded for that period after the reading.</param>
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
