using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Plans;

namespace ResellerPortal.Core.Credits;

/// <summary>The only code that moves what is paid of an order and makes its lot, on an order's row that is locked by the caller.</summary>
internal static class OrderPosting
{
    /// <param name="amount">Without tax; negative where it is paid back.</param>
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

    /// <summary>Confirms an order whose price is paid: its lot exists from the transaction on that completed it.</summary>
    /// <param name="expiresAtUtc">Null for the validity of the plan from its beginning on.</param>
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
