using CsCheck;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Taxes;

namespace ResellerPortal.Core.Tests.Taxes;

public sealed class TaxCalculationTests
{
    private static readonly Currency Eur = Currency.FromCode("EUR");

    [Fact]
    public void Tax_is_rounded_once_on_the_sum_of_a_category()
    {
        // Three lines of 0.33 at 25%: 25% of 0.99 is 0.2475, rounded to 0.25; per line it would be 3 × 0.08.
        var subtotal = Assert.Single(TaxCalculation.Subtotals(Enumerable.Repeat(("S", 2500, new Money(33, Eur)), 3), Eur));
        Assert.Equal((99, 25), (subtotal.Taxable.MinorUnits, subtotal.Tax.MinorUnits));
    }

    [Fact]
    public void Peppol_BIS_Billing_example_of_two_rates_comes_out_the_same()
    {
        // Peppol BIS Billing 3.0, "vat-category-S": 4 000 at 25% and 2 000 at 15%; tax 1 000 and 300.
        var subtotals = TaxCalculation.Subtotals([("S", 2500, new Money(400_000, Eur)), ("S", 1500, new Money(200_000, Eur))], Eur);
        Assert.Equal([(1500, 30_000L), (2500, 100_000L)], subtotals.Select(s => (s.RateBasisPoints, s.Tax.MinorUnits)));
    }

    [Fact]
    public void Taxable_amounts_add_up_to_the_lines() =>
        Gen.Select(Gen.OneOf("S", "AE", "O"), Gen.Int[0, 3000], Gen.Long[-100_000, 100_000]).List[0, 30].Sample(lines =>
            TaxCalculation.Subtotals(lines.Select(l => (l.Item1, l.Item2, new Money(l.Item3, Eur))), Eur).Sum(
                s => s.Taxable.MinorUnits) == lines.Sum(l => l.Item3));
}
