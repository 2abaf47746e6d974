using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Accounts;

/// <summary>An invitation to a membership, valid once and until it expires. <see cref="InvitationLinks"/> creates its links.</summary>
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

/// <summary>The purpose of an account email.</summary>
public enum AccountEmailKind
{
    Invitation,
    ConfirmEmail,
    ResetPassword,

    /// <summary>Something about the account changed, as described by the text.</summary>
    Notice,
}

/// <summary>
/// A queued account email. It holds no link: the link is created when the email is sent, so the database holds no secret. A password reset
/// is requested by address alone, so the same row is written for an unknown address.
/// </summary>
public sealed class AccountEmail
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public required AccountEmailKind Kind { get; init; }

    public required string Email { get; init; }

    public Guid? InvitationId { get; init; }

    /// <summary>For a notice, what happened.</summary>
    public string? Text { get; init; }

    public required DateTimeOffset AtUtc { get; init; }

    /// <summary>Set by the node that sends it; null while it is queued.</summary>
    public DateTimeOffset? MailedAtUtc { get; set; }
}

internal sealed class AccountEmailConfiguration : IEntityTypeConfiguration<AccountEmail>
{
    public void Configure(EntityTypeBuilder<AccountEmail> builder)
    {
        builder.Property(l => l.Kind).HasConversion<string>().HasMaxLength(20);
        builder.Property(l => l.Email).HasMaxLength(256);
        builder.Property(l => l.Text).HasMaxLength(1000);
        builder.HasIndex(l => l.MailedAtUtc);
    }
}
