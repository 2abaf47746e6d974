using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Balances;

/// <summary>A balance transaction to be posted.</summary>
/// <param name="Amount">Positive if the balance increases.</param>
internal sealed record BalanceMovement(
    BalanceTransactionKind Kind,
    Money Amount,
    DateOnly Day,
    string Reference,
    Guid IdempotencyKey,
    Guid? InvoiceId = null);

/// <summary>
/// The only code that changes a customer's balance: number, hash chain and sum are updated together, on a customer's row locked by the
/// caller.
/// </summary>
internal static class BalancePosting
{
    /// <exception cref="InvalidOperationException">The balance would be negative.</exception>
    public static BalanceTransaction Append(PortalDbContext db, Customer customer, BalanceMovement movement, DateTimeOffset now)
    {
        var balance = customer.BalanceMinorUnits + movement.Amount.MinorUnits;
        if (balance < 0)
        {
            throw new InvalidOperationException(
                $"A balance of {customer.BalanceMinorUnits} minor units is less than {-movement.Amount.MinorUnits}.");
        }

        var entry = new BalanceTransaction
        {
            ResellerId = customer.ResellerId,
            CustomerId = customer.Id,
            Sequence = customer.BalanceSequence + 1,
            Kind = movement.Kind,
            AmountMinorUnits = movement.Amount.MinorUnits,
            Currency = movement.Amount.Currency,
            BalanceMinorUnits = balance,
            Day = movement.Day,
            InvoiceId = movement.InvoiceId,
            Reference = movement.Reference,
            RecordedAtUtc = now,
            IdempotencyKey = movement.IdempotencyKey,
            PreviousHash = customer.BalanceHead,
        };
        entry.Hash = BalanceHash.Compute(entry);
        (customer.BalanceSequence, customer.BalanceHead, customer.BalanceMinorUnits) = (entry.Sequence, entry.Hash, balance);

        // Coverage must be recalculated.
        customer.CoveredUntilUtc = null;
        if (movement.Kind == BalanceTransactionKind.TopUp)
        {
            customer.BalanceAlertedPercent = 0;
        }

        db.BalanceTransactions.Add(entry);
        return entry;
    }
}
