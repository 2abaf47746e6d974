using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Invoicing;

/// <summary>
/// An invoice's usage and its cost to the reseller, as read for the draft. Only the reseller can see this row: it does not exist in a
/// customer's scope.
/// </summary>
public sealed class InvoiceCost : IResellerOwned
{
    public required Guid InvoiceId { get; init; }

    public required ResellerId ResellerId { get; init; }

    /// <summary>Currency of the cost.</summary>
    public required Currency Currency { get; init; }

    /// <summary>Billed conversions.</summary>
    public required long Quantity { get; init; }

    /// <summary>Billed conversions that belong to earlier months.</summary>
    public required long LateQuantity { get; init; }

    public required long CostMicros { get; init; }

    /// <summary>The newest rate card version used for pricing; 0 if there was none.</summary>
    public required int RateCardVersion { get; init; }

    /// <summary>The newest exchange rate version known at that time; 0 if there was none.</summary>
    public required int CurrencyRateVersion { get; init; }

    /// <summary>Billed conversions per local day, for the snapshot.</summary>
    public required IReadOnlyList<SnapshotDay> Days { get; init; }

    /// <summary>Billed conversions per API token, for the snapshot.</summary>
    public required IReadOnlyList<SnapshotToken> Tokens { get; init; }
}

internal sealed class InvoiceCostConfiguration : IEntityTypeConfiguration<InvoiceCost>
{
    public void Configure(EntityTypeBuilder<InvoiceCost> builder)
    {
        builder.HasKey(f => f.InvoiceId);
        AsJson(builder.Property(f => f.Days));
        AsJson(builder.Property(f => f.Tokens)).HasDefaultValueSql("'[]'");
        builder.HasOne<Invoice>().WithOne().HasForeignKey<InvoiceCost>(f => f.InvoiceId).OnDelete(DeleteBehavior.Cascade);
    }

    private static PropertyBuilder<IReadOnlyList<T>> AsJson<T>(PropertyBuilder<IReadOnlyList<T>> property) => property.HasConversion(
        list => JsonSerializer.Serialize(list, JsonSerializerOptions.Default),
        json => JsonSerializer.Deserialize<IReadOnlyList<T>>(json, JsonSerializerOptions.Default)!,
        ValueComparer.CreateDefault<IReadOnlyList<T>>(favorStructuralComparisons: false));
}
