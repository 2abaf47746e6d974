using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Auditing;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Persistence;

namespace ResellerPortal.Core.Plans;

/// <summary>A plan's terms as entered by the operator.</summary>
public sealed record PlanTerms(
    string Name, long Conversions, decimal Price, string Currency, int ValidityDays, PlanRenewal Renewal, decimal? OveragePrice);

/// <summary>Manages the operator's catalogue of plans.</summary>
public sealed class BulkPlanService(PortalDatabase database, TimeProvider clock)
{
    public const long MaxConversions = 10_000_000_000;

    /// <summary>The highest cost of a conversion, equal to the highest price; times the most conversions it is a valid amount.</summary>
    public const int MaxUnitCost = 100_000;

    /// <summary>
    /// Adds a plan to the catalogue.
    /// Refused: a term is not valid; another plan has this name.
    /// </summary>
    public async Task<Outcome<BulkPlan>> OfferAsync(Actor actor, PlanTerms terms, CancellationToken cancellationToken = default)
    {
        actor.Demand(Permission.PlansManage);
        if (Check(terms) is { } refusal)
        {
            return refusal;
        }

        await using var db = database.Open(actor.Scope);
        if (await db.BulkPlans.AnyAsync(p => p.Name == terms.Name.Trim(), cancellationToken))
        {
            return Refusal.Because("A plan with this name already exists. Choose another name.", nameof(terms.Name));
        }

        var currency = Currency.FromCode(terms.Currency);
        var plan = new BulkPlan
        {
            Name = terms.Name.Trim(),
            Conversions = terms.Conversions,
            PriceMinorUnits = Money.Round(terms.Price, currency).MinorUnits,
            Currency = currency,
            ValidityDays = terms.ValidityDays,
            Renewal = terms.Renewal,
            OveragePriceMicros = terms.OveragePrice is { } overage ? UnitPrice.Round(overage, currency).Micros : null,
        };
        db.BulkPlans.Add(plan);
        db.Audit(
            actor,
            clock.GetUtcNow(),
            Permission.PlansManage,
            $"offered {plan.Name}: {plan.Conversions} conversions for {plan.Price}",
            null);
        await db.SaveChangesAsync(cancellationToken);
        return plan;
    }

    /// <summary>
    /// Withdraws a plan from the catalogue or offers it again. Orders keep their terms.
    /// Refused: no such plan.
    /// </summary>
    public async Task<Outcome<BulkPlan>> SetOfferedAsync(
        Actor actor,
        Guid planId,
        bool isOffered,
        CancellationToken cancellationToken = default)
    {
        actor.Demand(Permission.PlansManage);
        await using var db = database.Open(actor.Scope);
        if (await db.BulkPlans.SingleOrDefaultAsync(p => p.Id == planId, cancellationToken) is not { } plan)
        {
            return Refusal.NotFound("plan");
        }

        plan.IsOffered = isOffered;
        db.Audit(actor, clock.GetUtcNow(), Permission.PlansManage, $"{(isOffered ? "offered" : "withdrew")} {plan.Name}", null);
        await db.SaveChangesAsync(cancellationToken);
        return plan;
    }

    private static Refusal? Check(PlanTerms terms) => terms switch
    {
        { Name: var name } when string.IsNullOrWhiteSpace(name) || name.Length > 100 =>
            Refusal.Because("Enter the plan's name, up to 100 characters.", nameof(terms.Name)),
        { Conversions: < 1 or > MaxConversions } =>
            Refusal.Because($"Enter 1 to {MaxConversions:N0} conversions.", nameof(terms.Conversions)),
        { Price: < 0 or > 1_000_000_000 } => Refusal.Because("Enter a price from 0 to 1,000,000,000.", nameof(terms.Price)),
        { Currency: var code } when !Currency.TryParse(code, out _) =>
            Refusal.Because("Choose an ISO 4217 currency such as EUR.", nameof(terms.Currency)),
        { ValidityDays: < 1 or > 3660 } => Refusal.Because("Enter a validity of 1 to 3,660 days.", nameof(terms.ValidityDays)),
        { Price: var price, Conversions: var conversions } when price / conversions > MaxUnitCost => Refusal.Because(
            $"A conversion of this plan would cost more than {MaxUnitCost:N0}. Lower the price, or add conversions.", nameof(terms.Price)),
        { OveragePrice: < 0 or > MaxUnitCost } => Refusal.Because(
            $"Enter an overage price from 0 to {MaxUnitCost:N0}, or leave it empty for none.", nameof(terms.OveragePrice)),
        _ => null,
    };
}
