using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Archives;

/// <summary>What an archive file holds.</summary>
public enum ArchiveKind
{
    /// <summary>Ledger entries and what they drew from lots.</summary>
    Ledger,

    /// <summary>Events of the history.</summary>
    History,
}

/// <summary>
/// A month whose rows are in an archive file and no longer in the database. Written by the tables' owner alone, in the transaction that
/// drops the rows.
/// </summary>
[AllowedWrites(RowWrites.None)]
public sealed class ArchivedMonth
{
    public required ArchiveKind Kind { get; init; }

    /// <summary>First day of the month, UTC.</summary>
    public required DateOnly Month { get; init; }

    public required string FileName { get; init; }

    /// <summary>SHA-256 of the file.</summary>
    public required byte[] FileHash { get; init; }

    /// <summary>The number of entries or events in it.</summary>
    public required long Entries { get; init; }

    public required DateTimeOffset ArchivedAtUtc { get; init; }
}

internal sealed class ArchivedMonthConfiguration : IEntityTypeConfiguration<ArchivedMonth>
{
    public void Configure(EntityTypeBuilder<ArchivedMonth> builder)
    {
        builder.HasKey(m => new { m.Kind, m.Month });
        builder.Property(m => m.Kind).HasConversion<string>().HasMaxLength(10);
        builder.Property(m => m.FileName).HasMaxLength(40);
        builder.Property(m => m.FileHash).HasMaxLength(32);
    }
}
