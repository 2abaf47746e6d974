using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Auditing;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Time;
using ResellerPortal.Core.Tokens;

namespace ResellerPortal.Core.Invoicing;

/// <summary>How a customer leaves: its tokens stop and its fees are shared out at the end of a day.</summary>
public sealed class ContractEndService(PortalDatabase database, TimeProvider clock)
{
    /// <summary>
    /// Sets the last day of a contract, or takes it back. Tokens that would live longer expire with that day; taking it back
    /// leaves their expiry as it is. Drafts of the days concerned are removed, for they hold fees that are right no more.
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
        var lastInvoiced = await db.LastInvoicedAsync(customerId, cancellationToken);
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
                return Refusal.Because("Some of its tokens are kept by ConvertAPI and cannot be cut short. Revoke them first.");
            }

            await tokens.Where(t => t.ExpiresAtUtc == null || t.ExpiresAtUtc > endsAtUtc)
                .ExecuteUpdateAsync(set => set.SetProperty(t => t.ExpiresAtUtc, endsAtUtc), cancellationToken);
        }

        if (former != lastDay)
        {
            var firstConcerned = BillingPeriod.Containing(Earlier(former, lastDay)).FirstDay;
            await invoices.Where(i => i.FinalisedAtUtc == null && i.PeriodStart >= firstConcerned).ExecuteDeleteAsync(cancellationToken);
            db.Audit(
                actor,
                now,
                Permission.CustomersManage,
                lastDay is null
                    ? $"{customer.Name}: the end of its contract is taken back"
                    : $"{customer.Name}: its contract ends with {lastDay:yyyy-MM-dd}",
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
                $"The last day is {zone.GetDay(customer.CreatedAtUtc):yyyy-MM-dd}, when the customer was added, or later.",
                nameof(lastDay));
        }

        // Fees of an invoiced month were charged for its days as they stood; another end would leave them wrong for good.
        return lastInvoiced is { } month && customer.LastDay != lastDay && Earlier(customer.LastDay, lastDay) < month.LastDay
            ? Refusal.Because(
                $"{month.Name} is invoiced, so the contract's days up to {month.LastDay:yyyy-MM-dd} stay as they are. Choose that day or "
                    + "a later one.",
                nameof(lastDay))
            : null;
    }

    private static DateOnly Earlier(DateOnly? one, DateOnly? other)
    {
        var (first, second) = (one ?? DateOnly.MaxValue, other ?? DateOnly.MaxValue);
        return first < second ? first : second;
    }
}
