using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Auditing;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Time;
using ResellerPortal.Core.Tokens;

namespace ResellerPortal.Core.Invoicing;

/// <summary>Ends a customer's contract: its tokens stop and its fees are prorated at the end of the last day.</summary>
public sealed class ContractEndService(PortalDatabase database, TimeProvider clock)
{
    /// <summary>
    /// Sets or clears the last day of a contract. Tokens that would outlive it expire with that day; clearing it leaves their expiry
    /// unchanged. Drafts of the affected days are deleted because their fees are out of date.
    /// Refused: no such customer; the day is before the customer was added or in an invoiced month; some tokens are kept by ConvertAPI.
    /// </summary>
    /// <param name="lastDay">In the reseller's time zone; null for no end.</param>
    public async Task<Outcome<Customer>> SetAsync(
        Actor actor,
        CustomerId customerId,
        DateOnly? lastDay,
        CancellationToken cancellationToken = default)
    {
        actor.Demand(Permission.CustomersManage);
        await using var db = database.Open(actor.Scope);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        await database.LockAccountAsync(db, customerId, cancellationToken);
        var tokens = db.ApiTokens.Where(t => t.CustomerId == customerId && t.RevokedAtUtc == null);
        if (await db.Customers.SingleOrDefaultAsync(c => c.Id == customerId, cancellationToken) is not { } customer)
        {
            return Refusal.NotFound("customer");
        }

        var reseller = await db.Resellers.AsNoTracking().SingleAsync(r => r.Id == actor.Reseller, cancellationToken);
        var invoices = db.Invoices.Where(i => i.CustomerId == customerId);
        var lastInvoiced = await db.FindLastInvoicedAsync(customerId, cancellationToken);
        if (Check(customer, reseller.Zone, lastDay, lastInvoiced) is { } refusal)
        {
            return refusal;
        }

        var now = clock.GetUtcNow();
        var former = customer.LastDay;
        customer.LastDay = lastDay;
        if (customer.ContractEndsAtUtc(reseller.Zone) is { } endsAtUtc)
        {
            if (await tokens.AnyAsync(t => t.IsNative && t.ExpiresAtUtc > endsAtUtc, cancellationToken))
            {
                return Refusal.Because(
                    "Some of this customer's tokens are managed by ConvertAPI and cannot be shortened. Revoke them first.");
            }

            await tokens.Where(t => t.ExpiresAtUtc == null || t.ExpiresAtUtc > endsAtUtc)
                .ExecuteUpdateAsync(set => set.SetProperty(t => t.ExpiresAtUtc, endsAtUtc), cancellationToken);
        }

        if (former != lastDay)
        {
            var firstConcerned = BillingPeriod.Containing(GetEarlier(former, lastDay)).FirstDay;
            await invoices.Where(i => i.FinalisedAtUtc == null && i.PeriodStart >= firstConcerned).ExecuteDeleteAsync(cancellationToken);
            db.Audit(
                actor,
                now,
                Permission.CustomersManage,
                lastDay is null
                    ? $"{customer.Name}: contract end removed"
                    : $"{customer.Name}: contract ends on {lastDay:yyyy-MM-dd}",
                reseller.Id,
                customerId);
        }

        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return customer;
    }

    private static Refusal? Check(Customer customer, TimeZoneInfo zone, DateOnly? lastDay, BillingPeriod? lastInvoiced)
    {
        if (lastDay is { } day && (day < zone.GetDay(customer.CreatedAtUtc) || day > zone.GetDay(customer.CreatedAtUtc).AddYears(100)))
        {
            return Refusal.Because(
                $"Choose {zone.GetDay(customer.CreatedAtUtc):yyyy-MM-dd}, the day the customer was added, or a later day.",
                nameof(lastDay));
        }

        // Fees of an invoiced month were prorated for the contract as it stood; changing its end would leave them wrong for good.
        return lastInvoiced is { } month && customer.LastDay != lastDay && GetEarlier(customer.LastDay, lastDay) < month.LastDay
            ? Refusal.Because(
                $"{month.Name} is already invoiced, so the contract cannot end before {month.LastDay:yyyy-MM-dd}. Choose that day or "
                    + "a later one.",
                nameof(lastDay))
            : null;
    }

    private static DateOnly GetEarlier(DateOnly? one, DateOnly? other)
    {
        var (first, second) = (one ?? DateOnly.MaxValue, other ?? DateOnly.MaxValue);
        return first < second ? first : second;
    }
}
