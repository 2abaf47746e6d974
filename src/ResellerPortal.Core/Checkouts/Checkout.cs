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
    /// <summary>A page of the provider where somebody pays.</summary>
    Hosted,

    /// <summary>The same for a plan that renews: what is paid begins a subscription.</summary>
    Subscription,

    /// <summary>A charge of a saved payment method; nobody is there.</summary>
    Saved,
}

public enum CheckoutState
{
    Open,

    /// <summary>The payer has done its part, and the money takes days (direct debits).</summary>
    Processing,
    Paid,
    Failed,
    Expired,

    /// <summary>What was paid is not what was asked. Nothing was granted; somebody has to look.</summary>
    Refused,
}

/// <summary>One attempt to pay one order or invoice through a payment provider.</summary>
public sealed class Checkout : IOwnedAtAnyLevel
{
    public const int MaxProviderId = 255;

    public Guid Id { get; init; } = Guid.CreateVersion7();

    public required ResellerId? ResellerId { get; init; }

    /// <summary>Null where the reseller pays.</summary>
    public required CustomerId? CustomerId { get; init; }

    public required Merchant Merchant { get; init; }

    public required CheckoutPurpose Purpose { get; init; }

    /// <summary>The order or the invoice.</summary>
    public required Guid SubjectId { get; init; }

    public required CheckoutKind Kind { get; init; }

    /// <summary>What was asked for, without tax that the provider adds.</summary>
    public required long AmountMinorUnits { get; init; }

    public required Currency Currency { get; init; }

    /// <summary>What of it the operator keeps.</summary>
    public required long FeeMinorUnits { get; init; }

    /// <summary>Whether the payer agreed that the method is kept for later payments.</summary>
    public required bool SavesMethod { get; init; }

    public CheckoutState State { get; set; }

    /// <summary>The provider's id of the page; null before it told, and where there is none.</summary>
    public string? SessionId { get; set; }

    public string? Url { get; set; }

    public DateTimeOffset? ExpiresAtUtc { get; set; }

    /// <summary>The provider's id of the payment; null before there is one.</summary>
    public string? PaymentId { get; set; }

    public required DateTimeOffset CreatedAtUtc { get; init; }

    /// <summary>Since when its money is on the way; nobody is reminded of its invoice meanwhile.</summary>
    public DateTimeOffset? ProcessingSinceUtc { get; set; }

    public DateTimeOffset? PaidAtUtc { get; set; }

    /// <summary>What of the payment the invoice did not need.</summary>
    public long ToBalanceMinorUnits { get; set; }

    /// <summary>Why it failed or was refused, in words for people; null where it did not.</summary>
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
