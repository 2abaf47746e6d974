using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Outbox;

/// <summary>What an email is about.</summary>
public enum EmailKind
{
    Invoice,
    CreditNote,

    /// <summary>The first reminder of an overdue payment.</summary>
    Reminder,

    /// <summary>Further reminders.</summary>
    SecondReminder,

    /// <summary>The last reminder.</summary>
    FinalNotice,

    Invitation,
    PasswordReset,

    /// <summary>Something about a user's account changed, as the text says.</summary>
    AccountChange,

    /// <summary>Something that a reseller should know, as the text says.</summary>
    Notice,
    UsageAlert,
}

public enum DeliveryState
{
    Pending,
    Sent,

    /// <summary>The mail server did not accept it; it is retried.</summary>
    Retrying,

    /// <summary>The mail server refused it for good, or all attempts failed.</summary>
    Failed,

    /// <summary>It was not sent because there was no reason any more: the invitation was revoked, say, or nobody has the address.</summary>
    Obsolete,
}

/// <summary>
/// An email that is to be sent, written in the transaction of its cause, and afterwards the record of its delivery. Emails with links that
/// give access are composed when they are sent, so the database holds no secret.
/// </summary>
[AllowedWrites(RowWrites.All, ByCustomers = RowWrites.Insert | RowWrites.Update)]
public sealed class OutboxEmail : IOwnedAtAnyLevel
{
    /// <summary>Generous, because inserted names may be long.</summary>
    public const int MaxSubject = 400;

    /// <summary>How long an email about an account is worth sending.</summary>
    public static readonly TimeSpan AccountLife = TimeSpan.FromHours(12);

    /// <summary>How long a notice or an alert is worth sending, so that setting up a mail server does not send a backlog.</summary>
    public static readonly TimeSpan NoticeLife = TimeSpan.FromDays(1);

    /// <summary>Also the message id, the same for every attempt, so that duplicates can be recognised.</summary>
    public Guid Id { get; init; } = Guid.CreateVersion7();

    /// <summary>Null for emails about an account, which belong to no tenant.</summary>
    public ResellerId? ResellerId { get; init; }

    public CustomerId? CustomerId { get; init; }

    /// <summary>The user it is about; null if unknown when it was queued.</summary>
    public Guid? UserId { get; init; }

    public required EmailKind Kind { get; init; }

    public Guid? InvitationId { get; init; }

    public Guid? InvoiceId { get; init; }

    /// <summary>The attached document: the invoice, or a credit note for it.</summary>
    public Guid? DocumentId { get; init; }

    /// <summary>
    /// 1 for the automatic email, higher for emails sent again. Unique per document and kind, so that two nodes cannot send the same email.
    /// </summary>
    public int Round { get; init; } = 1;

    /// <summary>Null until it is sent to whatever address the customer, or else the reseller, has then.</summary>
    public string? To { get; set; }

    public string Subject { get; set; } = "";

    public string Text { get; set; } = "";

    public required DateTimeOffset QueuedAtUtc { get; init; }

    /// <summary>When it is no longer worth sending; null if it always is.</summary>
    public DateTimeOffset? ExpiresAtUtc { get; set; }

    /// <summary>The next attempt, or the end of the lease of the node that is sending it; null once it was sent or given up.</summary>
    public DateTimeOffset? NextAttemptAtUtc { get; set; }

    public int Attempts { get; set; }

    public DateTimeOffset? SentAtUtc { get; set; }

    /// <summary>The mail server's last error; null if it accepted the email.</summary>
    public string? Error { get; set; }

    /// <summary>Whether somebody is waiting for it at the screen. Such emails go first.</summary>
    public bool IsUrgent { get; init; }

    public DeliveryState State =>
        SentAtUtc is not null ? DeliveryState.Sent
        : NextAttemptAtUtc is null ? Error is null ? DeliveryState.Obsolete : DeliveryState.Failed
        : Attempts > 0 ? DeliveryState.Retrying
        : DeliveryState.Pending;
}

internal sealed class OutboxEmailConfiguration : IEntityTypeConfiguration<OutboxEmail>
{
    public void Configure(EntityTypeBuilder<OutboxEmail> builder)
    {
        builder.HasIndex(e => new { e.DocumentId, e.Kind, e.Round }).IsUnique();
        builder.HasIndex(e => new { e.NextAttemptAtUtc, e.IsUrgent, e.ResellerId });
        builder.HasIndex(e => e.InvoiceId);
        builder.HasIndex(e => new { e.ResellerId, e.QueuedAtUtc });
        builder.Property(e => e.Kind).HasConversion<string>().HasMaxLength(20);
        builder.Property(e => e.To).HasMaxLength(256);
        builder.Property(e => e.Subject).HasMaxLength(OutboxEmail.MaxSubject);
        builder.Property(e => e.Error).HasMaxLength(500);
    }
}

public static class OutboxSets
{
    extension(DbContext db)
    {
        public DbSet<OutboxEmail> OutboxEmails => db.Set<OutboxEmail>();

        /// <summary>Emails a notice to a reseller, at the address it has when the notice is sent.</summary>
        public void Notify(ResellerId reseller, string subject, string text, DateTimeOffset atUtc) =>
            db.OutboxEmails.Add(new OutboxEmail
            {
                ResellerId = reseller,
                Kind = EmailKind.Notice,
                Subject = subject.Truncate(OutboxEmail.MaxSubject),
                Text = text,
                QueuedAtUtc = atUtc,
                ExpiresAtUtc = atUtc + OutboxEmail.NoticeLife,
                NextAttemptAtUtc = atUtc,
            });

        /// <summary>Emails a user that something about the account changed.</summary>
        public void NotifyUser(PortalUser user, string text, DateTimeOffset atUtc) =>
            db.OutboxEmails.Add(new OutboxEmail
            {
                UserId = user.Id,
                Kind = EmailKind.AccountChange,
                To = user.Email,
                Text = text,
                QueuedAtUtc = atUtc,
                ExpiresAtUtc = atUtc + OutboxEmail.AccountLife,
                NextAttemptAtUtc = atUtc,
                IsUrgent = true,
            });
    }
}
