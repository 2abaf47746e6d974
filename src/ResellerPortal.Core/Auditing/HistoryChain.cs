using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Auditing;

/// <summary>
/// The end of a history's chain. Nodes that seal at once change this row from the same number, and only one succeeds; and the chain goes on
/// when all of its entries are in the archive.
/// </summary>
[AllowedWrites(RowWrites.Insert | RowWrites.Update)]
[DividedBy(nameof(Chain))]
public sealed class HistoryChain : IOwnedAtAnyLevel
{
    /// <summary>The reseller's id, or all zeros for the installation.</summary>
    public required Guid Chain { get; init; }

    public ResellerId? ResellerId { get; init; }

    /// <summary>None: a reseller's customers share its chain.</summary>
    public CustomerId? CustomerId { get; init; }

    public required long LastSequence { get; init; }

    public required byte[] LastHash { get; init; }
}

internal sealed class HistoryChainConfiguration : IEntityTypeConfiguration<HistoryChain>
{
    public void Configure(EntityTypeBuilder<HistoryChain> builder)
    {
        builder.HasKey(c => c.Chain);
        builder.Property(c => c.LastHash).HasMaxLength(32);
    }
}
