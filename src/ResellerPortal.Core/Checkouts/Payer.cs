using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Checkouts;

/// <summary>A reseller or a customer as a merchant's payment provider knows it, with the payment method that it keeps there.</summary>
public sealed class Payer : IOwnedAtAnyLevel
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public required ResellerId? ResellerId { get; init; }

    /// <summary>Null for the reseller itself.</summary>
    public required CustomerId? CustomerId { get; init; }

    public required Merchant Merchant { get; init; }

    /// <summary>Null before the provider told.</summary>
    public string? ProviderId { get; set; }

    /// <summary>Null where it keeps none.</summary>
    public string? MethodId { get; set; }

    /// <summary>What people call it: "Visa ending in 4242".</summary>
    public string? MethodName { get; set; }

    /// <summary>Whether it agreed that the method is charged without anybody there.</summary>
    public bool IsAgreed { get; set; }

    /// <summary>When it agreed, or took that back; null before either.</summary>
    public DateTimeOffset? DecidedAtUtc { get; set; }

    /// <summary>
    /// Keeps a method that its owner agreed to at an instant. What was agreed to or taken back later stands, however often one hears of it.
    /// </summary>
    public void Keep(ProviderMethod method, DateTimeOffset agreedAtUtc)
    {
        if (DecidedAtUtc is not { } decided || decided < agreedAtUtc)
        {
            (MethodId, MethodName, IsAgreed, DecidedAtUtc) = (method.Id, method.Name, true, agreedAtUtc);
        }
    }

    public bool MayBeCharged => ProviderId is not null && MethodId is not null && IsAgreed;
}

internal sealed class PayerConfiguration : IEntityTypeConfiguration<Payer>
{
    public void Configure(EntityTypeBuilder<Payer> builder)
    {
        builder.Property(p => p.Merchant).HasConversion(m => m.Key, key => new Merchant(key)).HasMaxLength(Merchant.MaxLength);
        builder.Property(p => p.ProviderId).HasMaxLength(Checkout.MaxProviderId);
        builder.Property(p => p.MethodId).HasMaxLength(Checkout.MaxProviderId);
        builder.Property(p => p.MethodName).HasMaxLength(100);
        builder.HasIndex(p => new { p.ResellerId, p.CustomerId, p.Merchant });
        builder.HasIndex(p => new { p.Merchant, p.ProviderId });
    }
}
