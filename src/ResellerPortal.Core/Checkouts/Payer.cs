using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Checkouts;

/// <summary>A reseller or customer at a merchant's payment provider, with its saved payment method.</summary>
[AllowedWrites(RowWrites.All, ByCustomers = RowWrites.Insert | RowWrites.Update)]
public sealed class Payer : IOwnedAtAnyLevel
{
    internal const int MaxMethodName = 100;

    public Guid Id { get; init; } = Guid.CreateVersion7();

    public required ResellerId? ResellerId { get; init; }

    /// <summary>Null for the reseller itself.</summary>
    public required CustomerId? CustomerId { get; init; }

    public required Merchant Merchant { get; init; }

    /// <summary>Null until the provider returns it.</summary>
    public string? ProviderId { get; set; }

    /// <summary>Null if no method is saved.</summary>
    public string? MethodId { get; set; }

    /// <summary>Display name: "Visa ending in 4242".</summary>
    public string? MethodName { get; set; }

    /// <summary>Whether the payer agreed to off-session charges of the method.</summary>
    public bool IsAgreed { get; set; }

    /// <summary>When the payer agreed or revoked the agreement; null before either.</summary>
    public DateTimeOffset? DecidedAtUtc { get; set; }

    /// <summary>
    /// Saves a method that its owner agreed to at an instant. A later agreement or revocation takes precedence over repeated events.
    /// </summary>
    public void Keep(ProviderMethod method, DateTimeOffset agreedAtUtc)
    {
        if (DecidedAtUtc is not { } decided || decided < agreedAtUtc)
        {
            (MethodId, MethodName, IsAgreed, DecidedAtUtc) = (method.Id, method.Name.Truncate(MaxMethodName), true, agreedAtUtc);
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
        builder.Property(p => p.MethodName).HasMaxLength(Payer.MaxMethodName);
        builder.HasIndex(p => new { p.ResellerId, p.CustomerId, p.Merchant });
        builder.HasIndex(p => new { p.Merchant, p.ProviderId });
    }
}
