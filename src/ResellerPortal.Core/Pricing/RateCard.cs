using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Pricing;

/// <summary>
/// One version of the price rules of a reseller (no customer) or of one customer, effective from a local day. Versions are never edited,
/// only superseded.
/// </summary>
public sealed class RateCard : IResellerOwned, IAudited
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public required ResellerId ResellerId { get; init; }

    public CustomerId? CustomerId { get; init; }

    /// <summary>1, 2, 3 … per reseller; the higher version wins if two start on the same day.</summary>
    public required int Version { get; init; }

    /// <summary>First day in the reseller's time zone.</summary>
    public required DateOnly EffectiveFrom { get; init; }

    /// <summary>Null on a customer's card: from this day the customer follows the reseller's default.</summary>
    public CardTerms? Terms { get; init; }

    public required DateTimeOffset CreatedAtUtc { get; init; }
}

internal sealed class RateCardConfiguration : IEntityTypeConfiguration<RateCard>
{
    public void Configure(EntityTypeBuilder<RateCard> builder)
    {
        builder.Property(c => c.Terms).HasConversion(
            terms => JsonSerializer.Serialize(terms, JsonSerializerOptions.Default),
            json => JsonSerializer.Deserialize<CardTerms>(json, JsonSerializerOptions.Default));
        builder.HasIndex(c => new { c.ResellerId, c.Version }).IsUnique();
    }
}

public static class PricingSets
{
    extension(DbContext db)
    {
        public DbSet<RateCard> RateCards => db.Set<RateCard>();
    }
}
