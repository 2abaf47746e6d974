using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Pricing;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Time;
using ResellerPortal.Core.Tokens;

namespace ResellerPortal.Core.Insights;

/// <summary>A customer in the reseller's list, with the current month's revenue.</summary>
public sealed record CustomerRow(Customer Customer, int ActiveTokens, string Price, bool HasOwnCard, RevenueSummary ThisMonth);

public sealed record CustomerList(IReadOnlyList<CustomerRow> Rows, int TotalCount);

/// <summary>The content of the reseller's page about one customer.</summary>
/// <param name="Rate">From the reseller's currency to the customer's, for the current month.</param>
/// <param name="Terms">In the customer's currency.</param>
public sealed record CustomerDetail(
    Reseller Reseller,
    Customer Customer,
    bool HasEnded,
    ExchangeRate Rate,
    CardTerms Terms,
    bool HasOwnCard,
    IReadOnlyList<MonthRevenue> Months,
    IReadOnlyList<RateCard> Cards);

/// <summary>Reads a reseller's customers.</summary>
public sealed class CustomerQueries(PortalDatabase database, TimeProvider clock)
{
    private const int Months = 12;

    public async Task<CustomerList> ReadPageAsync(
        Actor actor,
        string? search,
        bool descending,
        int skip,
        int take,
        CancellationToken cancellationToken = default)
    {
        actor.Demand(Permission.ResellerView);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(take, 200);
        var now = clock.GetUtcNow();
        await using var db = database.Open(actor.Scope);
        var reseller = await db.Resellers.AsNoTracking().SingleAsync(r => r.Id == actor.Reseller, cancellationToken);
        var matching = db.Customers.AsNoTracking();
        if (!string.IsNullOrWhiteSpace(search))
        {
            var words = search.Trim().ToUpperInvariant();
            matching = matching.Where(c => c.Name.ToUpper().Contains(words) || c.Email.ToUpper().Contains(words));
        }

        var count = await matching.CountAsync(cancellationToken);
        var customers = await (descending ? matching.OrderByDescending(c => c.Name) : matching.OrderBy(c => c.Name))
            .Skip(skip)
            .Take(take)
            .ToListAsync(cancellationToken);
        CustomerId[] ids = [.. customers.Select(c => c.Id)];
        var tokens = await db.ApiTokens
            .Where(t => ids.Contains(t.CustomerId)
                && t.RevokedAtUtc == null
                && (t.ExpiresAtUtc == null || t.ExpiresAtUtc > now)
                && (t.UsageLimit == null || t.Used < t.UsageLimit))
            .GroupBy(t => t.CustomerId)
            .ToDictionaryAsync(g => g.Key, g => g.Count(), cancellationToken);
        var today = reseller.Zone.GetDay(now);
        var present = BillingPeriod.Containing(today);
        var pricing = await PricingContext.ReadAsync(db, ids, cancellationToken);
        var usage = await RatedPeriodQueries.ReadUsageByMonthAsync(db, present, present, pricing, ids, cancellationToken);
        return new CustomerList(
            [.. customers.Select(customer =>
            {
                var schedule = pricing.CreateSchedule(reseller, customer);
                return new CustomerRow(
                    customer,
                    tokens.GetValueOrDefault(customer.Id),
                    schedule.GetTerms(today).Describe(customer.Currency),
                    schedule.FindOwnTerms(today) is not null,
                    RevenueSummary.FromRated(Rating.Rate(usage[customer.Id], schedule, reseller.Currency, present)));
            })],
            count);
    }

    /// <returns>Null if the customer is not the actor's.</returns>
    public async Task<CustomerDetail?> FindDetailAsync(Actor actor, CustomerId customerId, CancellationToken cancellationToken = default)
    {
        actor.Demand(Permission.ResellerView);
        await using var db = database.Open(actor.Scope);
        var customer = await db.Customers.AsNoTracking().SingleOrDefaultAsync(c => c.Id == customerId, cancellationToken);
        if (customer is null)
        {
            return null;
        }

        var reseller = await db.Resellers.AsNoTracking().SingleAsync(r => r.Id == actor.Reseller, cancellationToken);
        var today = reseller.Zone.GetDay(clock.GetUtcNow());
        var present = BillingPeriod.Containing(today);
        var first = BillingPeriod.Containing(present.FirstDay.AddMonths(1 - Months));
        var pricing = await PricingContext.ReadAsync(db, [customerId], cancellationToken);
        var usage = (await RatedPeriodQueries.ReadUsageByMonthAsync(
            db, first, present, pricing, [customerId], cancellationToken))[customerId].ToLookup(item => BillingPeriod.Containing(item.Day));
        var schedule = pricing.CreateSchedule(reseller, customer);
        return new CustomerDetail(
            reseller,
            customer,
            customer.LastDay < today,
            schedule.GetRate(present.LastDay, reseller.Currency),
            schedule.GetTerms(today),
            schedule.FindOwnTerms(today) is not null,
            [.. Enumerable.Range(0, Months)
                .Select(i => BillingPeriod.Containing(first.FirstDay.AddMonths(i)))
                .Select(month => new MonthRevenue(
                    month, RevenueSummary.FromRated(Rating.Rate(usage[month], schedule, reseller.Currency, month))))],
            [.. pricing.Cards.OrderByDescending(c => c.Version)]);
    }

    /// <returns>Null if the customer is not the actor's.</returns>
    public async Task<string?> FindNameAsync(Actor actor, CustomerId customerId, CancellationToken cancellationToken = default)
    {
        actor.Demand(Permission.ResellerView);
        await using var db = database.Open(actor.Scope);
        return await db.Customers.Where(c => c.Id == customerId).Select(c => c.Name).SingleOrDefaultAsync(cancellationToken);
    }

    /// <summary>The time zone of the reseller's months.</summary>
    public async Task<TimeZoneInfo> GetTimeZoneAsync(Actor actor, CancellationToken cancellationToken = default)
    {
        actor.Demand(Permission.ResellerView);
        await using var db = database.Open(actor.Scope);
        return (await db.Resellers.AsNoTracking().SingleAsync(r => r.Id == actor.Reseller, cancellationToken)).Zone;
    }

    /// <summary>Customer names for a filter.</summary>
    public async Task<IReadOnlyList<(CustomerId Id, string Name)>> ListNamesAsync(
        Actor actor,
        CancellationToken cancellationToken = default)
    {
        actor.Demand(Permission.ResellerView);
        await using var db = database.Open(actor.Scope);
        return [
            .. (await db.Customers.OrderBy(c => c.Name).Select(c => new { c.Id, c.Name }).ToListAsync(cancellationToken)).Select(
                c => (c.Id, c.Name)),
        ];
    }
}
