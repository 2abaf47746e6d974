using System.Globalization;
using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Auditing;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Time;

namespace ResellerPortal.Core.Currencies;

/// <summary>A currency that customers can be charged in besides the reseller's.</summary>
/// <param name="Today">Today's rate.</param>
/// <param name="Customers">The number of customers charged in it.</param>
/// <param name="Rates">All rates, newest first.</param>
public sealed record ForeignCurrency(ExchangeRate Today, int Customers, IReadOnlyList<CurrencyRate> Rates);

/// <summary>The reseller's own reporting currency, and the currencies it has rates for.</summary>
public sealed record CurrencyOverview(Currency Own, DateOnly Today, IReadOnlyList<ForeignCurrency> Others);

/// <summary>Manages a reseller's exchange rates. The reseller enters them from a source accepted by its tax authority.</summary>
public sealed class CurrencyRateService(PortalDatabase database, TimeProvider clock)
{
    private const decimal MostUnits = 1_000_000;

    /// <summary>
    /// Supersedes a currency's rate with a new one from a local day. Finalised invoices keep theirs.
    /// Refused: the currency is unknown or the reseller's own; the rate or the day is out of range.
    /// </summary>
    /// <param name="units">Units of the currency for one unit of the reseller's, with up to nine decimals.</param>
    public async Task<Outcome<CurrencyRate>> SetAsync(
        Actor actor,
        string code,
        decimal units,
        DateOnly effectiveFrom,
        CancellationToken cancellationToken = default)
    {
        actor.Demand(Permission.PricesEdit);
        await using var db = database.Open(actor.Scope);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        await database.LockRowsAsync<Reseller>(db, [actor.Reseller.Value], cancellationToken);
        var reseller = await db.Resellers.SingleAsync(r => r.Id == actor.Reseller, cancellationToken);
        var now = clock.GetUtcNow();
        if (Check(code, units, effectiveFrom, reseller, reseller.Zone.GetDay(now)) is { } refusal)
        {
            return refusal;
        }

        var rate = new CurrencyRate
        {
            ResellerId = reseller.Id,
            Currency = Currency.FromCode(code),
            Version = await db.CurrencyRates.MaxAsync(r => (int?)r.Version, cancellationToken) + 1 ?? 1,
            EffectiveFrom = effectiveFrom,
            UnitsNanos = (long)(units * ExchangeRate.NanosPerUnit),
            CreatedAtUtc = now,
        };
        db.CurrencyRates.Add(rate);
        db.Audit(
            actor, now, Permission.PricesEdit,
            string.Create(
                CultureInfo.InvariantCulture, $"{rate.ToExchangeRate(reseller.Currency)} from {effectiveFrom:yyyy-MM-dd}"), reseller.Id);
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return rate;
    }

    public async Task<CurrencyOverview> ReadAsync(Actor actor, CancellationToken cancellationToken = default)
    {
        actor.Demand(Permission.ResellerView);
        await using var db = database.Open(actor.Scope);
        var reseller = await db.Resellers.AsNoTracking().SingleAsync(r => r.Id == actor.Reseller, cancellationToken);
        var rates = await db.CurrencyRates.AsNoTracking()
            .OrderByDescending(r => r.EffectiveFrom)
            .ThenByDescending(r => r.Version)
            .ToListAsync(cancellationToken);
        var customers = await db.Customers
            .GroupBy(c => c.Currency)
            .Select(g => new { g.Key, Count = g.Count() })
            .ToDictionaryAsync(g => g.Key, g => g.Count, cancellationToken);
        var today = reseller.Zone.GetDay(clock.GetUtcNow());
        return new CurrencyOverview(reseller.Currency, today, [.. rates
            .GroupBy(r => r.Currency)
            .OrderBy(g => g.Key.Code, StringComparer.Ordinal)
            .Select(g => new ForeignCurrency(
                ChargedCurrency.Create(reseller, g.Key, g).GetRate(today), customers.GetValueOrDefault(g.Key), [.. g]))]);
    }

    /// <returns>The refusal if customers cannot be charged in a currency, or null.</returns>
    internal static async Task<Refusal?> ValidateChargedCurrencyAsync(
        PortalDbContext db,
        Reseller reseller,
        string code,
        CancellationToken cancellationToken) =>
        !Currency.TryParse(code, out var currency) ? Refusal.Because("Choose an ISO 4217 currency such as USD.", nameof(Customer.Currency))
        : currency == reseller.Currency || await db.CurrencyRates.AnyAsync(r => r.Currency == currency, cancellationToken) ? null
        : Refusal.Because($"There is no exchange rate for {currency}. Set one under Currencies first.", nameof(Customer.Currency));

    private static Refusal? Check(string code, decimal units, DateOnly effectiveFrom, Reseller reseller, DateOnly today) =>
        !Currency.TryParse(code, out var currency) ? Refusal.Because("Choose an ISO 4217 currency such as USD.", nameof(code))
        : currency == reseller.Currency
        ? Refusal.Because($"{currency} is your own currency. Choose a different one.", nameof(code))
        : units is <= 0 or > MostUnits || units * ExchangeRate.NanosPerUnit % 1 != 0
        ? Refusal.Because(
            $"Enter the value of 1 {reseller.Currency} in {currency}: above 0, at most one million, with up to nine decimals.",
            nameof(units))
        : effectiveFrom < today.AddYears(-1) || effectiveFrom > today.AddYears(1)
        ? Refusal.Because("Choose a start within a year of today.", nameof(effectiveFrom))
        : null;
}
