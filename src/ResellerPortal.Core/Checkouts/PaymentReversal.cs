using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Checkouts;

public enum ReversalKind
{
    Refund,

    /// <summary>The payer disputed the payment with its bank.</summary>
    Dispute,
}

public enum ReversalState
{
    /// <summary>The money was withdrawn; a dispute may still be won.</summary>
    Effective,

    /// <summary>A dispute that was lost.</summary>
    Final,

    /// <summary>The money was returned: the refund failed, or the dispute was won.</summary>
    Undone,
}

/// <summary>A refund or dispute of a checkout, mirrored from the provider.</summary>
public sealed class PaymentReversal : IOwnedAtAnyLevel
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public required ResellerId? ResellerId { get; init; }

    public required CustomerId? CustomerId { get; init; }

    public required Guid CheckoutId { get; init; }

    /// <summary>The provider's id of the refund or dispute.</summary>
    public required string ProviderId { get; init; }

    public required ReversalKind Kind { get; init; }

    public required long AmountMinorUnits { get; init; }

    public required Currency Currency { get; init; }

    /// <summary>The part taken from the customer's balance.</summary>
    public long FromBalanceMinorUnits { get; set; }

    public required ReversalState State { get; set; }

    public required string Reason { get; init; }

    /// <summary>The credit note that mirrors it on the invoice; null if nothing was left to credit.</summary>
    public Guid? CreditNoteId { get; set; }

    public required DateTimeOffset RecordedAtUtc { get; init; }

    public Money Amount => new(AmountMinorUnits, Currency);
}

internal sealed class PaymentReversalConfiguration : IEntityTypeConfiguration<PaymentReversal>
{
    public void Configure(EntityTypeBuilder<PaymentReversal> builder)
    {
        builder.Property(r => r.ProviderId).HasMaxLength(Checkout.MaxProviderId);
        builder.Property(r => r.Kind).HasConversion<string>().HasMaxLength(20);
        builder.Property(r => r.State).HasConversion<string>().HasMaxLength(20);
        builder.Property(r => r.Reason).HasMaxLength(200);
        builder.HasIndex(r => new { r.CheckoutId, r.ProviderId }).IsUnique();
    }
}
