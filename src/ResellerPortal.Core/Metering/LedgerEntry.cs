using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Tokens;

namespace ResellerPortal.Core.Metering;

public enum EntryKind
{
    Usage,
    Correction,
}

public enum UsageSource
{
    Gateway,
    Import,
    Manual,
}

[Flags]
public enum EntryFlags
{
    None = 0,

    /// <summary>
    /// The upstream charged more than a limit, a prepaid balance or a lot had left, or more than the operator says that a request can cost;
    /// the actual usage is recorded nevertheless.
    /// </summary>
    Overrun = 1,

    /// <summary>The outcome of a sent request is unknown; the reserved quantity is recorded until it is reconciled.</summary>
    Unconfirmed = 2,
}

/// <summary>
/// An append-only record of usage, or of a correction. Numbered per customer without gaps and hash-chained (<see cref="LedgerHash"/>).
/// The database rejects updates and deletes.
/// </summary>
[AllowedWrites(RowWrites.Insert)]
public sealed class LedgerEntry : ICustomerOwned
{
    public required ResellerId ResellerId { get; init; }

    public required CustomerId CustomerId { get; init; }

    public required long Sequence { get; init; }

    public required EntryKind Kind { get; init; }

    public required DateTimeOffset OccurredAtUtc { get; init; }

    public required DateTimeOffset RecordedAtUtc { get; init; }

    public required Guid TokenId { get; init; }

    public required string Environment { get; init; }

    /// <summary>Converter name, such as "docx-to-pdf".</summary>
    public required string Converter { get; init; }

    /// <summary>Conversions; negative if a correction reduces usage.</summary>
    public required long Quantity { get; init; }

    public required UsageSource Source { get; init; }

    /// <summary>Id of the settled reservation, or a generated id for an import or a correction; unique.</summary>
    public required Guid RequestId { get; init; }

    /// <summary>The upstream's reference for the request; for a correction, its reason.</summary>
    public string? Reference { get; init; }

    public required EntryFlags Flags { get; init; }

    /// <summary>Sequence of the entry that a correction applies to.</summary>
    public long? CorrectsSequence { get; init; }

    /// <summary>Salted hash of the lot draws and their cost.</summary>
    public required byte[] CostCommitment { get; init; }

    public required byte[] PreviousHash { get; init; }

    /// <summary>Set by <see cref="LedgerPosting"/> once all other fields are known.</summary>
    public byte[] Hash { get; internal set; } = [];
}

internal sealed class LedgerEntryConfiguration : IEntityTypeConfiguration<LedgerEntry>
{
    public void Configure(EntityTypeBuilder<LedgerEntry> builder)
    {
        builder.HasKey(e => new { e.CustomerId, e.Sequence });
        builder.Property(e => e.Kind).HasConversion<string>().HasMaxLength(10);
        builder.Property(e => e.Source).HasConversion<string>().HasMaxLength(10);
        builder.Property(e => e.Environment).HasMaxLength(60);
        builder.Property(e => e.Converter).HasMaxLength(ConverterName.MaxLength);
        builder.Property(e => e.Reference).HasMaxLength(200);
        builder.Property(e => e.CostCommitment).HasMaxLength(32);
        builder.Property(e => e.PreviousHash).HasMaxLength(32);
        builder.Property(e => e.Hash).HasMaxLength(32);
        builder.HasIndex(e => e.RequestId).IsUnique();
        builder.HasIndex(e => new { e.ResellerId, e.OccurredAtUtc });
        builder.HasIndex(e => new { e.CustomerId, e.OccurredAtUtc });

        // Filtered, because few entries are corrections and the others then add nothing to the index.
        builder.HasIndex(e => new { e.CustomerId, e.CorrectsSequence }).HasFilter("\"CorrectsSequence\" IS NOT NULL");
    }
}

public static class MeteringSets
{
    extension(DbContext db)
    {
        public DbSet<LedgerEntry> LedgerEntries => db.Set<LedgerEntry>();

        public DbSet<UsageRollup> UsageRollups => db.Set<UsageRollup>();

        public DbSet<Reservation> Reservations => db.Set<Reservation>();

        public DbSet<ConverterCost> ConverterCosts => db.Set<ConverterCost>();

        public DbSet<WorstCost> WorstCosts => db.Set<WorstCost>();

        public DbSet<UsageAlert> UsageAlerts => db.Set<UsageAlert>();

        public DbSet<TokenRequestCount> TokenRequestCounts => db.Set<TokenRequestCount>();
    }
}
