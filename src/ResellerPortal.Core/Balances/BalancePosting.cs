using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Balances;

/// <summary>A move of money that is to be written down.</summary>
/// <param name="Amount">Positive where the balance grows.</param>
internal sealed record BalanceMovement(
    BalanceTransactionKind Kind,
    Money Amount,
    DateOnly Day,
    string Reference,
    Guid IdempotencyKey,
    Guid? InvoiceId = null);

/// <summary>
/// The only code that moves a customer's balance: number, chain and sum go together, on a customer's row that is locked by the caller.
/// </summary>
internal static class BalancePosting
{
    /// <exception cref="InvalidOperationException">The balance would be negative.</exception>
    public static BalanceTransaction Append(PortalDbContext db, Customer customer, BalanceMovement move, DateTimeOffset now)
    {
        var balance = customer.BalanceMinorUnits + move.Amount.MinorUnits;
        if (balance < 0)
        {
            throw new InvalidOperationException(
                $"A balance of {customer.BalanceMinorUnits} minor units cannot give {-move.Amount.MinorUnits}.");
        }

        var entry = new BalanceTransaction
        {
            ResellerId = customer.ResellerId,
            CustomerId = customer.Id,
            Sequence = customer.BalanceSequence + 1,
            Kind = move.Kind,
            AmountMinorUnits = move.Amount.MinorUnits,
            Currency = move.Amount.Currency,
            BalanceMinorUnits = balance,
            Day = move.Day,
            InvoiceId = move.InvoiceId,
            Reference = move.Reference,
            RecordedAtUtc = now,
            IdempotencyKey = move.IdempotencyKey,
            PreviousHash = customer.BalanceHead,
        };
        entry.Hash = BalanceHash.Compute(entry);
        (customer.BalanceSequence, customer.BalanceHead, customer.BalanceMinorUnits) = (entry.Sequence, entry.Hash, balance);

        // How many conversions it suffices for is to be found out anew.
        customer.CoveredUntilUtc = null;
        if (move.Kind == BalanceTransactionKind.TopUp)
        {
            customer.BalanceAlertedPercent = 0;
        }

        db.BalanceTransactions.Add(entry);
        return entry;
    }
}
