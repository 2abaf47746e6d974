using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using ResellerPortal.Core.Invoicing;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Sending;

public enum DeliveryState
{
    Pending,
    Sent,

    /// <summary>The mail server did not accept it; it is retried.</summary>
    Retrying,

    /// <summary>All attempts failed.</summary>
    Failed,
}

/// <summary>An email to a customer with its delivery state. Rows are kept as the log of sent emails.</summary>
public sealed class Delivery : ICustomerOwned
{
    /// <summary>Generous, because inserted names may be long.</summary>
    public const int MaxSubject = 400;

    public Guid Id { get; init; } = Guid.CreateVersion7();

    public required ResellerId ResellerId { get; init; }

    public required CustomerId CustomerId { get; init; }

    public required Guid InvoiceId { get; init; }

    /// <summary>The attached document: the invoice, or a credit note for it.</summary>
    public required Guid DocumentId { get; init; }

    public required EmailKind Kind { get; init; }

    /// <summary>
    /// 1 for the automatic email, higher for emails sent again. Unique per document and kind, so that two nodes cannot send the same email.
    /// </summary>
    public required int Round { get; init; }

    public required string To { get; init; }

    public required string Subject { get; init; }

    public required string Text { get; init; }

    public required DateTimeOffset QueuedAtUtc { get; init; }

    /// <summary>The next attempt; null once it was sent or has failed.</summary>
    public DateTimeOffset? NextAttemptAtUtc { get; set; }

    public int Attempts { get; set; }

    public DateTimeOffset? SentAtUtc { get; set; }

    /// <summary>The mail server's last error; null if it accepted the email.</summary>
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
