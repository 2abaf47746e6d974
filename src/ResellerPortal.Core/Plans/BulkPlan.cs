using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Plans;

public enum PlanRenewal
{
    OneOff,
    Monthly,
    Yearly,
}

/// <summary>A plan in the operator's catalogue: bulk conversions at a price, valid for a time. Belongs to no tenant.</summary>
public sealed class BulkPlan : IAudited
{
    internal const int MaxName = 100;

    public Guid Id { get; init; } = Guid.CreateVersion7();

    public required string Name { get; set; }

    public required long Conversions { get; set; }

    public required long PriceMinorUnits { get; set; }

    public required Currency Currency { get; init; }

    public required int ValidityDays { get; set; }

    public PlanRenewal Renewal { get; set; }

    /// <summary>Price of a conversion beyond the plan, in millionths; null if the plan has no overage.</summary>
    public long? OveragePriceMicros { get; set; }

    /// <summary>Whether resellers can order it.</summary>
    public bool IsOffered { get; set; } = true;

    public Money Price => new(PriceMinorUnits, Currency);

    public UnitPrice UnitCost => UnitPrice.Spread(Price, Conversions);
}

internal sealed class BulkPlanConfiguration : IEntityTypeConfiguration<BulkPlan>
{
    public void Configure(EntityTypeBuilder<BulkPlan> builder)
    {
        builder.Property(p => p.Name).HasMaxLength(BulkPlan.MaxName);
        builder.HasIndex(p => p.Name).IsUnique();
        builder.Property(p => p.Renewal).HasConversion<string>().HasMaxLength(10);
    }
}
