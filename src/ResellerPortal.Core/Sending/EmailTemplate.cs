using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using ResellerPortal.Core.Outbox;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Sending;

/// <summary>A reseller's own template for a kind of email, replacing the portal's default.</summary>
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

public static class SendingSets
{
    extension(DbContext db)
    {
        public DbSet<EmailTemplate> EmailTemplates => db.Set<EmailTemplate>();
    }
}
