using ResellerPortal.Core.Access;
using ResellerPortal.Core.Insights;
using ResellerPortal.Core.Pricing;
using ResellerPortal.Testing;

namespace ResellerPortal.Core.Tests.Insights;

public sealed class PriceSimulatorTests
{
    [Fact]
    public async Task The_last_three_whole_months_are_priced_again_and_nothing_is_written()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync("2026-06-01T12:00:00Z");
        var (reseller, owner) = await sqlite.Data.AddResellerAsync("northwind");
        await sqlite.Data.BuyAsync(owner, 1_000, 10);
        var acme = await sqlite.Data.AddCustomerAsync(owner, "Acme");
        var blue = await sqlite.Data.AddCustomerAsync(owner, "Blue");
        await sqlite.Data.PriceAsync(owner, null, new Markup.FixedPrice(20_000, reseller.Currency), new DateOnly(2026, 1, 1));
        await sqlite.Data.PriceAsync(owner, blue, new Markup.FixedPrice(30_000, reseller.Currency), new DateOnly(2026, 1, 1));
        var (ofAcme, ofBlue) = (await sqlite.Data.IssueAsync(owner, acme), await sqlite.Data.IssueAsync(owner, blue));
        foreach (var month in Enumerable.Range(6, 5))
        {
            sqlite.Clock.SetUtcNow(new DateTimeOffset(2026, month, 15, 0, 0, 0, TimeSpan.Zero));
            await sqlite.UseAsync(ofAcme.Secret, 10);
            await sqlite.UseAsync(ofBlue.Secret, 5);
        }

        var simulator = new PriceSimulator(sqlite.Database, sqlite.Clock);
        var dearer = CardTerms.FromPrice(new Markup.FixedPrice(50_000, reseller.Currency));
        var forAll = await simulator.SimulateAsync(owner, null, dearer);
        var forBlue = await simulator.SimulateAsync(owner, blue.Id, dearer with { MonthlyFeeMinorUnits = 100 });
        var followsDefault = await simulator.SimulateAsync(owner, blue.Id, null);

        // July to September, because the current month is incomplete. Blue has its own card.
        Assert.Equal([7, 8, 9], forAll.Select(m => m.Month.FirstDay.Month));
        Assert.All(
            forAll,
            m => Assert.Equal(
                (35L, 65L, 15L, 15L),
                (m.Before.Revenue.MinorUnits, m.After.Revenue.MinorUnits, m.Before.Cost.MinorUnits, m.After.Cost.MinorUnits)));
        Assert.All(forBlue, m => Assert.Equal((15L, 125L), (m.Before.Revenue.MinorUnits, m.After.Revenue.MinorUnits)));
        Assert.All(followsDefault, m => Assert.Equal((15L, 10L), (m.Before.Revenue.MinorUnits, m.After.Revenue.MinorUnits)));
        Assert.Equal(2, (await sqlite.Data.RateCards.ListHistoryAsync(owner)).Count);
    }

    [Fact]
    public async Task Another_reseller_sees_nothing_and_a_customer_may_not_ask()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync("2026-09-01T12:00:00Z");
        var (reseller, owner) = await sqlite.Data.AddResellerAsync("northwind");
        await sqlite.Data.BuyAsync(owner, 1_000, 10);
        var acme = await sqlite.Data.AddCustomerAsync(owner, "Acme");
        await sqlite.UseAsync((await sqlite.Data.IssueAsync(owner, acme)).Secret, 10);
        sqlite.Clock.SetUtcNow(new DateTimeOffset(2026, 10, 15, 0, 0, 0, TimeSpan.Zero));
        var (_, stranger) = await sqlite.Data.AddResellerAsync("fabrikam");
        var simulator = new PriceSimulator(sqlite.Database, sqlite.Clock);
        var terms = CardTerms.FromPrice(new Markup.FixedPrice(50_000, reseller.Currency));

        Assert.All(
            await simulator.SimulateAsync(stranger, acme.Id, terms),
            m => Assert.Equal((0L, 0L), (m.Before.Conversions, m.After.Revenue.MinorUnits)));
        Assert.All(await simulator.SimulateAsync(stranger, null, terms), m => Assert.Equal(0, m.Before.Conversions));
        await Assert.ThrowsAsync<PermissionDeniedException>(() => simulator.SimulateAsync(TestData.CreateAdmin(acme), acme.Id, terms));
    }
}
