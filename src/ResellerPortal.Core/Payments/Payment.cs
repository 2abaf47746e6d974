using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Auditing;
using ResellerPortal.Core.Invoicing;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Payments;

/// <summary>A customer's payment of one invoice, or a refund.</summary>
public sealed class Payment : ICustomerOwned, IAudited
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public required ResellerId ResellerId { get; init; }

    public required CustomerId CustomerId { get; init; }

    public required Guid InvoiceId { get; init; }

    /// <summary>Negative for a refund.</summary>
    public required long AmountMinorUnits { get; init; }

    public required Currency Currency { get; init; }

    public required DateOnly ReceivedOn { get; init; }

    public required string Reference { get; init; }

    public required DateTimeOffset RecordedAtUtc { get; init; }

    /// <summary>Chosen by the recording page, unique per reseller, so that a double click records once.</summary>
    public required Guid IdempotencyKey { get; init; }

    /// <summary>The checkout it came from; null for a transfer.</summary>
    public Guid? CheckoutId { get; init; }

    public Money Amount => new(AmountMinorUnits, Currency);
}

internal sealed class PaymentConfiguration : IEntityTypeConfiguration<Payment>
{
    public void Configure(EntityTypeBuilder<Payment> builder)
    {
        builder.Property(p => p.Reference).HasMaxLength(140);
        builder.HasIndex(p => new { p.ResellerId, p.IdempotencyKey }).IsUnique();
        builder.HasIndex(p => p.InvoiceId);
        builder.HasIndex(p => p.CheckoutId);
    }
}

public static class PaymentSets
{
    extension(DbContext db)
    {
        public DbSet<Payment> Payments => db.Set<Payment>();

        /// <summary>Adds a payment of an invoice that the caller has locked and validated.</summary>
        internal Payment AddPayment(
            Actor actor,
            Invoice invoice,
            Money amount,
            ReceivedPayment received,
            DateTimeOffset now,
            Guid? checkoutId = null)
        {
            var payment = new Payment
            {
                ResellerId = invoice.ResellerId,
                CustomerId = invoice.CustomerId,
                InvoiceId = invoice.Id,
                AmountMinorUnits = amount.MinorUnits,
                Currency = amount.Currency,
                ReceivedOn = received.ReceivedOn,
                Reference = received.Reference.Trim(),
                RecordedAtUtc = now,
                IdempotencyKey = received.IdempotencyKey,
                CheckoutId = checkoutId,
            };
            invoice.PaidMinorUnits += amount.MinorUnits;
            db.Set<Payment>().Add(payment);
            db.Audit(
                actor,
                now,
                Permission.PaymentsRecord,
                amount.MinorUnits < 0 ? $"refunded {-amount} of {invoice.Number}" : $"{amount} for {invoice.Number}",
                invoice.ResellerId,
                invoice.CustomerId);
            return payment;
        }
    }
}
