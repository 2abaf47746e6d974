using ResellerPortal.Core.Currencies;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Time;

namespace ResellerPortal.Core.Pricing;

/// <summary>The part of a month in which one card applies, both days included.</summary>
/// <param name="Terms">In the customer's currency.</param>
/// <param name="ActiveDays">Days within the contract, by which fees, minimum and included conversions are prorated.</param>
public sealed record PricedDays(DateOnly From, DateOnly To, int ActiveDays, CardTerms Terms);

/// <summary>
/// Which card applies to a customer on each day: its own, otherwise the reseller's default, otherwise pass-through. Its own card is in its
/// currency; the default is converted to it.
/// </summary>
/// <param name="startsOn">First day of the contract; null if it always applies.</param>
/// <param name="endsOn">Last day of the contract; null for no end.</param>
/// <param name="taxOn">The tax rate on a day in basis points, for prices that include tax; null for none.</param>
/// <param name="charged">The currency of its prices; null for the reseller's.</param>
public sealed class RateCardSchedule(
    CustomerId customer,
    IEnumerable<RateCard> cardsOfReseller,
    DateOnly? startsOn = null,
    DateOnly? endsOn = null,
    Func<DateOnly, int>? taxOn = null,
    ChargedCurrency? charged = null)
{
    private readonly RateCard[] _newestFirst = [.. cardsOfReseller
        .Where(c => c.CustomerId is null || c.CustomerId == customer)
        .OrderByDescending(c => c.EffectiveFrom)
        .ThenByDescending(c => c.Version)];

    public int GetTaxBasisPoints(DateOnly day) => taxOn?.Invoke(day) ?? 0;

    /// <summary>The rate that converts costs into the customer's currency.</summary>
    public ExchangeRate GetRate(DateOnly day, Currency costs) => charged?.GetRate(day) ?? ExchangeRate.Same(costs);

    /// <summary>The card that applies on a day, in the customer's currency.</summary>
    public CardTerms GetTerms(DateOnly day) => FindOwnTerms(day) ?? ConvertTerms(GetDefaultTerms(day), day);

    /// <summary>The customer's own card on a day; null if it follows the default.</summary>
    public CardTerms? FindOwnTerms(DateOnly day) =>
        Array.Find(_newestFirst, c => c.CustomerId == customer && c.EffectiveFrom <= day)?.Terms;

    /// <summary>Splits a month where another card takes effect.</summary>
    public IReadOnlyList<PricedDays> SplitMonth(BillingPeriod month)
    {
        var parts = new List<PricedDays>();
        foreach (var from in _newestFirst.Select(c => c.EffectiveFrom).Where(month.Contains).Append(month.FirstDay).Distinct().Order())
        {
            var terms = FindOwnTerms(from) ?? GetDefaultTerms(from);
            if (parts.Count > 0 && ReferenceEquals(parts[^1].Terms, terms))
            {
                continue;
            }

            if (parts.Count > 0)
            {
                parts[^1] = CreatePart(parts[^1].From, from.AddDays(-1), parts[^1].Terms);
            }

            parts.Add(CreatePart(from, month.LastDay, terms));
        }

        return parts.ConvertAll(
            part => FindOwnTerms(part.From) is null ? part with { Terms = ConvertTerms(part.Terms, month.LastDay) } : part);
    }

    /// <summary>Whether a month is charged even without usage.</summary>
    public bool HasFeesIn(BillingPeriod month) =>
        SplitMonth(month).Any(part => part.ActiveDays > 0 && (part.Terms.MonthlyFeeMinorUnits > 0 || part.Terms.MinimumMinorUnits > 0));

    private CardTerms GetDefaultTerms(DateOnly day) =>
        Array.Find(_newestFirst, c => c.CustomerId is null && c.EffectiveFrom <= day)?.Terms ?? CardTerms.PassThrough;

    private CardTerms ConvertTerms(CardTerms terms, DateOnly day) =>
        charged?.GetRate(day) is { IsOne: false } rate ? terms.ConvertWith(rate) : terms;

    private PricedDays CreatePart(DateOnly from, DateOnly to, CardTerms terms)
    {
        var first = startsOn > from ? startsOn.Value : from;
        var last = endsOn < to ? endsOn.Value : to;
        return new PricedDays(from, to, Math.Max(0, last.DayNumber - first.DayNumber + 1), terms);
    }
}
