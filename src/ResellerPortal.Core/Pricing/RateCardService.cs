using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Auditing;
using ResellerPortal.Core.Credits;
using ResellerPortal.Core.Currencies;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Taxes;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Time;

namespace ResellerPortal.Core.Pricing;

/// <summary>The lowest price that a rule yields for the unit cost of one active lot. Both are in the currency of the prices.</summary>
public sealed record PriceEffect(string PlanName, string Rule, UnitPrice UnitCost, UnitPrice UnitPrice)
{
    public bool LosesMoney => UnitPrice.Micros < UnitCost.Micros;
}

/// <summary>A card in words.</summary>
/// <param name="CustomerName">Null for the default.</param>
/// <param name="Price">Null if the customer follows the default from this day.</param>
public sealed record SetPrice(DateOnly EffectiveFrom, string? CustomerName, string? Price);

/// <summary>A new card, with its effect on today's costs.</summary>
public sealed record RateCardChange(RateCard Card, IReadOnlyList<PriceEffect> Effects)
{
    /// <summary>A warning if a rule sells below cost; otherwise null.</summary>
    public string? Warning => RateCardService.FindLossWarning(Effects);
}

public sealed class RateCardService(PortalDatabase database, TimeProvider clock)
{
    /// <summary>
    /// Supersedes the current card with a new one from a local day. Invoiced usage is unaffected. Selling below cost is allowed with a
    /// warning.
    /// Refused: no such customer; the default has no rule; the day is out of range; the terms are not valid.
    /// </summary>
    /// <param name="customerId">Null sets the reseller's default.</param>
    /// <param name="terms">Null makes the customer follow the default.</param>
    public async Task<Outcome<RateCardChange>> SetAsync(
        Actor actor, CustomerId? customerId, CardTerms? terms, DateOnly effectiveFrom, CancellationToken cancellationToken = default)
    {
        actor.Demand(Permission.PricesEdit);
        await using var db = database.Open(actor.Scope);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        await database.LockRowsAsync<Reseller>(db, [actor.Reseller.Value], cancellationToken);
        var reseller = await db.Resellers.SingleAsync(r => r.Id == actor.Reseller, cancellationToken);
        var customer = customerId is null ? null : await db.Customers.SingleOrDefaultAsync(c => c.Id == customerId, cancellationToken);
        if (customerId is not null && customer is null)
        {
            return Refusal.NotFound("customer");
        }

        var now = clock.GetUtcNow();
        var currency = customer?.Currency ?? reseller.Currency;
        if (Check(terms, effectiveFrom, currency, reseller.Zone.GetDay(now), isDefault: customerId is null) is { } refusal)
        {
            return refusal;
        }

        var card = new RateCard
        {
            ResellerId = reseller.Id,
            CustomerId = customerId,
            Version = await db.RateCards.MaxAsync(c => (int?)c.Version, cancellationToken) + 1 ?? 1,
            EffectiveFrom = effectiveFrom,
            Terms = terms,
            CreatedAtUtc = now,
        };
        db.RateCards.Add(card);
        db.Audit(
            actor,
            now,
            Permission.PricesEdit,
            $"{customer?.Name ?? "default"}: {terms?.Describe(currency) ?? "follows the default"} from {effectiveFrom:yyyy-MM-dd}",
            reseller.Id,
            customerId);
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return new RateCardChange(card, terms is null ? [] : await CalculateEffectsAsync(actor, customerId, terms, cancellationToken));
    }

    /// <summary>The prices that the rules yield for the unit costs of the lots that can be drawn now.</summary>
    /// <param name="customerId">The customer, in its currency; null for the reseller's default.</param>
    public async Task<IReadOnlyList<PriceEffect>> CalculateEffectsAsync(
        Actor actor,
        CustomerId? customerId,
        CardTerms terms,
        CancellationToken cancellationToken = default)
    {
        actor.Demand(Permission.ResellerView);
        var now = clock.GetUtcNow();
        await using var db = database.Open(actor.Scope);
        var reseller = await db.Resellers.AsNoTracking().SingleAsync(r => r.Id == actor.Reseller, cancellationToken);
        var today = reseller.Zone.GetDay(now);
        var currency = await db.Customers
            .Where(c => c.Id == customerId)
            .Select(c => (Currency?)c.Currency)
            .SingleOrDefaultAsync(cancellationToken) ?? reseller.Currency;
        var rate = ChargedCurrency.Create(reseller, currency, await db.CurrencyRates.AsNoTracking()
            .Where(r => r.Currency == currency)
            .ToListAsync(cancellationToken)).GetRate(today);
        var tax = TaxDecision.FindHomeRate(reseller, today) ?? 0;
        var lots = await db.CreditLots.AsNoTracking()
            .Where(l => l.ExpiresAtUtc > now && l.Used < l.Conversions)
            .OrderBy(l => l.ExpiresAtUtc)
            .ToListAsync(cancellationToken);
        return [.. lots
            .DistinctBy(l => l.UnitCost)
            .Select(l => (l.PlanName, Cost: rate.Convert(l.UnitCost)))
            .SelectMany(l => terms.Rules.Select(rule =>
                new PriceEffect(l.PlanName, rule.Describe(), l.Cost, terms.GetLowestPrice(rule, l.Cost, tax))))];
    }

    /// <summary>The number of customers whose price is the default on a local day, and changes with it.</summary>
    public async Task<int> CountFollowersAsync(Actor actor, DateOnly day, CancellationToken cancellationToken = default)
    {
        actor.Demand(Permission.ResellerView);
        await using var db = database.Open(actor.Scope);
        var reseller = await db.Resellers.AsNoTracking().SingleAsync(r => r.Id == actor.Reseller, cancellationToken);
        var pricing = await PricingContext.ReadAsync(db, customers: null, cancellationToken);
        return (await db.Customers.AsNoTracking().Where(c => c.LastDay == null || c.LastDay >= day).ToListAsync(cancellationToken))
            .Count(customer => pricing.CreateSchedule(reseller, customer).FindOwnTerms(day) is null);
    }

    /// <summary>Today's default rule and the currency of prices.</summary>
    public async Task<(Currency Currency, CardTerms Terms)> GetDefaultAsync(Actor actor, CancellationToken cancellationToken = default)
    {
        actor.Demand(Permission.ResellerView);
        await using var db = database.Open(actor.Scope);
        var reseller = await db.Resellers.AsNoTracking().SingleAsync(r => r.Id == actor.Reseller, cancellationToken);
        var cards = await db.RateCards.AsNoTracking().Where(c => c.CustomerId == null).ToListAsync(cancellationToken);
        return (reseller.Currency, new RateCardSchedule(default, cards).GetTerms(reseller.Zone.GetDay(clock.GetUtcNow())));
    }

    /// <summary>The prices set by the actor's reseller, newest first.</summary>
    public async Task<IReadOnlyList<SetPrice>> ListHistoryAsync(Actor actor, CancellationToken cancellationToken = default)
    {
        actor.Demand(Permission.ResellerView);
        await using var db = database.Open(actor.Scope);
        var reseller = await db.Resellers.AsNoTracking().SingleAsync(r => r.Id == actor.Reseller, cancellationToken);
        var cards = await db.RateCards.AsNoTracking().OrderByDescending(c => c.Version).ToListAsync(cancellationToken);
        var customers = await db.Customers.Select(c => new { c.Id, c.Name, c.Currency }).ToDictionaryAsync(c => c.Id, cancellationToken);
        return [.. cards.Select(card =>
        {
            var customer = card.CustomerId is { } id ? customers[id] : null;
            return new SetPrice(card.EffectiveFrom, customer?.Name, card.Terms?.Describe(customer?.Currency ?? reseller.Currency));
        })];
    }

    public static string? FindLossWarning(IEnumerable<PriceEffect> effects) =>
        effects.FirstOrDefault(e => e.LosesMoney) is { } loss
            ? $"This sells below cost: a conversion of {loss.PlanName} costs you {loss.UnitCost}, and '{loss.Rule}' charges as little as "
                + $"{loss.UnitPrice} for one."
            : null;

    private static Refusal? Check(CardTerms? terms, DateOnly effectiveFrom, Currency currency, DateOnly today, bool isDefault) =>
        terms is null && isDefault ? Refusal.Because("Choose a rule; the default cannot be empty.")
        : terms?.Check(currency) is { } refusal ? refusal
        : effectiveFrom < today.AddYears(-1) || effectiveFrom > today.AddYears(1)
        ? Refusal.Because("Choose a start within a year of today.", nameof(effectiveFrom))
        : null;
}
