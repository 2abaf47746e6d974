using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using ResellerPortal.Core.Outbox;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Accounts;

/// <summary>An invitation to a membership, valid once and until it expires. <see cref="InvitationLinks"/> creates its links.</summary>
[AllowedWrites(RowWrites.All, ByCustomers = RowWrites.Insert | RowWrites.Update)]
public sealed class Invitation : IOwnedAtAnyLevel
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public ResellerId? ResellerId { get; init; }

    public CustomerId? CustomerId { get; init; }

    public required string Email { get; set; }

    public required Role Role { get; init; }

    public required string InvitedBy { get; init; }

    public required DateTimeOffset CreatedAtUtc { get; init; }

    public required DateTimeOffset ExpiresAtUtc { get; set; }

    /// <summary>Incremented when it is sent again; links of an earlier edition are invalid.</summary>
    public int Edition { get; set; }

    /// <summary>When it was accepted or revoked; null while it is open.</summary>
    public DateTimeOffset? ClosedAtUtc { get; set; }
}

internal sealed class InvitationConfiguration : IEntityTypeConfiguration<Invitation>
{
    public void Configure(EntityTypeBuilder<Invitation> builder)
    {
        builder.Property(i => i.Email).HasMaxLength(256);
        builder.Property(i => i.Role).HasConversion<string>().HasMaxLength(30);
        builder.Property(i => i.InvitedBy).HasMaxLength(256);
        builder.HasIndex(i => new { i.ResellerId, i.CustomerId });
    }
}

internal static class InvitationEmails
{
    extension(DbContext db)
    {
        /// <summary>Queues the email with an invitation's link.</summary>
        /// <param name="sentSince">
        /// An email that waits, or went out since then, is enough. Null if its link may be no longer valid: it may be going out just now.
        /// </param>
        public async Task QueueEmailAsync(
            Invitation invitation,
            DateTimeOffset now,
            DateTimeOffset? sentSince,
            CancellationToken cancellationToken)
        {
            var earlier = await db.OutboxEmails
                .Where(e => e.InvitationId == invitation.Id && (e.NextAttemptAtUtc != null || e.SentAtUtc > sentSince))
                .ToListAsync(cancellationToken);
            if (earlier.Count > 0 && sentSince is not null)
            {
                return;
            }

            foreach (var email in earlier)
            {
                email.NextAttemptAtUtc = null;
            }

            db.OutboxEmails.Add(new OutboxEmail
            {
                ResellerId = invitation.ResellerId,
                CustomerId = invitation.CustomerId,
                Kind = EmailKind.Invitation,
                InvitationId = invitation.Id,
                To = invitation.Email,
                QueuedAtUtc = now,
                ExpiresAtUtc = invitation.ExpiresAtUtc,
                NextAttemptAtUtc = now,
                IsUrgent = true,
            });
        }
    }
}
