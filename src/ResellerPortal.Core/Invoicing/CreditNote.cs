using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Invoicing;

/// <summary>
/// Credits a finalised invoice, in full or line by line. Immutable. The ledger entries stay on their invoice: to charge them differently,
/// correct them in the ledger or on a later invoice.
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

    /// <summary>The credited amount; not negative unless the invoice's lines are.</summary>
    public required long NetMinorUnits { get; init; }

    public required long TaxMinorUnits { get; init; }

    public required string Reason { get; init; }

    /// <summary>JSON of <see cref="InvoiceSnapshot"/>.</summary>
    public required string Snapshot { get; init; }

    public List<CreditedLine> Lines { get; init; } = [];

    public Money Total => new(NetMinorUnits + TaxMinorUnits, Currency);
}

/// <summary>A credited line of an invoice. The database allows only one per line.</summary>
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
