using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Auditing;
using ResellerPortal.Core.Credits;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Taxes;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Time;

namespace ResellerPortal.Core.Pricing;

/// <summary>What a rule makes of the unit cost of one living lot, at the least.</summary>
public sealed record PriceEffect(string PlanName, string Rule, UnitPrice UnitCost, UnitPrice UnitPrice)
{
    public bool LosesMoney => UnitPrice.Micros < UnitCost.Micros;
}

/// <summary>A card just set, with what it makes of today's costs.</summary>
public sealed record RateCardChange(RateCard Card, IReadOnlyList<PriceEffect> Effects)
{
    /// <summary>Said to the reseller where a rule sells below cost; null where none does.</summary>
    public string? Warning => RateCards.LossWarning(Effects);
}

public sealed class RateCards(PortalDatabase database, TimeProvider clock)
{
    /// <summary>
    /// Follows the present card with a new one from a local day on. Usage that is invoiced already is not touched.
    /// Selling below cost is allowed, and comes with a warning.
    /// </summary>
    /// <param name="customerId">Null sets the reseller's default.</param>
    /// <param name="terms">Null lets the customer follow the default.</param>
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
        if (Check(terms, effectiveFrom, reseller, reseller.Zone.DayOf(now), isDefault: customerId is null) is { } refusal)
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
            actor, now, Permission.PricesEdit, $"{customer?.Name ?? "default"}: {terms?.Describe(reseller.Currency) ?? "follows the default"} from {effectiveFrom:yyyy-MM-dd}", reseller.Id, customerId);
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return new RateCardChange(card, terms is null ? [] : await EffectsAsync(actor, terms, cancellationToken));
    }

    /// <summary>What the rules would make of the unit costs of the lots that can be drawn now.</summary>
    public async Task<IReadOnlyList<PriceEffect>> EffectsAsync(Actor actor, CardTerms terms, CancellationToken cancellationToken = default)
    {
        actor.Demand(Permission.ResellerView);
        var now = clock.GetUtcNow();
        await using var db = database.Open(actor.Scope);
        var reseller = await db.Resellers.AsNoTracking().SingleAsync(r => r.Id == actor.Reseller, cancellationToken);
        var tax = TaxDecision.HomeRateOn(reseller, reseller.Zone.DayOf(now)) ?? 0;
        var lots = await db.CreditLots.AsNoTracking()
            .Where(l => l.ExpiresAtUtc > now && l.Used < l.Conversions)
            .OrderBy(l => l.ExpiresAtUtc)
            .ToListAsync(cancellationToken);
        return [.. lots.DistinctBy(l => l.UnitCost).SelectMany(l => terms.Rules.Select(rule =>
            new PriceEffect(l.PlanName, rule.Describe(), l.UnitCost, terms.LowestPriceOf(rule, l.UnitCost, tax))))];
    }

    /// <summary>The rule for customers that have none of their own, as it holds today, and the currency of prices.</summary>
    public async Task<(Currency Currency, CardTerms Terms)> DefaultAsync(Actor actor, CancellationToken cancellationToken = default)
    {
        actor.Demand(Permission.ResellerView);
        await using var db = database.Open(actor.Scope);
        var reseller = await db.Resellers.AsNoTracking().SingleAsync(r => r.Id == actor.Reseller, cancellationToken);
        var cards = await db.RateCards.AsNoTracking().Where(c => c.CustomerId == null).ToListAsync(cancellationToken);
        return (reseller.Currency, new RateCardSchedule(default, cards).On(reseller.Zone.DayOf(clock.GetUtcNow())));
    }

    /// <summary>The cards of the actor's reseller, newest first.</summary>
    public async Task<IReadOnlyList<RateCard>> HistoryAsync(Actor actor, CancellationToken cancellationToken = default)
    {
        actor.Demand(Permission.ResellerView);
        await using var db = database.Open(actor.Scope);
        return await db.RateCards.AsNoTracking().OrderByDescending(c => c.Version).ToListAsync(cancellationToken);
    }

    public static string? LossWarning(IEnumerable<PriceEffect> effects) =>
        effects.FirstOrDefault(e => e.LosesMoney) is { } loss
            ? $"This sells below cost: a conversion of {loss.PlanName} costs you {loss.UnitCost}, and '{loss.Rule}' charges as little as {loss.UnitPrice} for one."
            : null;

    private static Refusal? Check(CardTerms? terms, DateOnly effectiveFrom, Reseller reseller, DateOnly today, bool isDefault) =>
        terms is null && isDefault ? Refusal.Of("The default needs a rule. Choose one.")
        : terms?.Check(reseller.Currency) is { } refusal ? refusal
        : effectiveFrom < today.AddYears(-1) || effectiveFrom > today.AddYears(1) ? Refusal.Of("A price starts within a year from today.", nameof(effectiveFrom))
        : null;
}
