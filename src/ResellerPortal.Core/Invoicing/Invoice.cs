using System.Linq.Expressions;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Time;

namespace ResellerPortal.Core.Invoicing;

public enum InvoiceState
{
    Draft,
    Open,
    PartlyPaid,
    Paid,
    Overdue,

    /// <summary>Fully credited by credit notes.</summary>
    Credited,

    /// <summary>The amount due was written off.</summary>
    Uncollectible,

    /// <summary>Issued by mistake: credited in full, and its usage is billed again.</summary>
    Void,
}

/// <summary>
/// A customer's invoice for one billing period. It claims a range of ledger entries; once finalised it has a number and a snapshot and
/// changes only by payments, credits and write-offs.
/// </summary>
public sealed class Invoice : ICustomerOwned, IAudited
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public required ResellerId ResellerId { get; init; }

    public required CustomerId CustomerId { get; init; }

    /// <summary>First day of the billing period.</summary>
    public required DateOnly PeriodStart { get; init; }

    public required Currency Currency { get; init; }

    /// <summary>Billionths of a unit of its currency for one unit of the reseller's; fixed when the draft is created.</summary>
    public required long RateNanos { get; init; }

    /// <summary>ISO 639-1 code of the language of its lines and document.</summary>
    public required string Language { get; init; }

    public required long FirstSequence { get; init; }

    public required long LastSequence { get; init; }

    public required long NetMinorUnits { get; init; }

    public required long TaxMinorUnits { get; init; }

    /// <summary>Why no tax is charged; null if tax is charged.</summary>
    public string? TaxReason { get; init; }

    /// <summary>The tax reason as a code of the CEF VATEX list.</summary>
    public string? TaxReasonCode { get; init; }

    /// <summary>Maintained by payments.</summary>
    public long PaidMinorUnits { get; set; }

    /// <summary>Maintained by credit notes.</summary>
    public long CreditedMinorUnits { get; set; }

    /// <summary>Late payment fees. They are not taxed, because they are not consideration for a supply.</summary>
    public long LateFeeMinorUnits { get; set; }

    /// <summary>The amount written off.</summary>
    public long WrittenOffMinorUnits { get; set; }

    /// <summary>When it was written off; null if nothing was.</summary>
    public DateTimeOffset? WrittenOffAtUtc { get; set; }

    /// <summary>When it was voided; null if it was not. A void invoice claims no usage and frees its month for another invoice.</summary>
    public DateTimeOffset? VoidedAtUtc { get; set; }

    /// <summary>Since when reminders are paused; null if they are sent.</summary>
    public DateTimeOffset? RemindersHeldAtUtc { get; set; }

    public required DateTimeOffset DraftedAtUtc { get; init; }

    public DateTimeOffset? FinalisedAtUtc { get; private set; }

    public DateOnly? DueOn { get; private set; }

    public string? Number { get; private set; }

    /// <summary>Secret of the pay link, which lets its holder pay; null on invoices older than this feature.</summary>
    public Guid? PayKey { get; init; }

    /// <summary>JSON of <see cref="InvoiceSnapshot"/>; null on a draft.</summary>
    public string? Snapshot { get; private set; }

    public List<InvoiceLine> Lines { get; init; } = [];

    /// <summary><see cref="Due"/> is positive, as a database predicate.</summary>
    public static Expression<Func<Invoice, bool>> HasDue { get; } =
        i => i.FinalisedAtUtc != null
            && i.PaidMinorUnits + i.CreditedMinorUnits + i.WrittenOffMinorUnits < i.NetMinorUnits + i.TaxMinorUnits + i.LateFeeMinorUnits;

    /// <summary>Finalised and not void, so it bills its month and its entries; as a database predicate.</summary>
    public static Expression<Func<Invoice, bool>> Stands { get; } = i => i.FinalisedAtUtc != null && i.VoidedAtUtc == null;

    /// <summary><see cref="Due"/> is not zero, as a database predicate.</summary>
    public static Expression<Func<Invoice, bool>> IsUnsettled { get; } =
        i => i.FinalisedAtUtc != null
            && i.PaidMinorUnits + i.CreditedMinorUnits + i.WrittenOffMinorUnits != i.NetMinorUnits + i.TaxMinorUnits + i.LateFeeMinorUnits;

    /// <summary>Path of the portal page for paying it; null if there is none.</summary>
    public string? PayPath => PayKey is { } key ? $"/pay/{key:N}" : null;

    public BillingPeriod Period => BillingPeriod.Containing(PeriodStart);

    public Money Net => new(NetMinorUnits, Currency);

    public Money Tax => new(TaxMinorUnits, Currency);

    public Money Total => Net + Tax;

    public Money LateFee => new(LateFeeMinorUnits, Currency);

    /// <summary>Negative if more was paid than remains after credit notes.</summary>
    public Money Due => Total + LateFee - new Money(PaidMinorUnits + CreditedMinorUnits + WrittenOffMinorUnits, Currency);

    public bool IsFinalised => FinalisedAtUtc is not null;

    /// <param name="today">Today in the reseller's time zone.</param>
    public InvoiceState GetState(DateOnly today) =>
        !IsFinalised ? InvoiceState.Draft
        : VoidedAtUtc is not null ? InvoiceState.Void
        : Due.MinorUnits <= 0
        ? WrittenOffMinorUnits > 0
            ? InvoiceState.Uncollectible
            : CreditedMinorUnits > 0 && PaidMinorUnits <= 0
            ? InvoiceState.Credited
            : InvoiceState.Paid
        : DueOn < today ? InvoiceState.Overdue
        : PaidMinorUnits > 0 ? InvoiceState.PartlyPaid
        : InvoiceState.Open;

    /// <summary>The rate at which it is converted into the reseller's currency.</summary>
    public ExchangeRate GetRate(Currency ofReseller) => new(RateNanos, ofReseller, Currency);

    internal void Finalise(InvoiceSnapshot snapshot, DateTimeOffset atUtc)
    {
        if (IsFinalised)
        {
            throw new InvalidOperationException($"Invoice {Number} is already finalised.");
        }

        Number = snapshot.Number;
        DueOn = snapshot.DueOn;
        Snapshot = snapshot.ToJson();
        FinalisedAtUtc = atUtc;
    }
}

/// <summary>A rated line. Quantities are conversions.</summary>
public sealed class InvoiceLine : ICustomerOwned
{
    public required Guid InvoiceId { get; init; }

    public required int Position { get; init; }

    public required ResellerId ResellerId { get; init; }

    public required CustomerId CustomerId { get; init; }

    public required string Description { get; init; }

    public required long Quantity { get; init; }

    public required long UnitPriceMicros { get; init; }

    public required long AmountMinorUnits { get; init; }

    public required string TaxCategory { get; init; }

    public required int TaxRateBasisPoints { get; init; }
}

/// <summary>The last number issued in one series of a reseller.</summary>
public sealed class InvoiceSeries : IResellerOwned
{
    public required ResellerId ResellerId { get; init; }

    public required string Name { get; init; }

    public long LastNumber { get; set; }
}

internal sealed class InvoiceConfiguration : IEntityTypeConfiguration<Invoice>
{
    public void Configure(EntityTypeBuilder<Invoice> builder)
    {
        builder.Property(i => i.Number).HasMaxLength(60);
        builder.Property(i => i.Language).HasMaxLength(2).HasDefaultValue("en");
        builder.Property(i => i.RateNanos).HasDefaultValue(ExchangeRate.NanosPerUnit);
        builder.Property(i => i.TaxReason).HasMaxLength(200);
        builder.Property(i => i.TaxReasonCode).HasMaxLength(20);
        builder.HasIndex(i => new { i.CustomerId, i.PeriodStart }).IsUnique().HasFilter("\"VoidedAtUtc\" IS NULL");
        builder.HasIndex(i => new { i.ResellerId, i.Number }).IsUnique();
        builder.HasIndex(i => i.PayKey);
        builder.HasMany(i => i.Lines).WithOne().HasForeignKey(l => l.InvoiceId).OnDelete(DeleteBehavior.Cascade);
    }
}

internal sealed class InvoiceLineConfiguration : IEntityTypeConfiguration<InvoiceLine>
{
    public void Configure(EntityTypeBuilder<InvoiceLine> builder)
    {
        builder.HasKey(l => new { l.InvoiceId, l.Position });
        builder.Property(l => l.Description).HasMaxLength(300);
        builder.Property(l => l.TaxCategory).HasMaxLength(2);
    }
}

internal sealed class InvoiceSeriesConfiguration : IEntityTypeConfiguration<InvoiceSeries>
{
    public void Configure(EntityTypeBuilder<InvoiceSeries> builder)
    {
        builder.HasKey(s => new { s.ResellerId, s.Name });
        builder.Property(s => s.Name).HasMaxLength(60);
    }
}

public static class InvoicingSets
{
    extension(DbContext db)
    {
        public DbSet<Invoice> Invoices => db.Set<Invoice>();

        /// <summary>The last month billed to a customer; null if there is none.</summary>
        internal async Task<BillingPeriod?> FindLastInvoicedAsync(CustomerId customerId, CancellationToken cancellationToken) =>
            await db.Set<Invoice>()
                .Where(Invoice.Stands)
                .Where(i => i.CustomerId == customerId)
                .MaxAsync(i => (DateOnly?)i.PeriodStart, cancellationToken) is { } day
                ? BillingPeriod.Containing(day)
                : null;

        public DbSet<InvoiceSeries> InvoiceSeries => db.Set<InvoiceSeries>();

        public DbSet<CreditNote> CreditNotes => db.Set<CreditNote>();

        public DbSet<InvoiceCost> InvoiceCosts => db.Set<InvoiceCost>();

        public DbSet<InvoiceSchedule> InvoiceSchedules => db.Set<InvoiceSchedule>();
    }
}
