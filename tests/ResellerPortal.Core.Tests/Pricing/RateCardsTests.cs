using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Pricing;

namespace ResellerPortal.Core.Tests.Pricing;

public sealed class RateCardsTests
{
    private static readonly Currency Eur = Currency.FromCode("EUR");
    private static readonly DateOnly Today = new(2026, 10, 15);

    [Fact]
    public async Task Selling_below_cost_is_allowed_with_a_warning()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (_, owner) = await sqlite.Data.AddResellerAsync("northwind");
        await sqlite.Data.BuyAsync(owner, 12_000, 180);

        var change = await sqlite.Data.PriceAsync(owner, null, new Markup.FixedPrice(10_000, Eur), Today);

        Assert.Contains("below cost", change.Warning, StringComparison.Ordinal);
        Assert.Contains("0.015 EUR", change.Warning, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_default_counts_the_customers_that_follow_it_on_a_day()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (_, owner) = await sqlite.Data.AddResellerAsync("northwind");
        var (_, stranger) = await sqlite.Data.AddResellerAsync("fabrikam");
        var acme = await sqlite.Data.AddCustomerAsync(owner, "Acme");
        await sqlite.Data.AddCustomerAsync(owner, "Blue");
        await sqlite.Data.PriceAsync(owner, acme, new Markup.FixedPrice(20_000, Eur), Today.AddDays(10));

        Assert.Equal(2, await sqlite.Data.RateCards.CountFollowersAsync(owner, Today));
        Assert.Equal(1, await sqlite.Data.RateCards.CountFollowersAsync(owner, Today.AddDays(10)));
        Assert.Equal(0, await sqlite.Data.RateCards.CountFollowersAsync(stranger, Today));
    }

    [Fact]
    public async Task A_price_above_cost_carries_no_warning()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (_, owner) = await sqlite.Data.AddResellerAsync("northwind");
        await sqlite.Data.BuyAsync(owner, 12_000, 180);

        Assert.Null((await sqlite.Data.PriceAsync(owner, null, new Markup.CostPlusPercent(25), Today)).Warning);
    }

    [Theory]
    [InlineData(-101)]
    [InlineData(10_001)]
    public async Task An_absurd_percentage_is_refused(decimal percent)
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (_, owner) = await sqlite.Data.AddResellerAsync("northwind");

        Assert.True(
            (await sqlite.Data.RateCards.SetAsync(owner, null, CardTerms.FromPrice(new Markup.CostPlusPercent(percent)), Today)).IsRefused);
    }

    [Fact]
    public async Task Another_resellers_customer_cannot_be_priced()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (_, northwind) = await sqlite.Data.AddResellerAsync("northwind");
        var (_, fabrikam) = await sqlite.Data.AddResellerAsync("fabrikam");
        var acme = await sqlite.Data.AddCustomerAsync(northwind, "Acme");

        Assert.True(
            (await sqlite.Data.RateCards.SetAsync(fabrikam, acme.Id, CardTerms.FromPrice(new Markup.CostPlusPercent(1)), Today)).IsRefused);
    }
}
