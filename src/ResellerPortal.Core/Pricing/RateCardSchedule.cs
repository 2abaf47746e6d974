using ResellerPortal.Core.Currencies;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Time;

namespace ResellerPortal.Core.Pricing;

/// <summary>A part of a month in which one card holds. Both days are part of it.</summary>
/// <param name="Terms">In the customer's currency.</param>
/// <param name="ActiveDays">Days of it on which the customer had its contract; fees, minimum and included conversions are shared out by
/// them.</param>
public sealed record PricedDays(DateOnly From, DateOnly To, int ActiveDays, CardTerms Terms);

/// <summary>
/// Which card holds on which day for one customer: its own, else the reseller's default, else pass-through. Its own is in its
/// currency; the default is converted into that.
/// </summary>
/// <param name="startsOn">The first day of the customer's contract; null for always.</param>
/// <param name="endsOn">Its last day; null for no end.</param>
/// <param name="taxOn">The tax on a day, in hundredths of a percent, for prices that include it; null for none.</param>
/// <param name="charged">The currency of its prices; null for that of the reseller's.</param>
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

    /// <summary>What costs in a currency are converted at into the customer's.</summary>
    public ExchangeRate GetRate(DateOnly day, Currency costs) => charged?.GetRate(day) ?? ExchangeRate.Same(costs);

    /// <summary>The card that holds on a day, in the customer's currency.</summary>
    public CardTerms GetTerms(DateOnly day) => FindOwnTerms(day) ?? Converted(GetDefaultTerms(day), day);

    /// <summary>The customer's own card on a day; null where it follows the default.</summary>
    public CardTerms? FindOwnTerms(DateOnly day) =>
        Array.Find(_newestFirst, c => c.CustomerId == customer && c.EffectiveFrom <= day)?.Terms;

    /// <summary>The month, split where another card begins to hold.</summary>
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
                parts[^1] = Part(parts[^1].From, from.AddDays(-1), parts[^1].Terms);
            }

            parts.Add(Part(from, month.LastDay, terms));
        }

        return parts.ConvertAll(
            part => FindOwnTerms(part.From) is null ? part with { Terms = Converted(part.Terms, month.LastDay) } : part);
    }

    /// <summary>Whether a month costs something without any usage.</summary>
    public bool HasFeesIn(BillingPeriod month) =>
        SplitMonth(month).Any(part => part.ActiveDays > 0 && (part.Terms.MonthlyFeeMinorUnits > 0 || part.Terms.MinimumMinorUnits > 0));

    private CardTerms GetDefaultTerms(DateOnly day) =>
        Array.Find(_newestFirst, c => c.CustomerId is null && c.EffectiveFrom <= day)?.Terms ?? CardTerms.PassThrough;

    private CardTerms Converted(CardTerms terms, DateOnly day) =>
        charged?.GetRate(day) is { IsOne: false } rate ? terms.ConvertWith(rate) : terms;

    private PricedDays Part(DateOnly from, DateOnly to, CardTerms terms)
    {
        var first = startsOn > from ? startsOn.Value : from;
        var last = endsOn < to ? endsOn.Value : to;
        return new PricedDays(from, to, Math.Max(0, last.DayNumber - first.DayNumber + 1), terms);
    }
}
