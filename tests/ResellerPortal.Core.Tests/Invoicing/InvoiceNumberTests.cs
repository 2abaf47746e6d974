using CsCheck;
using ResellerPortal.Core.Invoicing;

namespace ResellerPortal.Core.Tests.Invoicing;

public sealed class InvoiceNumberTests
{
    [Theory]
    [InlineData("INV-{yyyy}-{seq:0000}", 42, "INV-2026-0042")]
    [InlineData("INV-{yyyy}-{seq:0000}", 12345, "INV-2026-12345")]
    [InlineData("{seq}", 7, "7")]
    [InlineData("{yyyy}/{seq:000}", 7, "2026/007")]
    public void A_pattern_makes_numbers(string pattern, long sequence, string number) =>
        Assert.Equal(number, InvoiceNumber.Format(pattern, 2026, sequence));

    [Theory]
    [InlineData("INV")]
    [InlineData("INV-{seq}-{seq}")]
    [InlineData("INV {seq}")]
    [InlineData("{month}-{seq}")]
    [InlineData("")]
    public void A_pattern_without_exactly_one_sequence_is_refused(string pattern)
    {
        Assert.False(InvoiceNumber.IsPattern(pattern));
        Assert.Throws<FormatException>(() => InvoiceNumber.Format(pattern, 2026, 1));
    }

    [Fact]
    public void No_two_sequences_of_a_series_make_the_same_number() =>
        Gen.Select(Gen.Int[1, 1_000_000], Gen.Int[1, 1_000_000], Gen.Int[2000, 2100]).Sample((first, second, year) =>
            first == second == (InvoiceNumber.Format(
                InvoiceNumber.DefaultPattern, year, first) == InvoiceNumber.Format(InvoiceNumber.DefaultPattern, year, second)));

    [Fact]
    public void Each_year_is_a_series_of_its_own() =>
        Assert.NotEqual(InvoiceNumber.Series(InvoiceNumber.DefaultPattern, 2026), InvoiceNumber.Series(InvoiceNumber.DefaultPattern, 2027));
}
