using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ResellerPortal.Core.Tenancy;

/// <summary>A reseller's logo on its documents. Never changed or deleted, so that older documents keep theirs.</summary>
public sealed class Logo : IResellerOwned
{
    /// <summary>SHA-256 of the image in lower-case hexadecimal.</summary>
    public required string Hash { get; init; }

    public required ResellerId ResellerId { get; init; }

    /// <summary>A PNG or JPEG file.</summary>
    public required byte[] Image { get; init; }
}

internal sealed class LogoConfiguration : IEntityTypeConfiguration<Logo>
{
    public void Configure(EntityTypeBuilder<Logo> builder)
    {
        builder.HasKey(l => new { l.ResellerId, l.Hash });
        builder.Property(l => l.Hash).HasMaxLength(64);
    }
}
