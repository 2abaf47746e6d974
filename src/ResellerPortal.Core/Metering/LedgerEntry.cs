using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using ResellerPortal.Core.Tenancy;

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

    /// <summary>The upstream charged more than a limit or a lot had left; the truth is recorded all the same.</summary>
    Overrun = 1,

    /// <summary>The request died after it was sent; the reserved quantity stands in until it is reconciled.</summary>
    Unconfirmed = 2,
}

/// <summary>
/// One append-only fact: a usage, or a correction of one. Numbered per customer without gaps and chained by hash
/// (<see cref="LedgerHash"/>). The database refuses to change or delete it.
/// </summary>
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

    /// <summary>"docx-to-pdf".</summary>
    public required string Converter { get; init; }

    /// <summary>Conversions; negative where a correction takes some back.</summary>
    public required long Quantity { get; init; }

    public required UsageSource Source { get; init; }

    /// <summary>The reservation it settled, or an id made for an imported line or a correction; unique.</summary>
    public required Guid RequestId { get; init; }

    /// <summary>The upstream's name for the request; for a correction, why it was made.</summary>
    public string? Reference { get; init; }

    public required EntryFlags Flags { get; init; }

    /// <summary>Sequence of the entry that a correction puts right.</summary>
    public long? CorrectsSequence { get; init; }

    /// <summary>Salted hash of what the entry drew from which lots at what cost.</summary>
    public required byte[] CostCommitment { get; init; }

    public required byte[] PreviousHash { get; init; }

    /// <summary>Set by the ledger book right after the rest.</summary>
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
        builder.Property(e => e.Converter).HasMaxLength(60);
        builder.Property(e => e.Reference).HasMaxLength(200);
        builder.Property(e => e.CostCommitment).HasMaxLength(32);
        builder.Property(e => e.PreviousHash).HasMaxLength(32);
        builder.Property(e => e.Hash).HasMaxLength(32);
        builder.HasIndex(e => e.RequestId).IsUnique();
        builder.HasIndex(e => new { e.ResellerId, e.OccurredAtUtc });
        builder.HasIndex(e => new { e.CustomerId, e.OccurredAtUtc });

        // Few entries are corrections; the others cost this index nothing.
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

        public DbSet<ConverterReserve> ConverterReserves => db.Set<ConverterReserve>();

        public DbSet<UsageAlert> UsageAlerts => db.Set<UsageAlert>();
    }
}
