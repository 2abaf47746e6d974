using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using ResellerPortal.Core.Checkouts;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.PaymentEvents;

public enum WebhookEventState
{
    /// <summary>Stored and waiting to be handled or retried.</summary>
    Pending,
    Processed,

    /// <summary>Not a relevant kind, or not about one of our objects.</summary>
    Ignored,

    /// <summary>Failed after many attempts; manual review is required.</summary>
    Failed,
}

/// <summary>An event as sent by a payment provider. Stored once, before any processing.</summary>
public sealed class WebhookEvent : IOwnedAtAnyLevel
{
    public const int MaxPayload = 500_000;

    public Guid Id { get; init; } = Guid.CreateVersion7();

    /// <summary>Null for the operator's own account.</summary>
    public required ResellerId? ResellerId { get; init; }

    public CustomerId? CustomerId => null;

    public required Merchant Merchant { get; init; }

    /// <summary>The provider's id of the event.</summary>
    public required string EventId { get; init; }

    /// <summary>"checkout.session.completed".</summary>
    public required string Kind { get; init; }

    /// <summary>The provider's id of the object it is about.</summary>
    public required string ObjectId { get; init; }

    public required string Payload { get; init; }

    /// <summary>When the provider created it.</summary>
    public required DateTimeOffset CreatedAtUtc { get; init; }

    public required DateTimeOffset ReceivedAtUtc { get; init; }

    public WebhookEventState State { get; set; }

    public int Attempts { get; set; }

    /// <summary>Null if it will not be retried.</summary>
    public DateTimeOffset? NextAttemptAtUtc { get; set; }

    public DateTimeOffset? ProcessedAtUtc { get; set; }

    /// <summary>The result or the reason for failure, as text.</summary>
    public string? Note { get; set; }
}

internal sealed class WebhookEventConfiguration : IEntityTypeConfiguration<WebhookEvent>
{
    public void Configure(EntityTypeBuilder<WebhookEvent> builder)
    {
        builder.Ignore(e => e.CustomerId);
        builder.Property(e => e.Merchant).HasConversion(m => m.Key, key => new Merchant(key)).HasMaxLength(Merchant.MaxLength);
        builder.Property(e => e.EventId).HasMaxLength(Checkout.MaxProviderId);
        builder.Property(e => e.Kind).HasMaxLength(100);
        builder.Property(e => e.ObjectId).HasMaxLength(Checkout.MaxProviderId);
        builder.Property(e => e.State).HasConversion<string>().HasMaxLength(10);
        builder.Property(e => e.Note).HasMaxLength(500);
        builder.HasIndex(e => new { e.Merchant, e.EventId }).IsUnique();
        builder.HasIndex(e => e.NextAttemptAtUtc);
        builder.HasIndex(e => e.ReceivedAtUtc);
    }
}

public enum DifferenceKind
{
    /// <summary>The provider has a payment, refund or dispute that the portal lacks.</summary>
    MissingInPortal,

    /// <summary>The portal records a payment that is not paid at the provider.</summary>
    MissingAtProvider,

    /// <summary>A refused payment that must be refunded.</summary>
    Refused,
}

/// <summary>A difference found by the nightly comparison with a payment provider.</summary>
public sealed class PaymentDifference : IOwnedAtAnyLevel
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public required ResellerId? ResellerId { get; init; }

    public CustomerId? CustomerId => null;

    public required Merchant Merchant { get; init; }

    public required DifferenceKind Kind { get; init; }

    /// <summary>The provider's id of the payment or invoice.</summary>
    public required string ObjectId { get; init; }

    /// <summary>Null if the provider's object refers to none.</summary>
    public required Guid? CheckoutId { get; init; }

    public required string Text { get; init; }

    public required DateTimeOffset FoundAtUtc { get; init; }
}

internal sealed class PaymentDifferenceConfiguration : IEntityTypeConfiguration<PaymentDifference>
{
    public void Configure(EntityTypeBuilder<PaymentDifference> builder)
    {
        builder.Ignore(d => d.CustomerId);
        builder.Property(d => d.Merchant).HasConversion(m => m.Key, key => new Merchant(key)).HasMaxLength(Merchant.MaxLength);
        builder.Property(d => d.Kind).HasConversion<string>().HasMaxLength(20);
        builder.Property(d => d.ObjectId).HasMaxLength(Checkout.MaxProviderId);
        builder.Property(d => d.Text).HasMaxLength(500);
        builder.HasIndex(d => new { d.Merchant, d.ObjectId }).IsUnique();
    }
}

/// <summary>When the portal was last compared with the payment providers, so that one node does it once per night.</summary>
public sealed class PaymentComparison
{
    public required DateOnly Night { get; init; }

    public required DateTimeOffset StartedAtUtc { get; set; }

    public DateTimeOffset? EndedAtUtc { get; set; }

    public int Compared { get; set; }

    /// <summary>Why an account could not be read; null if all were.</summary>
    public string? Error { get; set; }
}

internal sealed class PaymentComparisonConfiguration : IEntityTypeConfiguration<PaymentComparison>
{
    public void Configure(EntityTypeBuilder<PaymentComparison> builder)
    {
        builder.HasKey(c => c.Night);
        builder.Property(c => c.Error).HasMaxLength(500);
    }
}

public static class PaymentEventSets
{
    extension(DbContext db)
    {
        public DbSet<WebhookEvent> WebhookEvents => db.Set<WebhookEvent>();

        public DbSet<PaymentDifference> PaymentDifferences => db.Set<PaymentDifference>();

        public DbSet<PaymentComparison> PaymentComparisons => db.Set<PaymentComparison>();
    }
}
