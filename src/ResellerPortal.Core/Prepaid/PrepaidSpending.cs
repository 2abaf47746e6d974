using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Invoicing;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Prepaid;

/// <summary>A customer's funds: its balance, and how much of it is committed.</summary>
/// <param name="Due">Amounts of invoices not paid by the balance.</param>
/// <param name="Spent">Unbilled usage and fees, with tax.</param>
public sealed record PrepaidSpending(Money Balance, Money Due, Money Spent)
{
    /// <summary>Negative if usage exceeds the balance.</summary>
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
