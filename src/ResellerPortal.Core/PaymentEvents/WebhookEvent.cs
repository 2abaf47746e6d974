using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using ResellerPortal.Core.Checkouts;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.PaymentEvents;

public enum WebhookEventState
{
    /// <summary>Stored, and to be handled, for the first time or again.</summary>
    Pending,
    Processed,

    /// <summary>Of a kind that means nothing here, or of something that is not ours.</summary>
    Ignored,

    /// <summary>Given up after many attempts; somebody has to look.</summary>
    Failed,
}

/// <summary>An event as a payment provider sent it. It is stored before anything else is done with it, once.</summary>
public sealed class WebhookEvent : IOwnedAtAnyLevel
{
    public const int MaxPayload = 500_000;

    public Guid Id { get; init; } = Guid.CreateVersion7();

    /// <summary>Null for the operator's own account.</summary>
    public required ResellerId? ResellerId { get; init; }

    public CustomerId? CustomerId => null;

    public required Merchant Merchant { get; init; }

    /// <summary>The provider's id of it.</summary>
    public required string EventId { get; init; }

    /// <summary>"checkout.session.completed".</summary>
    public required string Kind { get; init; }

    /// <summary>The provider's id of what it is about.</summary>
    public required string ObjectId { get; init; }

    public required string Payload { get; init; }

    /// <summary>When the provider made it.</summary>
    public required DateTimeOffset CreatedAtUtc { get; init; }

    public required DateTimeOffset ReceivedAtUtc { get; init; }

    public WebhookEventState State { get; set; }

    public int Attempts { get; set; }

    /// <summary>Null where it is not to be handled.</summary>
    public DateTimeOffset? NextAttemptAtUtc { get; set; }

    public DateTimeOffset? ProcessedAtUtc { get; set; }

    /// <summary>What came of it, or why nothing did, in words.</summary>
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
    /// <summary>The provider has a payment, a refund or a dispute that the books lack.</summary>
    MissingHere,

    /// <summary>The books have a payment that the provider does not know as paid.</summary>
    MissingThere,

    /// <summary>Money came that was refused, and is to go back.</summary>
    Refused,
}

/// <summary>Something that the nightly comparison with a payment provider found.</summary>
public sealed class PaymentDifference : IOwnedAtAnyLevel
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public required ResellerId? ResellerId { get; init; }

    public CustomerId? CustomerId => null;

    public required Merchant Merchant { get; init; }

    public required DifferenceKind Kind { get; init; }

    /// <summary>The provider's id of the payment or the invoice.</summary>
    public required string ObjectId { get; init; }

    /// <summary>Null where the provider's object names none.</summary>
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

/// <summary>When the books were last compared with a payment provider's, so that one node does it once a night.</summary>
public sealed class PaymentComparison
{
    public required DateOnly Night { get; init; }

    public required DateTimeOffset StartedAtUtc { get; set; }

    public DateTimeOffset? EndedAtUtc { get; set; }

    public int Compared { get; set; }

    /// <summary>Why an account could not be read; null where all could.</summary>
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
