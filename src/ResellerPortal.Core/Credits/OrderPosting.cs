using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Plans;

namespace ResellerPortal.Core.Credits;

/// <summary>The only code that changes the paid amount of an order and grants its lot, on an order row locked by the caller.</summary>
internal static class OrderPosting
{
    /// <param name="amount">Excluding tax; negative for a refund.</param>
    public static void RecordPayment(
        PortalDbContext db,
        PlanOrder order,
        Money amount,
        DateOnly day,
        string reference,
        Guid idempotencyKey,
        DateTimeOffset now,
        Money? tax = null,
        string? receiptUrl = null)
    {
        order.Receive(amount);
        db.Add(new OrderPayment
        {
            ResellerId = order.ResellerId,
            PlanOrderId = order.Id,
            AmountMinorUnits = amount.MinorUnits,
            TaxMinorUnits = tax?.MinorUnits ?? 0,
            Currency = amount.Currency,
            ReceivedOn = day,
            Reference = reference,
            ReceiptUrl = receiptUrl is { Length: > OrderPayment.MaxReceiptUrl } ? null : receiptUrl,
            RecordedAtUtc = now,
            IdempotencyKey = idempotencyKey,
        });
    }

    /// <summary>Confirms a fully paid order and grants its lot in the same transaction.</summary>
    /// <param name="expiresAtUtc">Null for the plan's validity from the lot's start.</param>
    public static CreditLot GrantLot(
        PortalDbContext db,
        PlanOrder order,
        string reference,
        DateTimeOffset beginsAtUtc,
        DateTimeOffset now,
        DateTimeOffset? expiresAtUtc = null)
    {
        var validFrom = beginsAtUtc.ToUniversalTime();
        order.Confirm(now, reference);
        var lot = new CreditLot
        {
            ResellerId = order.ResellerId,
            PlanOrderId = order.Id,
            PlanName = order.PlanName,
            Granted = order.Conversions,
            Conversions = order.Conversions,
            UnitCostMicros = order.UnitCost.Micros,
            Currency = order.Currency,
            ValidFromUtc = validFrom,
            ExpiresAtUtc = expiresAtUtc ?? validFrom.AddDays(order.ValidityDays),
        };
        db.CreditLots.Add(lot);
        return lot;
    }
}
