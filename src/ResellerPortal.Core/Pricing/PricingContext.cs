using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Currencies;
using ResellerPortal.Core.Languages;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Taxes;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Time;

namespace ResellerPortal.Core.Pricing;

/// <summary>Everything that determines the prices of a reseller's customers, besides its cost.</summary>
internal sealed record PricingContext(IReadOnlyList<RateCard> Cards, IReadOnlyList<CurrencyRate> Rates)
{
    /// <param name="customers">Customers to read own cards for, in addition to the default ones; null for all.</param>
    public static async Task<PricingContext> ReadAsync(
        PortalDbContext db,
        IReadOnlyCollection<CustomerId>? customers,
        CancellationToken cancellationToken)
    {
        var cards = db.RateCards.AsNoTracking();
        cards = customers is null ? cards : cards.Where(c => c.CustomerId == null || customers.Contains(c.CustomerId.Value));
        return new PricingContext(
            await cards.ToListAsync(cancellationToken), await db.CurrencyRates.AsNoTracking().ToListAsync(cancellationToken));
    }

    /// <summary>Restricts the context to one customer.</summary>
    public PricingContext ForCustomer(CustomerId customer) =>
        this with { Cards = [.. Cards.Where(c => c.CustomerId is null || c.CustomerId == customer)] };

    /// <summary>Creates a customer's schedule; its contract starts on the day it was added.</summary>
    public RateCardSchedule CreateSchedule(Reseller reseller, Customer customer) => new(
        customer.Id,
        Cards,
        reseller.Zone.GetDay(customer.CreatedAtUtc),
        customer.LastDay,
        day => TaxDecision.Decide(reseller, customer, day, DocumentLanguage.English).RateBasisPoints,
        ChargedCurrency.Create(reseller, customer.Currency, Rates));
}
