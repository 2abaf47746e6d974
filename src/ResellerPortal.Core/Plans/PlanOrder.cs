using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Plans;

public enum PlanOrderStatus
{
    Ordered,
    Confirmed,
    Cancelled,
}

/// <summary>A reseller's order of a plan, with the plan's terms at the time of ordering.</summary>
public sealed class PlanOrder : IResellerOwned, IAudited
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public required ResellerId ResellerId { get; init; }

    public required Guid PlanId { get; init; }

    public required string PlanName { get; init; }

    public required long Conversions { get; init; }

    public required long PriceMinorUnits { get; init; }

    public required Currency Currency { get; init; }

    public required int ValidityDays { get; init; }

    public PlanRenewal Renewal { get; init; }

    /// <summary>The subscription it belongs to; null for a one-off order.</summary>
    public Guid? SubscriptionId { get; set; }

    /// <summary>Whether the portal placed it automatically under the reseller's top-up policy.</summary>
    public bool IsAutomatic { get; init; }

    public PlanOrderStatus Status { get; private set; }

    public required DateTimeOffset OrderedAtUtc { get; init; }

    public DateTimeOffset? DecidedAtUtc { get; private set; }

    /// <summary>The reference on the operator's bank statement.</summary>
    public string? PaymentReference { get; private set; }

    /// <summary>Chosen by the ordering page, unique per reseller, so that a double click orders once.</summary>
    public required Guid IdempotencyKey { get; init; }

    /// <summary>Maintained by payments.</summary>
    public long PaidMinorUnits { get; private set; }

    public long DiscountMinorUnits { get; private set; }

    public Money Price => new(PriceMinorUnits, Currency);

    public Money Paid => new(PaidMinorUnits, Currency);

    /// <summary>The promotion's discount on the price.</summary>
    public Money Discount => new(DiscountMinorUnits, Currency);

    public Money Due => Price - Discount - Paid;

    public UnitPrice UnitCost => UnitPrice.Spread(Price - Discount, Conversions);

    /// <summary>The reference for the reseller's bank transfer.</summary>
    public string TransferReference => "RP-" + Id.ToString("N")[^8..].ToUpperInvariant();

    /// <summary>Creates an order of a plan at its current terms.</summary>
    internal static PlanOrder Create(
        BulkPlan plan,
        ResellerId reseller,
        DateTimeOffset now,
        Guid idempotencyKey,
        bool isAutomatic = false) => new()
        {
            ResellerId = reseller,
            PlanId = plan.Id,
            PlanName = plan.Name,
            Conversions = plan.Conversions,
            PriceMinorUnits = plan.PriceMinorUnits,
            Currency = plan.Currency,
            ValidityDays = plan.ValidityDays,
            Renewal = plan.Renewal,
            IsAutomatic = isAutomatic,
            OrderedAtUtc = now,
            IdempotencyKey = idempotencyKey,
        };

    /// <param name="amount">Negative for a refund.</param>
    public void Receive(Money amount) => PaidMinorUnits = (Paid + amount).MinorUnits;

    public void Deduct(Money discount) => DiscountMinorUnits = (Discount + discount).MinorUnits;

    public void Confirm(DateTimeOffset atUtc, string paymentReference)
    {
        Close(PlanOrderStatus.Confirmed, atUtc);
        PaymentReference = paymentReference;
    }

    public void Cancel(DateTimeOffset atUtc) => Close(PlanOrderStatus.Cancelled, atUtc);

    private void Close(PlanOrderStatus status, DateTimeOffset atUtc)
    {
        if (Status != PlanOrderStatus.Ordered)
        {
            throw new InvalidOperationException($"Order {TransferReference} is already {Status}.");
        }

        Status = status;
        DecidedAtUtc = atUtc;
    }
}

internal sealed class PlanOrderConfiguration : IEntityTypeConfiguration<PlanOrder>
{
    public void Configure(EntityTypeBuilder<PlanOrder> builder)
    {
        builder.Property(o => o.PlanName).HasMaxLength(100);
        builder.Property(o => o.Status).HasConversion<string>().HasMaxLength(10).IsConcurrencyToken();
        builder.Property(o => o.PaymentReference).HasMaxLength(140);
        builder.Property(o => o.Renewal).HasConversion<string>().HasMaxLength(10).HasDefaultValue(PlanRenewal.OneOff);
        builder.HasIndex(o => o.SubscriptionId);
        builder.HasIndex(o => new { o.ResellerId, o.IdempotencyKey }).IsUnique();
        builder.HasIndex(o => o.OrderedAtUtc);
    }
}
