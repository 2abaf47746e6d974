using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Invoicing;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Prepaid;

/// <summary>A customer's money: what it paid in, and what of it is spoken for.</summary>
/// <param name="Due">Of invoices that the balance did not pay.</param>
/// <param name="Spent">Usage and fees that no invoice has billed yet, with tax.</param>
public sealed record PrepaidSpending(Money Balance, Money Due, Money Spent)
{
    /// <summary>Below zero where more was used than was paid in.</summary>
    public Money Left => Balance - Due - Spent;

    internal static async Task<PrepaidSpending> ReadAsync(
        PortalDbContext db,
        Customer customer,
        UnbilledUsage usage,
        CancellationToken cancellationToken)
    {
        var due = await db.Invoices.Where(Invoice.HasDue)
            .Where(i => i.CustomerId == customer.Id)
            .SumAsync(
                i =>
                    i.NetMinorUnits + i.TaxMinorUnits + i.LateFeeMinorUnits - i.PaidMinorUnits - i.CreditedMinorUnits
                        - i.WrittenOffMinorUnits,
                cancellationToken);
        return new PrepaidSpending(
            new Money(customer.BalanceMinorUnits, customer.Currency), new Money(due, customer.Currency), usage.Spent);
    }
}
