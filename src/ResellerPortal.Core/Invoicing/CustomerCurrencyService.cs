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

/// <summary>Sets the currency that a customer is charged in, which may differ from the reseller's.</summary>
public sealed class CustomerCurrencyService(PortalDatabase database, TimeProvider clock)
{
    /// <summary>
    /// Changes the currency.
    /// Refused: no such customer; the reseller has no rate for the currency; the customer has finalised invoices, balance transactions or
    /// its own prices.
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

        // The customer's row guards its invoices and balance, the reseller's row the prices.
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

        if (await FindBlockerAsync(db, customerId, cancellationToken) is { } blocker)
        {
            return Refusal.Because(
                $"{customer.Name} has {blocker} in {customer.Currency}, so its currency cannot change. Add a second customer to charge "
                    + $"in {code}.");
        }

        // Coverage was calculated in the previous currency.
        (customer.Currency, customer.CoveredUntilUtc) = (Currency.FromCode(code), null);
        await db.Invoices.Where(i => i.CustomerId == customerId && i.FinalisedAtUtc == null).ExecuteDeleteAsync(cancellationToken);
        db.Audit(
            actor, clock.GetUtcNow(), Permission.CustomersManage, $"{customer.Name}: currency set to {code}", actor.Reseller, customerId);
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return customer;
    }

    private static async Task<string?> FindBlockerAsync(PortalDbContext db, CustomerId customerId, CancellationToken cancellationToken) =>
        await db.Invoices.AnyAsync(i => i.CustomerId == customerId && i.FinalisedAtUtc != null, cancellationToken) ? "invoices"
        : await db.BalanceTransactions.AnyAsync(e => e.CustomerId == customerId, cancellationToken) ? "balance transactions"
        : await db.RateCards.AnyAsync(c => c.CustomerId == customerId, cancellationToken) ? "its own prices"
        : null;
}
