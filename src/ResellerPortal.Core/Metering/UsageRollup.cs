using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Tokens;

namespace ResellerPortal.Core.Metering;

/// <summary>
/// Usage of one day (in the reseller's time zone) by token, converter and unit cost, written in the transaction of its entries.
/// Dashboards and estimates read rollups, so their cost does not grow with the ledger.
/// </summary>
public sealed class UsageRollup : ICustomerOwned
{
    public required ResellerId ResellerId { get; init; }

    public required CustomerId CustomerId { get; init; }

    public required DateOnly Day { get; init; }

    public required Guid TokenId { get; init; }

    public required string Environment { get; init; }

    public required string Converter { get; init; }

    public required long UnitCostMicros { get; init; }

    public required Currency Currency { get; init; }

    /// <summary>Number of ledger entries included; an entry drawn from two lots counts once, at the lot with the lower id.</summary>
    public long Entries { get; set; }

    public long Quantity { get; set; }

    public long CostMicros { get; set; }
}

internal sealed class UsageRollupConfiguration : IEntityTypeConfiguration<UsageRollup>
{
    public void Configure(EntityTypeBuilder<UsageRollup> builder)
    {
        builder.HasKey(r => new { r.CustomerId, r.Day, r.TokenId, r.Converter, r.UnitCostMicros });
        builder.Property(r => r.Environment).HasMaxLength(60);
        builder.Property(r => r.Converter).HasMaxLength(ConverterName.MaxLength);
        builder.HasIndex(r => new { r.ResellerId, r.Day });
    }
}
