using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Tokens;

namespace ResellerPortal.Core.Metering;

/// <summary>
/// What a converter costs as far as the operator knows, for the whole installation. What is held for a request follows from it, see
/// <see cref="ReserveQuantityPolicy"/>.
/// </summary>
public sealed class ConverterCost
{
    public const long DefaultPerFile = 1;

    /// <summary>The name under which the operator states what every converter costs that has no figures of its own.</summary>
    public const string AllConverters = "*-to-*";

    public required string Converter { get; init; }

    /// <summary>Conversions that a file costs at least.</summary>
    public long PerFile { get; set; } = DefaultPerFile;

    /// <summary>The number of pages that each started conversion covers; null if pages do not count.</summary>
    public long? PagesPerConversion { get; set; }

    /// <summary>The number of megabytes (1,000,000 bytes) that each started conversion covers; null if size does not count.</summary>
    public long? MegabytesPerConversion { get; set; }

    /// <summary>The most that one request can cost, whatever it holds; null if that is unknown.</summary>
    public long? CeilingPerRequest { get; set; }
}

/// <summary>The highest costs of a reseller's requests with a converter. They are kept until the operator resets them.</summary>
public sealed class WorstCost : IResellerOwned
{
    public required ResellerId ResellerId { get; init; }

    public required string Converter { get; init; }

    /// <summary>The highest cost of a request divided by its files, rounded up.</summary>
    public required long PerFile { get; init; }

    public required long PerRequest { get; init; }
}

internal sealed class ConverterCostConfiguration : IEntityTypeConfiguration<ConverterCost>
{
    public void Configure(EntityTypeBuilder<ConverterCost> builder)
    {
        builder.HasKey(c => c.Converter);
        builder.Property(c => c.Converter).HasMaxLength(ConverterName.MaxLength);
    }
}

internal sealed class WorstCostConfiguration : IEntityTypeConfiguration<WorstCost>
{
    public void Configure(EntityTypeBuilder<WorstCost> builder)
    {
        builder.HasKey(w => new { w.ResellerId, w.Converter });
        builder.Property(w => w.Converter).HasMaxLength(ConverterName.MaxLength);
    }
}
