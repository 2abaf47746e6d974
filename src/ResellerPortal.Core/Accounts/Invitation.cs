using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Accounts;

/// <summary>
/// A seat that waits for the person who may take it, once and until a time. Its links are in <see cref="InvitationLinks"/>.
/// </summary>
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

    /// <summary>Counts up when it is sent again; links of an earlier edition are dead.</summary>
    public int Edition { get; set; }

    /// <summary>When it was taken, or taken back; null while it is open.</summary>
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

/// <summary>What a letter about an account is for.</summary>
public enum AccountEmailKind
{
    Invitation,
    ConfirmEmail,
    ResetPassword,

    /// <summary>Something about the account changed; the text says what.</summary>
    Notice,
}

/// <summary>
/// A letter about an account that waits to be mailed. It holds no link: the link is made as the letter goes out, so no
/// secret lies in the database. A reset is asked for by address alone, so the same is written for an address nobody has.
/// </summary>
public sealed class AccountEmail
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public required AccountEmailKind Kind { get; init; }

    public required string Email { get; init; }

    public Guid? InvitationId { get; init; }

    /// <summary>Of a notice: what happened.</summary>
    public string? Text { get; init; }

    public required DateTimeOffset AtUtc { get; init; }

    /// <summary>Set by the one node that takes it; null while it waits.</summary>
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
