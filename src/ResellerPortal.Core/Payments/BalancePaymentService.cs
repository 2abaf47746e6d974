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

/// <summary>Money that came from a customer for no invoice, or went back to it, as it stands on the reseller's bank statement.</summary>
public sealed record BalancePayment(CustomerId CustomerId, decimal Amount, DateOnly Day, string Reference, Guid IdempotencyKey);

/// <summary>Moves of customers' balances that happen outside the portal, recorded by the reseller.</summary>
public sealed class BalancePaymentService(PortalDatabase database, AccountPausePolicy pauses, TimeProvider clock)
{
    private const decimal MostAmount = 10_000_000;

    /// <summary>Records money that a customer paid in. It pays what is due at once. The same key again answers the first one.</summary>
    public Task<Outcome<BalanceTransaction>> TopUpAsync(
        Actor actor,
        BalancePayment payment,
        CancellationToken cancellationToken = default) =>
        MoveAsync(actor, payment, BalanceTransactionKind.TopUp, cancellationToken);

    /// <summary>Records money that was paid back to a customer. The same key again answers the first one.</summary>
    public Task<Outcome<BalanceTransaction>> PayOutAsync(
        Actor actor,
        BalancePayment payment,
        CancellationToken cancellationToken = default) =>
        MoveAsync(actor, payment, BalanceTransactionKind.PaidOut, cancellationToken);

    private async Task<Outcome<BalanceTransaction>> MoveAsync(
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
                : $"{amount} of the balance of {customer.Name} paid back",
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
        if (payment.Amount is <= 0 or > MostAmount || !balance.Currency.HasWhole(payment.Amount))
        {
            return Refusal.Because(
                $"Enter the amount in {balance.Currency}, in whole minor units, up to ten million.", nameof(payment.Amount));
        }

        if (kind == BalanceTransactionKind.PaidOut && payment.Amount > balance.Amount)
        {
            return Refusal.Because($"The balance is {balance}; no more than that can be paid back.", nameof(payment.Amount));
        }

        return payment.Day > today ? Refusal.Because("The money moved today or earlier.", nameof(payment.Day))
            : payment.Reference.Length > 140 || payment.Reference.Any(char.IsControl)
            ? Refusal.Because("A reference has up to 140 characters.", nameof(payment.Reference))
            : null;
    }
}
