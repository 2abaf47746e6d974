using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Invoicing;

/// <summary>
/// What an invoice's usage cost the reseller, beside the invoice. The row is the reseller's alone: in a customer's scope there is none.
/// </summary>
public sealed class InvoiceFigures : IResellerOwned
{
    public required Guid InvoiceId { get; init; }

    public required ResellerId ResellerId { get; init; }

    public required Currency Currency { get; init; }

    /// <summary>Conversions billed.</summary>
    public required long Quantity { get; init; }

    /// <summary>Those of them that belong to earlier months.</summary>
    public required long LateQuantity { get; init; }

    public required long CostMicros { get; init; }

    public Money Cost => Money.Round(new ExactAmount(CostMicros, Currency));
}

internal sealed class InvoiceFiguresConfiguration : IEntityTypeConfiguration<InvoiceFigures>
{
    public void Configure(EntityTypeBuilder<InvoiceFigures> builder)
    {
        builder.HasKey(f => f.InvoiceId);
        builder.HasOne<Invoice>().WithOne().HasForeignKey<InvoiceFigures>(f => f.InvoiceId).OnDelete(DeleteBehavior.Cascade);
    }
}
