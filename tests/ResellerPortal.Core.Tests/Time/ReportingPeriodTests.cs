using ResellerPortal.Core.Time;

namespace ResellerPortal.Core.Tests.Time;

public sealed class ReportingPeriodTests
{
    [Theory]
    [InlineData("2026-10", "2026-10-01", "2026-10-31", "October 2026")]
    [InlineData("2026-Q1", "2026-01-01", "2026-03-31", "Q1 2026")]
    [InlineData("2028-Q1", "2028-01-01", "2028-03-31", "Q1 2028")]
    [InlineData("2026-Q4", "2026-10-01", "2026-12-31", "Q4 2026")]
    [InlineData("2026", "2026-01-01", "2026-12-31", "2026")]
    public void A_month_a_quarter_or_a_year_is_read_and_written(string text, string first, string last, string name)
    {
        Assert.True(ReportingPeriod.TryParse(text, out var period));

        Assert.Equal(
            (first, last, name, text),
            ($"{period.FirstDay:yyyy-MM-dd}", $"{period.LastDay:yyyy-MM-dd}", period.Name, period.ToString()));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("2026-13")]
    [InlineData("9999-12")]
    [InlineData("9999")]
    [InlineData("0001-Q1")]
    [InlineData("2026-Q0")]
    [InlineData("2026-Q5")]
    [InlineData("2026-q1")]
    [InlineData("26")]
    [InlineData("2026-10-01")]
    [InlineData("0000")]
    public void Other_texts_are_no_period(string? text) => Assert.False(ReportingPeriod.TryParse(text, out _));

    [Theory]
    [InlineData(1, "2026-Q1")]
    [InlineData(3, "2026-Q1")]
    [InlineData(4, "2026-Q2")]
    [InlineData(9, "2026-Q3")]
    [InlineData(12, "2026-Q4")]
    public void A_month_is_in_its_quarter(int month, string quarter) =>
        Assert.Equal(quarter, ReportingPeriod.ForQuarter(new BillingPeriod(2026, month)).ToString());
}
