using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Metering;

/// <summary>The highest cost of a single conversion, per reseller, converter and day (UTC).</summary>
public sealed class ConverterPeak : IResellerOwned
{
    /// <summary>Number of days that peaks are taken into account.</summary>
    public const int RememberedDays = 30;

    public required ResellerId ResellerId { get; init; }

    public required string Converter { get; init; }

    public required DateOnly Day { get; init; }

    public required long Highest { get; init; }
}

/// <summary>The minimum to reserve per request of a converter, set by the operator for the whole installation.</summary>
public sealed class ConverterReserve
{
    public const long Default = 1;

    public required string Converter { get; init; }

    public required long Quantity { get; set; }
}

internal sealed class ConverterPeakConfiguration : IEntityTypeConfiguration<ConverterPeak>
{
    public void Configure(EntityTypeBuilder<ConverterPeak> builder)
    {
        builder.HasKey(p => new { p.ResellerId, p.Converter, p.Day });
        builder.Property(p => p.Converter).HasMaxLength(60);
    }
}

internal sealed class ConverterReserveConfiguration : IEntityTypeConfiguration<ConverterReserve>
{
    public void Configure(EntityTypeBuilder<ConverterReserve> builder)
    {
        builder.HasKey(r => r.Converter);
        builder.Property(r => r.Converter).HasMaxLength(60);
    }
}
