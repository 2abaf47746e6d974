using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Auditing;
using ResellerPortal.Core.Balances;
using ResellerPortal.Core.Dunning;
using ResellerPortal.Core.Invoicing;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Time;

namespace ResellerPortal.Core.Payments;

/// <summary>A payment or refund of a customer's balance, as shown on the reseller's bank statement.</summary>
public sealed record BalancePayment(CustomerId CustomerId, decimal Amount, DateOnly Day, string Reference, Guid IdempotencyKey);

/// <summary>Records balance transactions that happen outside the portal, for the reseller.</summary>
public sealed class BalancePaymentService(PortalDatabase database, AccountPausePolicy pauses, TimeProvider clock)
{
    private const decimal MaxAmount = 10_000_000;

    /// <summary>
    /// Records a payment from a customer. It pays what is due at once. Repeating the key returns the first transaction.
    /// Refused: no such customer; the amount, day or reference is not valid.
    /// </summary>
    public Task<Outcome<BalanceTransaction>> TopUpAsync(
        Actor actor,
        BalancePayment payment,
        CancellationToken cancellationToken = default) =>
        RecordAsync(actor, payment, BalanceTransactionKind.TopUp, cancellationToken);

    /// <summary>
    /// Records a refund to a customer. Repeating the key returns the first transaction.
    /// Refused: no such customer; the amount, day or reference is not valid; the balance is too low.
    /// </summary>
    public Task<Outcome<BalanceTransaction>> PayOutAsync(
        Actor actor,
        BalancePayment payment,
        CancellationToken cancellationToken = default) =>
        RecordAsync(actor, payment, BalanceTransactionKind.PaidOut, cancellationToken);

    private async Task<Outcome<BalanceTransaction>> RecordAsync(
        Actor actor,
        BalancePayment payment,
        BalanceTransactionKind kind,
        CancellationToken cancellationToken)
    {
        actor.Demand(Permission.PaymentsRecord);
        await using var db = database.Open(actor.Scope);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        await database.LockRowsAsync<Customer>(db, [payment.CustomerId.Value], cancellationToken);
        if (await db.BalanceTransactions.SingleOrDefaultAsync(
            e => e.IdempotencyKey == payment.IdempotencyKey, cancellationToken) is { } earlier)
        {
            return earlier;
        }

        if (await db.Customers.SingleOrDefaultAsync(c => c.Id == payment.CustomerId, cancellationToken) is not { } customer)
        {
            return Refusal.NotFound("customer");
        }

        var reseller = await db.Resellers.AsNoTracking().SingleAsync(r => r.Id == actor.Reseller, cancellationToken);
        var now = clock.GetUtcNow();
        var today = reseller.Zone.GetDay(now);
        if (Check(payment, kind, new Money(customer.BalanceMinorUnits, customer.Currency), today) is { } refusal)
        {
            return refusal;
        }

        var amount = Money.Round(payment.Amount, customer.Currency);
        var entry = BalancePosting.Append(
            db,
            customer,
            new BalanceMovement(
                kind,
                kind == BalanceTransactionKind.TopUp ? amount : -amount,
                payment.Day,
                payment.Reference.Trim(),
                payment.IdempotencyKey),
            now);
        db.Audit(
            actor,
            now,
            Permission.PaymentsRecord,
            kind == BalanceTransactionKind.TopUp
                ? $"{amount} to the balance of {customer.Name}"
                : $"refunded {amount} from the balance of {customer.Name}",
            customer.ResellerId,
            customer.Id);
        await BalanceSettlement.ApplyAsync(database, db, customer, today, now, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        if (customer.PausedAtUtc is not null)
        {
            await pauses.AlignAsync(actor, customer.Id, cancellationToken);
        }

        return entry;
    }

    private static Refusal? Check(BalancePayment payment, BalanceTransactionKind kind, Money balance, DateOnly today)
    {
        if (payment.Amount is <= 0 or > MaxAmount || !balance.Currency.HasWhole(payment.Amount))
        {
            return Refusal.Because(
                $"Enter the amount in {balance.Currency}, in whole minor units, up to ten million.", nameof(payment.Amount));
        }

        if (kind == BalanceTransactionKind.PaidOut && payment.Amount > balance.Amount)
        {
            return Refusal.Because($"Enter an amount up to the balance of {balance}.", nameof(payment.Amount));
        }

        return payment.Day > today ? Refusal.Because("Enter today or an earlier day.", nameof(payment.Day))
            : payment.Reference.Length > 140 || payment.Reference.Any(char.IsControl)
            ? Refusal.Because("Shorten the reference to 140 characters.", nameof(payment.Reference))
            : null;
    }
}
