using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Checkouts;

/// <summary>Where a reseller receives its customers' online payments.</summary>
[UniqueAcrossResellers]
public sealed class PaymentAccount : IResellerOwned, IAudited
{
    internal const string KeyPurpose = "ResellerPortal.Reseller.PaymentKeys.v1";

    public required ResellerId ResellerId { get; init; }

    /// <summary>The provider's id of an account connected to the operator's; null if there is none.</summary>
    public string? ConnectedId { get; set; }

    /// <summary>The reseller's own secret key, encrypted; null if there is none. Takes precedence over a connected account.</summary>
    [ProtectedFor(KeyPurpose)]
    public string? ProtectedSecretKey { get; set; }

    /// <summary>Signing secret for that account's events, encrypted.</summary>
    [ProtectedFor(KeyPurpose)]
    public string? ProtectedWebhookSecret { get; set; }

    /// <summary>Whether the provider allows it to accept payments.</summary>
    public bool TakesPayments { get; set; }

    /// <summary>What the provider still requires, in its own words; empty if nothing.</summary>
    public string Missing { get; set; } = "";

    public DateTimeOffset ReadAtUtc { get; set; }

    /// <summary>Null if there are neither keys nor a connected account.</summary>
    public Merchant? Merchant =>
        ProtectedSecretKey is not null
            ? Checkouts.Merchant.ForReseller(ResellerId)
            : ConnectedId is { } id
            ? Checkouts.Merchant.ForConnectedAccount(id)
            : null;
}

internal sealed class PaymentAccountConfiguration : IEntityTypeConfiguration<PaymentAccount>
{
    public void Configure(EntityTypeBuilder<PaymentAccount> builder)
    {
        builder.HasKey(a => a.ResellerId);
        builder.Property(a => a.ConnectedId).HasMaxLength(Checkouts.Merchant.MaxLength);
        builder.Property(a => a.ProtectedSecretKey).HasMaxLength(2000);
        builder.Property(a => a.ProtectedWebhookSecret).HasMaxLength(2000);
        builder.Property(a => a.Missing).HasMaxLength(500);
        builder.HasIndex(a => a.ConnectedId).IsUnique();
        builder.Ignore(a => a.Merchant);
    }
}

public static class CheckoutSets
{
    extension(DbContext db)
    {
        public DbSet<Checkout> Checkouts => db.Set<Checkout>();

        public DbSet<PaymentReversal> PaymentReversals => db.Set<PaymentReversal>();

        public DbSet<Payer> Payers => db.Set<Payer>();

        public DbSet<PaymentAccount> PaymentAccounts => db.Set<PaymentAccount>();
    }
}
