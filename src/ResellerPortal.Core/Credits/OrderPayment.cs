using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Credits;

/// <summary>A reseller's payment for one plan order, excluding tax.</summary>
public sealed class OrderPayment : IResellerOwned
{
    public const int MaxReceiptUrl = 500;

    public Guid Id { get; init; } = Guid.CreateVersion7();

    public required ResellerId ResellerId { get; init; }

    public required Guid PlanOrderId { get; init; }

    /// <summary>Negative for a refund.</summary>
    public required long AmountMinorUnits { get; init; }

    public required Currency Currency { get; init; }

    /// <summary>The tax paid in addition.</summary>
    public long TaxMinorUnits { get; init; }

    public required DateOnly ReceivedOn { get; init; }

    /// <summary>The reference on the operator's bank statement.</summary>
    public required string Reference { get; init; }

    /// <summary>URL of the provider's receipt; null for a transfer.</summary>
    public string? ReceiptUrl { get; init; }

    public required DateTimeOffset RecordedAtUtc { get; init; }

    /// <summary>Chosen by the recording page, so that a double click records once.</summary>
    public required Guid IdempotencyKey { get; init; }

    public Money Amount => new(AmountMinorUnits, Currency);
}

internal sealed class OrderPaymentConfiguration : IEntityTypeConfiguration<OrderPayment>
{
    public void Configure(EntityTypeBuilder<OrderPayment> builder)
    {
        builder.Property(p => p.Reference).HasMaxLength(140);
        builder.Property(p => p.ReceiptUrl).HasMaxLength(OrderPayment.MaxReceiptUrl);
        builder.HasIndex(p => new { p.PlanOrderId, p.IdempotencyKey }).IsUnique();
    }
}
