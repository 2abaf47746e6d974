using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Metering;

/// <summary>Conversions held for a request in flight. The row is gone once the request is settled or released.</summary>
public sealed class Reservation : ICustomerOwned
{
    public required Guid Id { get; init; }

    public required ResellerId ResellerId { get; init; }

    public required CustomerId CustomerId { get; init; }

    public required Guid TokenId { get; init; }

    public required string Converter { get; init; }

    public required long Quantity { get; init; }

    public required DateTimeOffset CreatedAtUtc { get; init; }
}

/// <summary>The part of a reservation that a lot holds.</summary>
public sealed class ReservationDraw : IResellerOwned
{
    public required Guid ReservationId { get; init; }

    public required ResellerId ResellerId { get; init; }

    public required Guid LotId { get; init; }

    public required long Quantity { get; init; }
}

internal sealed class ReservationConfiguration : IEntityTypeConfiguration<Reservation>
{
    public void Configure(EntityTypeBuilder<Reservation> builder)
    {
        builder.Property(r => r.Converter).HasMaxLength(60);
        builder.HasIndex(r => r.CreatedAtUtc);
    }
}

internal sealed class ReservationDrawConfiguration : IEntityTypeConfiguration<ReservationDraw>
{
    public void Configure(EntityTypeBuilder<ReservationDraw> builder)
    {
        builder.HasKey(d => new { d.ReservationId, d.LotId });
        builder.HasOne<Reservation>().WithMany().HasForeignKey(d => d.ReservationId).OnDelete(DeleteBehavior.Cascade);
    }
}
