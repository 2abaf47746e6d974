using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Auditing;
using ResellerPortal.Core.Balances;
using ResellerPortal.Core.Currencies;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Pricing;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Invoicing;

/// <summary>The currency that a customer is charged in, which can be another than the reseller's.</summary>
public sealed class CustomerCurrencyService(PortalDatabase database, TimeProvider clock)
{
    /// <summary>
    /// Changes it while nothing is written down in the present one: no price of its own, no final invoice, no money on its balance.
    /// </summary>
    /// <param name="code">ISO 4217 code of the reseller's own currency, or of one that it has a rate for.</param>
    public async Task<Outcome<Customer>> SetAsync(
        Actor actor,
        CustomerId customerId,
        string code,
        CancellationToken cancellationToken = default)
    {
        actor.Demand(Permission.CustomersManage);
        await using var db = database.Open(actor.Scope);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);

        // The customer's row guards its invoices and balance, the reseller's the prices.
        await database.LockRowsAsync<Customer>(db, [customerId.Value], cancellationToken);
        await database.LockRowsAsync<Reseller>(db, [actor.Reseller.Value], cancellationToken);
        if (await db.Customers.SingleOrDefaultAsync(c => c.Id == customerId, cancellationToken) is not { } customer)
        {
            return Refusal.NotFound("customer");
        }

        var reseller = await db.Resellers.AsNoTracking().SingleAsync(r => r.Id == actor.Reseller, cancellationToken);
        if (await CurrencyRateService.ValidateChargedCurrencyAsync(db, reseller, code, cancellationToken) is { } unknown)
        {
            return unknown;
        }

        if (customer.Currency.Code == code)
        {
            return customer;
        }

        if (await WrittenInAsync(db, customerId, cancellationToken) is { } what)
        {
            return Refusal.Because(
                $"{customer.Name} has {what} in {customer.Currency}, so that stays its currency. Add it as another customer to charge it "
                    + $"in {code}.");
        }

        // What is covered was worked out in the currency that was.
        (customer.Currency, customer.CoveredUntilUtc) = (Currency.FromCode(code), null);
        await db.Invoices.Where(i => i.CustomerId == customerId && i.FinalisedAtUtc == null).ExecuteDeleteAsync(cancellationToken);
        db.Audit(actor, clock.GetUtcNow(), Permission.CustomersManage, $"{customer.Name} is charged in {code}", actor.Reseller, customerId);
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return customer;
    }

    private static async Task<string?> WrittenInAsync(PortalDbContext db, CustomerId customerId, CancellationToken cancellationToken) =>
        await db.Invoices.AnyAsync(i => i.CustomerId == customerId && i.FinalisedAtUtc != null, cancellationToken) ? "invoices"
        : await db.BalanceTransactions.AnyAsync(e => e.CustomerId == customerId, cancellationToken) ? "money on its balance"
        : await db.RateCards.AnyAsync(c => c.CustomerId == customerId, cancellationToken) ? "prices of its own"
        : null;
}
