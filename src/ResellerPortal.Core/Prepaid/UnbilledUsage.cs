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

/// <summary>What a customer used that no invoice has billed, priced and taxed as its invoices will be. Pure once it is read.</summary>
internal sealed class UnbilledUsage
{
    private readonly Reseller _reseller;
    private readonly Customer _customer;
    private readonly RateCardSchedule _schedule;
    private readonly DateOnly _today;
    private readonly BillingPeriod _present;
    private readonly UnitPrice _dearest;
    private readonly List<UsageItem> _ofPresent = [];
    private Money _before;

    private UnbilledUsage(Reseller reseller, Customer customer, RateCardSchedule schedule, DateOnly today, UnitPrice dearest)
    {
        (_reseller, _customer, _schedule, _today, _dearest) = (reseller, customer, schedule, today, dearest);
        (_present, _before) = (BillingPeriod.Containing(today), Money.Zero(customer.Currency));
    }

    /// <summary>Converters that were used this month.</summary>
    public IEnumerable<string> Converters => _ofPresent.Select(item => item.Converter).Distinct();

    /// <summary>For each rule of today's prices a converter that it covers, whether it was used or not.</summary>
    public IReadOnlyList<string> OneOfEachRule => [.. RulesOfToday.Select(rule => rule.Converters.Count > 0 ? rule.Converters[0] : "any")];

    private IEnumerable<PriceRule> RulesOfToday =>
        _schedule.SplitMonth(_present).Where(part => part.From <= _today && part.To >= _today).SelectMany(part => part.Terms.Rules);

    /// <summary>With tax; held conversions are taken as used.</summary>
    public Money Spent => _before + Gross(_ofPresent, _present, isCharged: true);

    /// <summary>Reads it in the whole reseller's scope; of one instant, where the caller's transaction is a snapshot.</summary>
    public static async Task<UnbilledUsage> ReadAsync(
        PortalDbContext db,
        Reseller reseller,
        Customer customer,
        DateTimeOffset now,
        CancellationToken cancellationToken)
    {
        var zone = reseller.Zone;
        var pricing = await PricingContext.ReadAsync(db, [customer.Id], cancellationToken);
        var dearest = await db.CreditLots.Where(l => l.ExpiresAtUtc > now && l.ValidFromUtc <= now).MaxAsync(
            l => (long?)l.UnitCostMicros, cancellationToken) ?? 0;
        var first = (await db.LastInvoicedAsync(customer.Id, cancellationToken))?.Next
            ?? BillingPeriod.Containing(customer.CreatedAtUtc, zone);
        var unbilled = new UnbilledUsage(
            reseller, customer, pricing.CreateSchedule(reseller, customer), zone.GetDay(now), new UnitPrice(dearest, reseller.Currency));
        if (first <= unbilled._present)
        {
            var usage = (await RatedPeriodQueries.UsageByMonthAsync(
                db,
                first,
                unbilled._present,
                pricing,
                [customer.Id],
                cancellationToken))[customer.Id].ToLookup(item => BillingPeriod.Containing(item.Day));
            unbilled._ofPresent.AddRange(usage[unbilled._present]);
            for (var month = first; month < unbilled._present; month = month.Next)
            {
                unbilled._before += unbilled.Gross(usage[month], month, isCharged: true);
            }
        }

        var (late, billed) = await LateAsync(db, customer, first, zone, cancellationToken);
        unbilled._before += unbilled.Gross(late, unbilled._present, isCharged: false, billed);
        var held = await db.Reservations.Where(r => r.CustomerId == customer.Id)
            .Join(db.ApiTokens, r => r.TokenId, t => t.Id, (r, t) => new { r.Converter, t.Environment, r.Quantity })
            .ToListAsync(cancellationToken);
        unbilled._ofPresent.AddRange(held.Select(r => unbilled.CreateItem(r.Converter, r.Environment, r.Quantity)));
        return unbilled;
    }

    /// <summary>
    /// What it comes to, at most, with some more conversions of today. Lines of several environments are rounded apart, so what
    /// a mixture of them comes to is known to a minor unit a line.
    /// </summary>
    /// <param name="more">Conversions of each of the converters.</param>
    public Money CalculateSpent(IEnumerable<string> converters, string environment, long more)
    {
        var rated = Rate(
            _ofPresent.Concat(converters.Select(converter => CreateItem(converter, environment, more))), _present, isCharged: true);
        var unsure = new Money(_ofPresent.All(item => item.Environment == environment) ? 0 : rated.Lines.Count, _customer.Currency);
        return _before + WithTax(rated, _present) + unsure + TaxCalculation.CalculateTax(unsure, GetTaxBasisPoints(_present));
    }

    /// <summary>How many more conversions of a converter it takes to each peak of what they cost.</summary>
    public IEnumerable<long> ToPeaks(string converter) => _schedule.SplitMonth(_present)
        .Where(part => part.From <= _today && part.To >= _today)
        .SelectMany(part => new PricedPartOfMonth(_present, part, _customer.Currency, 0).ToPeaks(_ofPresent, converter));

    /// <summary>Usage of months that are invoiced, told after their invoice; and what that had billed of them.</summary>
    private static async Task<(IReadOnlyList<UsageItem> Late, IReadOnlyList<UsageItem> Billed)> LateAsync(
        PortalDbContext db, Customer customer, BillingPeriod first, TimeZoneInfo zone, CancellationToken cancellationToken)
    {
        var late = await ClaimedUsage.UnbilledBeforeAsync(db, customer, first.StartsAtUtc(zone), zone, cancellationToken);
        return late.Count == 0 ? ([], []) : (late, await ClaimedUsage.BilledAsync(
            db,
            customer,
            BillingPeriod.Containing(late.Min(item => item.Day)).StartsAtUtc(zone),
            first.StartsAtUtc(zone),
            zone,
            cancellationToken));
    }

    /// <summary>Conversions that are not drawn yet are taken as drawn from the dearest lot.</summary>
    private UsageItem CreateItem(string converter, string environment, long quantity) =>
        new(_today, converter, environment, _dearest, quantity);

    private Money Gross(IEnumerable<UsageItem> usage, BillingPeriod month, bool isCharged, IEnumerable<UsageItem>? billed = null) =>
        WithTax(Rate(usage, month, isCharged, billed), month);

    private RatedUsage Rate(IEnumerable<UsageItem> usage, BillingPeriod month, bool isCharged, IEnumerable<UsageItem>? billed = null) =>
        Rating.Rate(usage, _schedule, _reseller.Currency, isCharged ? month : null, billed);

    private Money WithTax(RatedUsage rated, BillingPeriod month) => rated.Total + rated.CalculateTax(GetTaxBasisPoints(month));

    private int GetTaxBasisPoints(BillingPeriod month) =>
        TaxDecision.Decide(_reseller, _customer, month.LastDay, DocumentLanguage.English).RateBasisPoints;
}
