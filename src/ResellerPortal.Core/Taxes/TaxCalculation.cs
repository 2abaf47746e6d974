using ResellerPortal.Core.Monetary;

namespace ResellerPortal.Core.Taxes;

/// <summary>
/// Tax of one category and rate. Category codes are from UNTDID 5305 as used by EN 16931 (S, AE, E, G, O); the rate is in basis points.
/// </summary>
public sealed record TaxSubtotal(string Category, int RateBasisPoints, Money Taxable, Money Tax);

/// <summary>EN 16931, BR-CO-17: tax is calculated per category on the sum of its rounded lines, and rounded once.</summary>
public static class TaxCalculation
{
    public static IReadOnlyList<TaxSubtotal> Subtotals(
        IEnumerable<(string Category, int RateBasisPoints, Money Amount)> lines,
        Currency currency) =>
        [.. lines
            .GroupBy(line => (line.Category, line.RateBasisPoints))
            .OrderBy(group => group.Key.Category, StringComparer.Ordinal)
            .ThenBy(group => group.Key.RateBasisPoints)
            .Select(group =>
            {
                var taxable = Money.Sum(group.Select(line => line.Amount), currency);
                return new TaxSubtotal(
                    group.Key.Category, group.Key.RateBasisPoints, taxable, CalculateTax(taxable, group.Key.RateBasisPoints));
            })];

    public static Money CalculateTax(Money taxable, int rateBasisPoints) =>
        Money.Round(taxable.Amount * rateBasisPoints / 10_000, taxable.Currency);
}
