using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Balances;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Invoicing;

/// <summary>
/// Settles invoices against the customer's balance: overpayments are credited to it, and it pays what is due, oldest invoice first.
/// Idempotent.
/// </summary>
internal static class BalanceSettlement
{
    /// <summary>Settles within the caller's transaction, which must have locked the customer's row before any of its invoices.</summary>
    public static async Task ApplyAsync(
        PortalDatabase database,
        PortalDbContext db,
        Customer customer,
        DateOnly today,
        DateTimeOffset now,
        CancellationToken cancellationToken)
    {
        await db.SaveChangesAsync(cancellationToken);
        var unsettled = db.Invoices.Where(Invoice.IsUnsettled).Where(i => i.CustomerId == customer.Id);
        await database.LockRowsAsync<Invoice>(db, await unsettled.Select(i => i.Id).ToListAsync(cancellationToken), cancellationToken);
        var invoices = await unsettled.OrderBy(i => i.FinalisedAtUtc).ThenBy(i => i.Number).ToListAsync(cancellationToken);
        foreach (var invoice in invoices.Where(i => i.Due.MinorUnits < 0))
        {
            Move(invoice, BalanceTransactionKind.Returned, invoice.Due);
        }

        foreach (var invoice in invoices.Where(i => i.Due.MinorUnits > 0 && customer.BalanceMinorUnits > 0))
        {
            Move(
                invoice,
                BalanceTransactionKind.InvoicePaid,
                new Money(Math.Min(invoice.Due.MinorUnits, customer.BalanceMinorUnits), invoice.Currency));
        }

        await db.SaveChangesAsync(cancellationToken);

        void Move(Invoice invoice, BalanceTransactionKind kind, Money paid)
        {
            invoice.PaidMinorUnits += paid.MinorUnits;
            BalancePosting.Append(
                db, customer, new BalanceMovement(kind, -paid, today, invoice.Number!, Guid.CreateVersion7(now), invoice.Id), now);
        }
    }
}
