using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Invoicing;

/// <summary>
/// What an invoice's usage came to and cost the reseller, as it was read for the draft. The row is the reseller's alone: in a customer's
/// scope there is none.
/// </summary>
public sealed class InvoiceCost : IResellerOwned
{
    public required Guid InvoiceId { get; init; }

    public required ResellerId ResellerId { get; init; }

    /// <summary>That of the cost.</summary>
    public required Currency Currency { get; init; }

    /// <summary>Conversions billed.</summary>
    public required long Quantity { get; init; }

    /// <summary>Those of them that belong to earlier months.</summary>
    public required long LateQuantity { get; init; }

    public required long CostMicros { get; init; }

    /// <summary>The newest version of a rate card that it was priced with; 0 where there was none.</summary>
    public required int RateCardVersion { get; init; }

    /// <summary>The newest version of an exchange rate that was known then; 0 where there was none.</summary>
    public required int CurrencyRateVersion { get; init; }

    /// <summary>Billed conversions per local day, as the snapshot will show them.</summary>
    public required IReadOnlyList<SnapshotDay> Days { get; init; }

    /// <summary>The same per API token.</summary>
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
