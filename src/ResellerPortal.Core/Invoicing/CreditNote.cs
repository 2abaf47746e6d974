using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Invoicing;

/// <summary>
/// Takes back a finalised invoice, whole or line by line. Never changed. The ledger entries stay on their invoice: what
/// shall be charged otherwise is corrected in the ledger, or put onto a later invoice.
/// </summary>
public sealed class CreditNote : ICustomerOwned
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public required ResellerId ResellerId { get; init; }

    public required CustomerId CustomerId { get; init; }

    public required Guid InvoiceId { get; init; }

    public required string Number { get; init; }

    /// <summary>A day in the reseller's time zone.</summary>
    public required DateOnly IssuedOn { get; init; }

    public required DateTimeOffset IssuedAtUtc { get; init; }

    public required Currency Currency { get; init; }

    /// <summary>What is taken back, not negative where the invoice's lines are not.</summary>
    public required long NetMinorUnits { get; init; }

    public required long TaxMinorUnits { get; init; }

    public required string Reason { get; init; }

    /// <summary>JSON of <see cref="InvoiceSnapshot"/>.</summary>
    public required string Snapshot { get; init; }

    public List<CreditedLine> Lines { get; init; } = [];

    public Money Total => new(NetMinorUnits + TaxMinorUnits, Currency);
}

/// <summary>A line of an invoice that was taken back; the database lets it be so once.</summary>
public sealed class CreditedLine : ICustomerOwned
{
    public required Guid InvoiceId { get; init; }

    /// <summary>The <see cref="InvoiceLine.Position"/>.</summary>
    public required int Position { get; init; }

    public required Guid CreditNoteId { get; init; }

    public required ResellerId ResellerId { get; init; }

    public required CustomerId CustomerId { get; init; }
}

internal sealed class CreditNoteConfiguration : IEntityTypeConfiguration<CreditNote>
{
    public void Configure(EntityTypeBuilder<CreditNote> builder)
    {
        builder.Property(n => n.Number).HasMaxLength(60);
        builder.Property(n => n.Reason).HasMaxLength(200);
        builder.HasIndex(n => new { n.ResellerId, n.Number }).IsUnique();
        builder.HasIndex(n => n.InvoiceId);
        builder.HasOne<Invoice>().WithMany().HasForeignKey(n => n.InvoiceId).OnDelete(DeleteBehavior.Restrict);
        builder.HasMany(n => n.Lines).WithOne().HasForeignKey(l => l.CreditNoteId).OnDelete(DeleteBehavior.Restrict);
    }
}

internal sealed class CreditedLineConfiguration : IEntityTypeConfiguration<CreditedLine>
{
    public void Configure(EntityTypeBuilder<CreditedLine> builder) => builder.HasKey(l => new { l.InvoiceId, l.Position });
}
