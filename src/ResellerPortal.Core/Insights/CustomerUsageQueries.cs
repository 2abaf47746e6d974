using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Pricing;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Time;

namespace ResellerPortal.Core.Insights;

public sealed record DayUsage(DateOnly Day, long Conversions);

/// <summary>A month of the customer's own usage; the amount excludes tax. It contains nothing about the reseller's cost.</summary>
public sealed record MonthUsage(BillingPeriod Month, long Conversions, Money Amount);

/// <summary>The content of the customer's dashboard. Months are oldest first; the last one is the current month.</summary>
public sealed record CustomerOverview(
    string CustomerName,
    string ResellerName,
    string TimeZone,
    IReadOnlyList<MonthUsage> Months,
    IReadOnlyList<DayUsage> Days,
    IReadOnlyList<RatedLine> Lines)
{
    /// <summary>An estimate of this month's amount when it is over, without tax; null in its first days.</summary>
    public Money? ExpectedAmount { get; init; }

    public bool IsPrepaid { get; init; }

    public MonthUsage ThisMonth => Months[^1];

    public MonthUsage LastMonth => Months[^2];
}

/// <summary>
/// Reads a customer's own usage. Prices may depend on the reseller's cost, so they are calculated in the reseller's scope, and only prices
/// are returned.
/// </summary>
public sealed class CustomerUsageQueries(PortalDatabase database, TimeProvider clock)
{
    private const int Months = 12;

    public async Task<CustomerOverview> ReadAsync(Actor actor, CancellationToken cancellationToken = default)
    {
        actor.Demand(Permission.MyView);
        var customerId = actor.Scope.Customer ?? throw new InvalidOperationException("This view requires a membership at a customer.");
        await using var db = database.Open(actor.Scope.WholeReseller());
        var reseller = await db.Resellers.AsNoTracking().SingleAsync(cancellationToken);
        var customer = await db.Customers.AsNoTracking().SingleAsync(c => c.Id == customerId, cancellationToken);
        var today = reseller.Zone.GetDay(clock.GetUtcNow());
        var present = BillingPeriod.Containing(today);
        var first = BillingPeriod.Containing(present.FirstDay.AddMonths(1 - Months));
        var pricing = await PricingContext.ReadAsync(db, [customerId], cancellationToken);
        var schedule = pricing.CreateSchedule(reseller, customer);
        var usage = (await RatedPeriodQueries.ReadUsageByMonthAsync(
            db, first, present, pricing, [customerId], cancellationToken))[customerId].ToLookup(item => BillingPeriod.Containing(item.Day));
        var rated = Enumerable.Range(0, Months)
            .Select(i => BillingPeriod.Containing(first.FirstDay.AddMonths(i)))
            .Select(month => (Month: month, Rated: Rating.Rate(usage[month], schedule, reseller.Currency, month)))
            .ToList();
        var days = (await RatedPeriodQueries.ReadUsageByDayAsync(db, present, [customerId], cancellationToken))[customerId].ToList();
        var byDay = days.GroupBy(item => item.Day).ToDictionary(g => g.Key, g => g.Sum(item => item.Quantity));

        // Imported usage may be older than the customer's record.
        var since = usage.Where(month => month.Key < present)
            .Select(month => month.Key.FirstDay)
            .Concat(days.Select(item => item.Day))
            .Append(reseller.Zone.GetDay(customer.CreatedAtUtc))
            .Min();
        return new CustomerOverview(
            customer.Name,
            reseller.Name,
            reseller.TimeZone,
            [.. rated.Select(m => new MonthUsage(m.Month, m.Rated.Quantity, m.Rated.Total))],
            [
                .. Enumerable
                    .Range(0, present.LastDay.Day)
                    .Select(i => present.FirstDay.AddDays(i))
                    .Select(day => new DayUsage(day, byDay.GetValueOrDefault(day))),
            ],
            rated[^1].Rated.Lines)
        {
            ExpectedAmount = MonthForecastCalculator.Calculate(days, since, today, schedule, reseller.Currency),
            IsPrepaid = customer.IsPrepaid,
        };
    }
}
