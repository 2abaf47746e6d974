using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Pricing;
using ResellerPortal.Core.Time;

namespace ResellerPortal.Core.Insights;

/// <summary>Revenue and cost of usage: conversions, and money net of tax in the reseller's currency.</summary>
public sealed record RevenueSummary(long Conversions, Money Revenue, Money Cost)
{
    public Money Margin => Revenue - Cost;

    /// <summary>Margin as a percentage of revenue; null without revenue.</summary>
    public decimal? MarginPercent => Revenue.IsZero ? null : Margin.Amount * 100 / Revenue.Amount;

    public static RevenueSummary Zero(Currency currency) => new(0, Money.Zero(currency), Money.Zero(currency));

    public static RevenueSummary FromRated(RatedUsage rated) => new(rated.Quantity, rated.Revenue, Money.Round(rated.Cost));

    public static RevenueSummary operator +(RevenueSummary left, RevenueSummary right) =>
        new(left.Conversions + right.Conversions, left.Revenue + right.Revenue, left.Cost + right.Cost);
}

public sealed record MonthRevenue(BillingPeriod Month, RevenueSummary Summary);
