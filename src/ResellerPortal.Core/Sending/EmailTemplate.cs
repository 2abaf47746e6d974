using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Sending;

/// <summary>What a mail to a customer is about.</summary>
public enum EmailKind
{
    Invoice,
    CreditNote,

    /// <summary>The first that asks for an overdue payment.</summary>
    Reminder,

    /// <summary>Those after it.</summary>
    SecondReminder,

    /// <summary>The last before nothing more is written.</summary>
    FinalNotice,
}

/// <summary>A reseller's own words for a kind of letter, in the place of those that come with the portal.</summary>
public sealed class EmailTemplate : IResellerOwned, IAudited
{
    public required ResellerId ResellerId { get; init; }

    public required EmailKind Kind { get; init; }

    /// <summary>ISO 639-1.</summary>
    public required string Language { get; init; }

    public required string Subject { get; set; }

    public required string Text { get; set; }
}

internal sealed class EmailTemplateConfiguration : IEntityTypeConfiguration<EmailTemplate>
{
    public void Configure(EntityTypeBuilder<EmailTemplate> builder)
    {
        builder.HasKey(t => new { t.ResellerId, t.Kind, t.Language });
        builder.Property(t => t.Kind).HasConversion<string>().HasMaxLength(20);
        builder.Property(t => t.Language).HasMaxLength(2);
        builder.Property(t => t.Subject).HasMaxLength(EmailTemplateText.MaxSubject);
        builder.Property(t => t.Text).HasMaxLength(EmailTemplateText.MaxText);
    }
}
