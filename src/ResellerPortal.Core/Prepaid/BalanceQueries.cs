using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Balances;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Prepaid;

/// <summary>A customer's balance, and where to pay in.</summary>
/// <param name="Account">The reseller's account; null if it has none.</param>
/// <param name="Transactions">The number of balance transactions.</param>
public sealed record BalanceOverview(
    CustomerId CustomerId,
    string CustomerName,
    bool IsPrepaid,
    PrepaidSpending Spending,
    BankAccount? Account,
    long Transactions);

public sealed record BalanceTransactionList(IReadOnlyList<BalanceTransaction> Rows, int TotalCount);

/// <summary>Reads balances, for the reseller and the customer itself.</summary>
public sealed class BalanceQueries(PortalDatabase database, TimeProvider clock)
{
    /// <returns>Null if the customer does not exist for this actor.</returns>
    public async Task<BalanceOverview?> ReadAsync(Actor actor, CustomerId customerId, CancellationToken cancellationToken = default)
    {
        Demand(actor);
        await using (var own = database.Open(actor.Scope))
        {
            if (!await own.Customers.AnyAsync(c => c.Id == customerId, cancellationToken))
            {
                return null;
            }
        }

        // Prices may depend on the reseller's cost, so only the resulting total is exposed.
        await using var db = database.Open(actor.Scope.WholeReseller());
        await using var transaction = await db.Database.BeginTransactionAsync(database.Dialect.SnapshotLevel, cancellationToken);
        var customer = await db.Customers.AsNoTracking().SingleAsync(c => c.Id == customerId, cancellationToken);
        var reseller = await db.Resellers.AsNoTracking().SingleAsync(cancellationToken);
        var usage = await UnbilledUsage.ReadAsync(db, reseller, customer, clock.GetUtcNow(), cancellationToken);
        var spending = await PrepaidSpending.ReadAsync(db, customer, usage, cancellationToken);
        return new BalanceOverview(
            customer.Id,
            customer.Name,
            customer.IsPrepaid,
            spending,
            reseller.Account.IsGiven ? reseller.Account : null,
            customer.BalanceSequence);
    }

    /// <summary>Lists a customer's balance transactions, newest first.</summary>
    public async Task<BalanceTransactionList> ReadPageAsync(
        Actor actor,
        CustomerId customerId,
        int skip,
        int take,
        CancellationToken cancellationToken = default)
    {
        Demand(actor);
        await using var db = database.Open(actor.Scope);
        var entries = db.BalanceTransactions.AsNoTracking().Where(e => e.CustomerId == customerId);
        return new BalanceTransactionList(
            await entries.OrderByDescending(e => e.Sequence).Skip(skip).Take(take).ToListAsync(cancellationToken),
            await entries.CountAsync(cancellationToken));
    }

    private static void Demand(Actor actor) => actor.Demand(actor.Scope.Customer is null ? Permission.ResellerView : Permission.MyView);
}
