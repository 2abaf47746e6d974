using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Checkouts;

public enum CheckoutPurpose
{
    PlanOrder,
    Invoice,
}

public enum CheckoutKind
{
    /// <summary>A hosted payment page of the provider.</summary>
    Hosted,

    /// <summary>A hosted page for a renewing plan; paying starts a subscription.</summary>
    Subscription,

    /// <summary>An off-session charge of a saved payment method.</summary>
    Saved,
}

public enum CheckoutState
{
    Open,

    /// <summary>The payer has authorised the payment, but the money takes days to arrive (direct debits).</summary>
    Processing,
    Paid,
    Failed,
    Expired,

    /// <summary>The payment does not match the request. Nothing was granted; manual review is required.</summary>
    Refused,
}

/// <summary>One attempt to pay an order or invoice through a payment provider.</summary>
[AllowedWrites(RowWrites.Insert | RowWrites.Update, ByCustomers = RowWrites.Insert | RowWrites.Update)]
public sealed class Checkout : IOwnedAtAnyLevel
{
    public const int MaxProviderId = 255;

    public Guid Id { get; init; } = Guid.CreateVersion7();

    public required ResellerId? ResellerId { get; init; }

    /// <summary>Null if the reseller pays.</summary>
    public required CustomerId? CustomerId { get; init; }

    public required Merchant Merchant { get; init; }

    public required CheckoutPurpose Purpose { get; init; }

    /// <summary>The id of the order or invoice.</summary>
    public required Guid SubjectId { get; init; }

    public required CheckoutKind Kind { get; init; }

    /// <summary>The requested amount, without tax added by the provider.</summary>
    public required long AmountMinorUnits { get; init; }

    public required Currency Currency { get; init; }

    /// <summary>The part of the amount kept by the operator.</summary>
    public required long FeeMinorUnits { get; init; }

    /// <summary>Whether the payer agreed to save the method for later payments.</summary>
    public required bool SavesMethod { get; init; }

    public CheckoutState State { get; set; }

    /// <summary>The provider's id of the page; null until the provider returns it, or if there is no page.</summary>
    public string? SessionId { get; set; }

    public string? Url { get; set; }

    public DateTimeOffset? ExpiresAtUtc { get; set; }

    /// <summary>The provider's id of the payment; null until there is one.</summary>
    public string? PaymentId { get; set; }

    public required DateTimeOffset CreatedAtUtc { get; init; }

    /// <summary>Since when the payment has been processing; reminders of its invoice are paused meanwhile.</summary>
    public DateTimeOffset? ProcessingSinceUtc { get; set; }

    public DateTimeOffset? PaidAtUtc { get; set; }

    /// <summary>The part of the payment that exceeded the invoice's amount due.</summary>
    public long ToBalanceMinorUnits { get; set; }

    /// <summary>Why it failed or was refused, in words for people; null if it did not.</summary>
    public string? Error { get; set; }

    public Money Amount => new(AmountMinorUnits, Currency);

    public Money Fee => new(FeeMinorUnits, Currency);

    public bool IsSettled => State is not (CheckoutState.Open or CheckoutState.Processing);
}

internal sealed class CheckoutConfiguration : IEntityTypeConfiguration<Checkout>
{
    public void Configure(EntityTypeBuilder<Checkout> builder)
    {
        builder.Property(c => c.Merchant).HasConversion(m => m.Key, key => new Merchant(key)).HasMaxLength(Merchant.MaxLength);
        builder.Property(c => c.Purpose).HasConversion<string>().HasMaxLength(20);
        builder.Property(c => c.Kind).HasConversion<string>().HasMaxLength(20);
        builder.Property(c => c.State).HasConversion<string>().HasMaxLength(20);
        builder.Property(c => c.SessionId).HasMaxLength(Checkout.MaxProviderId);
        builder.Property(c => c.PaymentId).HasMaxLength(Checkout.MaxProviderId);
        builder.Property(c => c.Url).HasMaxLength(2000);
        builder.Property(c => c.Error).HasMaxLength(500);
        builder.HasIndex(c => new { c.SubjectId, c.State });
        builder.HasIndex(c => new { c.Merchant, c.PaymentId });
        builder.HasIndex(c => new { c.ResellerId, c.CreatedAtUtc });
    }
}
