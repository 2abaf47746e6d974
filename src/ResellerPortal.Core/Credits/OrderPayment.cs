using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Credits;

/// <summary>Money that a reseller paid for one order of a plan, without the tax on it.</summary>
public sealed class OrderPayment : IResellerOwned
{
    public const int MaxReceiptUrl = 500;

    public Guid Id { get; init; } = Guid.CreateVersion7();

    public required ResellerId ResellerId { get; init; }

    public required Guid PlanOrderId { get; init; }

    /// <summary>Negative where it was paid back.</summary>
    public required long AmountMinorUnits { get; init; }

    public required Currency Currency { get; init; }

    /// <summary>The tax that was paid beside it.</summary>
    public long TaxMinorUnits { get; init; }

    public required DateOnly ReceivedOn { get; init; }

    /// <summary>What the operator's bank statement shows for it.</summary>
    public required string Reference { get; init; }

    /// <summary>Where the provider shows its receipt; null for money that came by transfer.</summary>
    public string? ReceiptUrl { get; init; }

    public required DateTimeOffset RecordedAtUtc { get; init; }

    /// <summary>Chosen by the page that records it, so that a double click records once.</summary>
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
