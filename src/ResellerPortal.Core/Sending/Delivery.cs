using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using ResellerPortal.Core.Invoicing;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Sending;

public enum DeliveryState
{
    Pending,
    Sent,

    /// <summary>The mail server did not take it; it is tried again.</summary>
    Retrying,

    /// <summary>It was tried often enough.</summary>
    Failed,
}

/// <summary>One letter to a customer: what it says, and what became of it. Rows stay as the log of what was sent.</summary>
public sealed class Delivery : ICustomerOwned
{
    /// <summary>Names that are put in may be long.</summary>
    public const int MaxSubject = 400;

    public Guid Id { get; init; } = Guid.CreateVersion7();

    public required ResellerId ResellerId { get; init; }

    public required CustomerId CustomerId { get; init; }

    public required Guid InvoiceId { get; init; }

    /// <summary>The invoice, or a credit note against it: what goes with the letter.</summary>
    public required Guid DocumentId { get; init; }

    public required EmailKind Kind { get; init; }

    /// <summary>
    /// 1 for the letter that goes by itself, more for those that are sent again. Unique for a document and kind, so that no two nodes send
    /// one.
    /// </summary>
    public required int Round { get; init; }

    public required string To { get; init; }

    public required string Subject { get; init; }

    public required string Text { get; init; }

    public required DateTimeOffset QueuedAtUtc { get; init; }

    /// <summary>When it is tried next; null once it is sent or given up.</summary>
    public DateTimeOffset? NextAttemptAtUtc { get; set; }

    public int Attempts { get; set; }

    public DateTimeOffset? SentAtUtc { get; set; }

    /// <summary>What the mail server said last; null where it took it.</summary>
    public string? Error { get; set; }

    public DeliveryState State => SentAtUtc is not null ? DeliveryState.Sent
        : NextAttemptAtUtc is null ? DeliveryState.Failed
        : Attempts > 0 ? DeliveryState.Retrying
        : DeliveryState.Pending;
}

internal sealed class DeliveryConfiguration : IEntityTypeConfiguration<Delivery>
{
    public void Configure(EntityTypeBuilder<Delivery> builder)
    {
        builder.HasIndex(d => new { d.DocumentId, d.Kind, d.Round }).IsUnique();
        builder.HasIndex(d => d.NextAttemptAtUtc);
        builder.HasIndex(d => d.InvoiceId);
        builder.Property(d => d.Kind).HasConversion<string>().HasMaxLength(20);
        builder.Property(d => d.To).HasMaxLength(256);
        builder.Property(d => d.Subject).HasMaxLength(Delivery.MaxSubject);
        builder.Property(d => d.Error).HasMaxLength(500);
        builder.HasOne<Invoice>().WithMany().HasForeignKey(d => d.InvoiceId).OnDelete(DeleteBehavior.Restrict);
    }
}

public static class SendingSets
{
    extension(DbContext db)
    {
        public DbSet<Delivery> Deliveries => db.Set<Delivery>();

        public DbSet<EmailTemplate> EmailTemplates => db.Set<EmailTemplate>();
    }
}
