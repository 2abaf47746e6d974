using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Archives;

/// <summary>
/// Consecutive numbers of one chain that are in an archive file: those of a customer's ledger, or of a history. Its hashes join what comes
/// before and after it in the database. Written by the tables' owner alone.
/// </summary>
[AllowedWrites(RowWrites.None)]
public sealed class ArchivedRange : IOwnedAtAnyLevel
{
    public required ArchiveKind Kind { get; init; }

    /// <summary>The customer's id, or the history's chain.</summary>
    public required Guid Chain { get; init; }

    public required long FirstSequence { get; init; }

    public required long LastSequence { get; init; }

    /// <summary>The hash that the first entry follows.</summary>
    public required byte[] PreviousHash { get; init; }

    public required byte[] LastHash { get; init; }

    /// <summary>When the latest of the usage, or of the events, happened.</summary>
    public required DateTimeOffset LastOccurredAtUtc { get; init; }

    /// <summary>First day of the month of the file, UTC.</summary>
    public required DateOnly Month { get; init; }

    public ResellerId? ResellerId { get; init; }

    public CustomerId? CustomerId { get; init; }

    public long Count => LastSequence - FirstSequence + 1;
}

internal sealed class ArchivedRangeConfiguration : IEntityTypeConfiguration<ArchivedRange>
{
    public void Configure(EntityTypeBuilder<ArchivedRange> builder)
    {
        builder.HasKey(r => new { r.Kind, r.Chain, r.FirstSequence });
        builder.Property(r => r.Kind).HasConversion<string>().HasMaxLength(10);
        builder.Property(r => r.PreviousHash).HasMaxLength(32);
        builder.Property(r => r.LastHash).HasMaxLength(32);
        builder.Ignore(r => r.Count);
    }
}

public static class ArchivingSets
{
    extension(DbContext db)
    {
        public DbSet<ArchivedMonth> ArchivedMonths => db.Set<ArchivedMonth>();

        public DbSet<ArchivedRange> ArchivedRanges => db.Set<ArchivedRange>();
    }
}
