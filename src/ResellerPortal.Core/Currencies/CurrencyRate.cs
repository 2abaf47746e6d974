using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Currencies;

/// <summary>
/// An exchange rate from the reseller's currency to another, effective from a local day. Rates are never edited, only superseded.
/// </summary>
public sealed class CurrencyRate : IResellerOwned, IAudited
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public required ResellerId ResellerId { get; init; }

    public required Currency Currency { get; init; }

    /// <summary>1, 2, 3 … per reseller; the higher version wins if two start on the same day.</summary>
    public required int Version { get; init; }

    /// <summary>First day in the reseller's time zone.</summary>
    public required DateOnly EffectiveFrom { get; init; }

    /// <summary>Billionths of a unit of <see cref="Currency"/> for one unit of the reseller's.</summary>
    public required long UnitsNanos { get; init; }

    public required DateTimeOffset CreatedAtUtc { get; init; }

    public ExchangeRate ToExchangeRate(Currency ofReseller) => new(UnitsNanos, ofReseller, Currency);
}

internal sealed class CurrencyRateConfiguration : IEntityTypeConfiguration<CurrencyRate>
{
    public void Configure(EntityTypeBuilder<CurrencyRate> builder) => builder.HasIndex(r => new { r.ResellerId, r.Version }).IsUnique();
}

public static class CurrencySets
{
    extension(DbContext db)
    {
        public DbSet<CurrencyRate> CurrencyRates => db.Set<CurrencyRate>();
    }
}
