using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Credits;
using ResellerPortal.Core.Invoicing;
using ResellerPortal.Core.Languages;
using ResellerPortal.Core.Metering;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Pricing;
using ResellerPortal.Core.Taxes;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Time;
using ResellerPortal.Core.Tokens;

namespace ResellerPortal.Core.Prepaid;

/// <summary>A customer's unbilled usage, priced and taxed as its invoices will be. Performs no I/O after loading.</summary>
internal sealed class UnbilledUsage
{
    private readonly Reseller _reseller;
    private readonly Customer _customer;
    private readonly RateCardSchedule _schedule;
    private readonly DateOnly _today;
    private readonly BillingPeriod _period;
    private readonly UnitPrice _maxUnitCost;
    private readonly List<UsageItem> _currentUsage = [];
    private Money _priorSpent;

    private UnbilledUsage(Reseller reseller, Customer customer, RateCardSchedule schedule, DateOnly today, UnitPrice maxCost)
    {
        (_reseller, _customer, _schedule, _today, _maxUnitCost) = (reseller, customer, schedule, today, maxCost);
        (_period, _priorSpent) = (BillingPeriod.Containing(today), Money.Zero(customer.Currency));
    }

    /// <summary>Converters used this month.</summary>
    public IEnumerable<string> Converters => _currentUsage.Select(item => item.Converter).Distinct();

    /// <summary>For each rule of today's prices, one converter that it covers, used or not.</summary>
    public IReadOnlyList<string> OneOfEachRule => [.. CurrentRules.Select(rule => rule.Converters.Count > 0 ? rule.Converters[0] : "any")];

    private IEnumerable<PriceRule> CurrentRules =>
        _schedule.SplitMonth(_period).Where(part => part.From <= _today && part.To >= _today).SelectMany(part => part.Terms.Rules);

    /// <summary>With tax; reserved conversions count as used.</summary>
    public Money Spent => _priorSpent + GetGross(_currentUsage, _period, isCharged: true);

    /// <summary>Reads with the reseller's scope; consistent if the caller's transaction is a snapshot.</summary>
    public static async Task<UnbilledUsage> ReadAsync(
        PortalDbContext db,
        Reseller reseller,
        Customer customer,
        DateTimeOffset now,
        CancellationToken cancellationToken)
    {
        var zone = reseller.Zone;
        var pricing = await PricingContext.ReadAsync(db, [customer.Id], cancellationToken);
        var maxCost = await db.CreditLots.Where(l => l.ExpiresAtUtc > now && l.ValidFromUtc <= now).MaxAsync(
            l => (long?)l.UnitCostMicros, cancellationToken) ?? 0;
        var first = (await db.FindLastInvoicedAsync(customer.Id, cancellationToken))?.Next
            ?? BillingPeriod.Containing(customer.CreatedAtUtc, zone);
        var unbilled = new UnbilledUsage(
            reseller, customer, pricing.CreateSchedule(reseller, customer), zone.GetDay(now), new UnitPrice(maxCost, reseller.Currency));
        if (first <= unbilled._period)
        {
            var usage = (await RatedPeriodQueries.ReadUsageByMonthAsync(
                db,
                first,
                unbilled._period,
                pricing,
                [customer.Id],
                cancellationToken))[customer.Id].ToLookup(item => BillingPeriod.Containing(item.Day));
            unbilled._currentUsage.AddRange(usage[unbilled._period]);
            for (var month = first; month < unbilled._period; month = month.Next)
            {
                unbilled._priorSpent += unbilled.GetGross(usage[month], month, isCharged: true);
            }
        }

        var (late, billed) = await ReadLateAsync(db, customer, first, zone, cancellationToken);
        unbilled._priorSpent += unbilled.GetGross(late, unbilled._period, isCharged: false, billed);
        var held = await db.Reservations.Where(r => r.CustomerId == customer.Id)
            .Join(db.ApiTokens, r => r.TokenId, t => t.Id, (r, t) => new { r.Converter, t.Environment, r.Quantity })
            .ToListAsync(cancellationToken);
        unbilled._currentUsage.AddRange(held.Select(r => unbilled.CreateItem(r.Converter, r.Environment, r.Quantity)));
        return unbilled;
    }

    /// <summary>
    /// The maximum total with a number of additional conversions today. Lines of different environments are rounded separately, so a
    /// mixture is exact to one minor unit per line.
    /// </summary>
    /// <param name="more">Conversions of each converter.</param>
    public Money CalculateSpent(IEnumerable<string> converters, string environment, long more)
    {
        var rated = Rate(
            _currentUsage.Concat(converters.Select(converter => CreateItem(converter, environment, more))), _period, isCharged: true);
        var unsure = new Money(_currentUsage.All(item => item.Environment == environment) ? 0 : rated.Lines.Count, _customer.Currency);
        return _priorSpent + AddTax(rated, _period) + unsure + TaxCalculation.CalculateTax(unsure, GetTaxBasisPoints(_period));
    }

    /// <summary>The additional conversions of a converter up to each price peak.</summary>
    public IEnumerable<long> ToPeaks(string converter) => _schedule.SplitMonth(_period)
        .Where(part => part.From <= _today && part.To >= _today)
        .SelectMany(part => new PricedPartOfMonth(_period, part, _customer.Currency, 0).ToPeaks(_currentUsage, converter));

    /// <summary>Late usage of invoiced months, and what those invoices billed.</summary>
    private static async Task<(IReadOnlyList<UsageItem> Late, IReadOnlyList<UsageItem> Billed)> ReadLateAsync(
        PortalDbContext db, Customer customer, BillingPeriod first, TimeZoneInfo zone, CancellationToken cancellationToken)
    {
        var late = await ClaimedUsage.ReadUnbilledBeforeAsync(db, customer, first.StartsAtUtc(zone), zone, cancellationToken);
        return late.Count == 0 ? ([], []) : (late, await ClaimedUsage.ReadBilledAsync(
            db,
            customer,
            BillingPeriod.Containing(late.Min(item => item.Day)).StartsAtUtc(zone),
            first.StartsAtUtc(zone),
            zone,
            cancellationToken));
    }

    /// <summary>Conversions not drawn yet are costed at the most expensive lot.</summary>
    private UsageItem CreateItem(string converter, string environment, long quantity) =>
        new(_today, converter, environment, _maxUnitCost, quantity);

    private Money GetGross(IEnumerable<UsageItem> usage, BillingPeriod month, bool isCharged, IEnumerable<UsageItem>? billed = null) =>
        AddTax(Rate(usage, month, isCharged, billed), month);

    private RatedUsage Rate(IEnumerable<UsageItem> usage, BillingPeriod month, bool isCharged, IEnumerable<UsageItem>? billed = null) =>
        Rating.Rate(usage, _schedule, _reseller.Currency, isCharged ? month : null, billed);

    private Money AddTax(RatedUsage rated, BillingPeriod month) => rated.Total + rated.CalculateTax(GetTaxBasisPoints(month));

    private int GetTaxBasisPoints(BillingPeriod month) =>
        TaxDecision.Decide(_reseller, _customer, month.LastDay, DocumentLanguage.English).RateBasisPoints;
}
