using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Tokens;

namespace ResellerPortal.Core.Metering;

/// <summary>The part of a quantity drawn from one lot.</summary>
public readonly record struct LotPart(Guid LotId, long Quantity);

/// <summary>Conversions held for a request in flight. The row is deleted when the request is settled or released.</summary>
[FoundWithReseller]
public sealed class Reservation : ICustomerOwned
{
    public required Guid Id { get; init; }

    public RowKey Key => new(ResellerId, Id);

    public required ResellerId ResellerId { get; init; }

    public required CustomerId CustomerId { get; init; }

    public required Guid TokenId { get; init; }

    public required string Converter { get; init; }

    /// <summary>The number of files of its request, by which the highest cost per file is counted.</summary>
    public required int Files { get; set; }

    public required long Quantity { get; set; }

    /// <summary>The lots that cover it; their quantities add up to <see cref="Quantity"/>.</summary>
    public required IReadOnlyList<LotPart> Parts { get; set; }

    public required DateTimeOffset CreatedAtUtc { get; init; }
}

internal sealed class ReservationConfiguration : IEntityTypeConfiguration<Reservation>
{
    public void Configure(EntityTypeBuilder<Reservation> builder)
    {
        builder.Property(r => r.Converter).HasMaxLength(ConverterName.MaxLength);
        builder.Property(r => r.Parts).HasConversion(new LotPartsConverter(), LotPartsConverter.Comparer);
    }

    /// <summary>Stores parts as "lot:quantity" in the reservation's own row, because it is written and deleted only once.</summary>
    private sealed class LotPartsConverter() : ValueConverter<IReadOnlyList<LotPart>, string>(parts => Write(parts), text => Read(text))
    {
        public static ValueComparer<IReadOnlyList<LotPart>> Comparer { get; } = new(
            (left, right) => left!.SequenceEqual(right!), parts => parts.Count, parts => parts);

        private static string Write(IReadOnlyList<LotPart> parts) =>
            string.Join(' ', parts.Select(p => $"{p.LotId:N}:{p.Quantity.ToString(CultureInfo.InvariantCulture)}"));

        private static IReadOnlyList<LotPart> Read(string text) =>
            [
                .. text.Split(' ').Select(part => new LotPart(
                    Guid.ParseExact(part.AsSpan(0, 32), "N"), long.Parse(part.AsSpan(33), CultureInfo.InvariantCulture))),
            ];
    }
}
