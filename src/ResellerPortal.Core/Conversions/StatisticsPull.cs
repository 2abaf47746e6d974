using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Conversions;

/// <summary>How far the upstream's statistics of a reseller's own account were taken into its ledger. One row a reseller.</summary>
public sealed class StatisticsPull : IResellerOwned
{
    public required ResellerId ResellerId { get; init; }

    /// <summary>When the upstream was asked last.</summary>
    public DateTimeOffset AtUtc { get; set; }

    /// <summary>The last day (UTC) that was asked for with success; null for none yet.</summary>
    public DateOnly? ThroughDay { get; set; }

    /// <summary>Conversions that the last time with success added.</summary>
    public long Added { get; set; }

    /// <summary>Why the last time failed, in words for the reseller; null where it did not.</summary>
    public string? Error { get; set; }
}

internal sealed class StatisticsPullConfiguration : IEntityTypeConfiguration<StatisticsPull>
{
    public void Configure(EntityTypeBuilder<StatisticsPull> builder)
    {
        builder.HasKey(p => p.ResellerId);
        builder.Property(p => p.Error).HasMaxLength(400);
        builder.HasOne<Reseller>().WithOne().HasForeignKey<StatisticsPull>(p => p.ResellerId).OnDelete(DeleteBehavior.Restrict);
    }
}
