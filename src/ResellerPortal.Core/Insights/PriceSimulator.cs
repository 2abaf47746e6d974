using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Pricing;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Time;

namespace ResellerPortal.Core.Insights;

/// <summary>A month as it was priced, and as another card would have priced it.</summary>
public sealed record SimulatedMonth(BillingPeriod Month, RevenueSummary Before, RevenueSummary After);

/// <summary>Reprices the last three full months with a card that is not set yet. Writes nothing.</summary>
public sealed class PriceSimulator(PortalDatabase database, TimeProvider clock)
{
    private const int Months = 3;

    /// <param name="customerId">The customer; null for the default, which does not apply to customers with their own card.</param>
    /// <param name="terms">Null makes the customer follow the default.</param>
    public async Task<IReadOnlyList<SimulatedMonth>> SimulateAsync(
        Actor actor,
        CustomerId? customerId,
        CardTerms? terms,
        CancellationToken cancellationToken = default)
    {
        actor.Demand(Permission.ResellerView);
        await using var db = database.Open(actor.Scope);
        var reseller = await db.Resellers.AsNoTracking().SingleAsync(r => r.Id == actor.Reseller, cancellationToken);
        var last = BillingPeriod.Containing(clock.GetUtcNow(), reseller.Zone).Previous;
        var first = BillingPeriod.Containing(last.FirstDay.AddMonths(1 - Months));
        var pricing = await PricingContext.ReadAsync(db, customers: null, cancellationToken);
        var proposed = new RateCard
        {
            ResellerId = reseller.Id,
            CustomerId = customerId,
            Version = int.MaxValue,
            EffectiveFrom = first.FirstDay,
            Terms = terms,
            CreatedAtUtc = clock.GetUtcNow(),
        };
        var changed = pricing with { Cards = [.. pricing.Cards.Where(c => c.CustomerId != customerId), proposed] };
        var customers = await db.Customers.AsNoTracking()
            .Where(c => customerId == null || c.Id == customerId)
            .ToListAsync(cancellationToken);
        var usage = await RatedPeriodQueries.ReadUsageByMonthAsync(
            db, first, last, pricing, customerId is { } one ? [one] : null, cancellationToken);
        var months = Enumerable.Range(0, Months).Select(i => BillingPeriod.Containing(first.FirstDay.AddMonths(i))).ToList();
        var simulated = months.ToDictionary(
            month => month,
            month => new SimulatedMonth(month, RevenueSummary.Zero(reseller.Currency), RevenueSummary.Zero(reseller.Currency)));
        foreach (var customer in customers)
        {
            var before = pricing.CreateSchedule(reseller, customer);
            var after = changed.CreateSchedule(reseller, customer);
            var ofCustomer = usage[customer.Id].ToLookup(item => BillingPeriod.Containing(item.Day));
            foreach (var month in months)
            {
                simulated[month] = new SimulatedMonth(
                    month,
                    simulated[month].Before + RevenueSummary.FromRated(Rating.Rate(ofCustomer[month], before, reseller.Currency, month)),
                    simulated[month].After + RevenueSummary.FromRated(Rating.Rate(ofCustomer[month], after, reseller.Currency, month)));
            }
        }

        return [.. months.Select(month => simulated[month])];
    }
}
