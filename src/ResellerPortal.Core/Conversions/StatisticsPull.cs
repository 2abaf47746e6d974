using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Conversions;

/// <summary>How far the upstream's statistics of a reseller's own account are recorded in its ledger. One row per reseller.</summary>
public sealed class StatisticsPull : IResellerOwned
{
    internal const int MaxError = 400;

    public required ResellerId ResellerId { get; init; }

    /// <summary>When the upstream was last queried.</summary>
    public DateTimeOffset AtUtc { get; set; }

    /// <summary>The last day (UTC) queried successfully; null for none yet.</summary>
    public DateOnly? ThroughDay { get; set; }

    /// <summary>Conversions added by the last successful query.</summary>
    public long Added { get; set; }

    /// <summary>Why the last query failed, in words for the reseller; null if it succeeded.</summary>
    public string? Error { get; set; }
}

internal sealed class StatisticsPullConfiguration : IEntityTypeConfiguration<StatisticsPull>
{
    public void Configure(EntityTypeBuilder<StatisticsPull> builder)
    {
        builder.HasKey(p => p.ResellerId);
        builder.Property(p => p.Error).HasMaxLength(StatisticsPull.MaxError);
        builder.HasOne<Reseller>().WithOne().HasForeignKey<StatisticsPull>(p => p.ResellerId).OnDelete(DeleteBehavior.Restrict);
    }
}
