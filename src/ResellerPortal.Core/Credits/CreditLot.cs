using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Plans;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Credits;

public enum LotKind
{
    /// <summary>Bought with a plan.</summary>
    Plan,

    /// <summary>Conversions beyond all plans that the operator allows at a separate cost; drawn last.</summary>
    Overage,
}

/// <summary>
/// Conversions bought together at one unit cost, valid until an instant. Only metering changes the counters, keeping <c>Used + Reserved
/// &lt;= Conversions</c>; only an overrun charged by the upstream may exceed it.
/// </summary>
public sealed class CreditLot : IResellerOwned, IAudited
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public required ResellerId ResellerId { get; init; }

    /// <summary>The order that paid for it; null for overage.</summary>
    public Guid? PlanOrderId { get; init; }

    public LotKind Kind { get; init; }

    public required string PlanName { get; init; }

    /// <summary>Conversions originally granted.</summary>
    public required long Granted { get; init; }

    /// <summary>The current size: granted conversions plus <see cref="LotAdjustment"/>s.</summary>
    public required long Conversions { get; set; }

    public long Used { get; set; }

    public long Reserved { get; set; }

    public required long UnitCostMicros { get; init; }

    public required Currency Currency { get; init; }

    public required DateTimeOffset ValidFromUtc { get; init; }

    public required DateTimeOffset ExpiresAtUtc { get; set; }

    /// <summary>Set once its expiry is recorded in the history.</summary>
    public DateTimeOffset? ExpiryRecordedAtUtc { get; set; }

    /// <summary>The highest used percentage for which an alert was sent.</summary>
    public int AlertedPercent { get; set; }

    public UnitPrice UnitCost => new(UnitCostMicros, Currency);

    /// <summary>Conversions that can still be reserved.</summary>
    public long Available => Math.Max(0, Conversions - Used - Reserved);

    public bool IsValidAt(DateTimeOffset instant) => instant >= ValidFromUtc && instant < ExpiresAtUtc;
}

/// <summary>What a ledger entry drew from a lot, and at what cost. Visible only to the reseller, unlike the customer's entry.</summary>
[AllowedWrites(RowWrites.Insert)]
public sealed class LotDraw : IResellerOwned
{
    public required ResellerId ResellerId { get; init; }

    public required CustomerId CustomerId { get; init; }

    /// <summary>Sequence of the customer's ledger entry.</summary>
    public required long Sequence { get; init; }

    /// <summary>When the entry was recorded, by which both tables are divided into months.</summary>
    public required DateTimeOffset RecordedAtUtc { get; init; }

    public required Guid LotId { get; init; }

    public required long Quantity { get; init; }

    /// <summary>Quantity times the lot's unit cost, in millionths, exact.</summary>
    public required long CostMicros { get; init; }

    public required long UnitCostMicros { get; init; }

    public required Currency Currency { get; init; }

    /// <summary>16 random bytes that prevent guessing the entry's cost commitment.</summary>
    public required byte[] Salt { get; init; }
}

/// <summary>A correction of a lot's size by the operator. Immutable.</summary>
[AllowedWrites(RowWrites.Insert)]
public sealed class LotAdjustment : IResellerOwned
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public required ResellerId ResellerId { get; init; }

    public required Guid LotId { get; init; }

    /// <summary>Conversions added; negative if removed.</summary>
    public required long Conversions { get; init; }

    public required string Reason { get; init; }

    public required string ActorName { get; init; }

    public required DateTimeOffset AtUtc { get; init; }
}

internal sealed class CreditLotConfiguration : IEntityTypeConfiguration<CreditLot>
{
    public void Configure(EntityTypeBuilder<CreditLot> builder)
    {
        builder.Property(l => l.PlanName).HasMaxLength(100);
        builder.Property(l => l.Kind).HasConversion<string>().HasMaxLength(10);
        builder.HasIndex(l => l.PlanOrderId).IsUnique();
        builder.HasIndex(l => new { l.ResellerId, l.ExpiresAtUtc });
        builder.HasOne<PlanOrder>().WithMany().HasForeignKey(l => l.PlanOrderId).OnDelete(DeleteBehavior.Restrict);
    }
}

internal sealed class LotAdjustmentConfiguration : IEntityTypeConfiguration<LotAdjustment>
{
    public void Configure(EntityTypeBuilder<LotAdjustment> builder)
    {
        builder.Property(a => a.Reason).HasMaxLength(500);
        builder.Property(a => a.ActorName).HasMaxLength(256);
        builder.HasIndex(a => a.LotId);
        builder.HasOne<CreditLot>().WithMany().HasForeignKey(a => a.LotId).OnDelete(DeleteBehavior.Restrict);
    }
}

internal sealed class LotDrawConfiguration : IEntityTypeConfiguration<LotDraw>
{
    public void Configure(EntityTypeBuilder<LotDraw> builder)
    {
        builder.HasKey(d => new { d.CustomerId, d.Sequence, d.LotId });
        builder.Property(d => d.Salt).HasMaxLength(16);
    }
}

public static class CreditSets
{
    extension(DbContext db)
    {
        public DbSet<CreditLot> CreditLots => db.Set<CreditLot>();

        public DbSet<LotDraw> LotDraws => db.Set<LotDraw>();

        public DbSet<LotAdjustment> LotAdjustments => db.Set<LotAdjustment>();
    }
}
