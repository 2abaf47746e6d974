using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Notices;

/// <summary>A notice emailed to a reseller. Written in the transaction of the event it reports.</summary>
public sealed class Notice : IResellerOwned
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public required ResellerId ResellerId { get; init; }

    public required string Subject { get; init; }

    public required string Text { get; init; }

    public required DateTimeOffset AtUtc { get; init; }

    /// <summary>Set by the node that sends it; null while it is queued.</summary>
    public DateTimeOffset? MailedAtUtc { get; set; }
}

internal sealed class NoticeConfiguration : IEntityTypeConfiguration<Notice>
{
    public void Configure(EntityTypeBuilder<Notice> builder)
    {
        builder.Property(n => n.Subject).HasMaxLength(200);
        builder.Property(n => n.Text).HasMaxLength(2000);
        builder.HasIndex(n => n.MailedAtUtc);
    }
}

public static class NoticeSets
{
    extension(DbContext db)
    {
        public DbSet<Notice> Notices => db.Set<Notice>();

        public void Notify(ResellerId reseller, string subject, string text, DateTimeOffset atUtc) =>
            db.Notices.Add(new Notice { ResellerId = reseller, Subject = subject, Text = text, AtUtc = atUtc });
    }
}
