using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Credits;
using ResellerPortal.Core.Plans;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Testing;

namespace ResellerPortal.Core.Tests.Credits;

public sealed class CreditLotsTests
{
    [Fact]
    public async Task An_order_becomes_a_lot_only_when_the_operator_confirms_it_and_only_once()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (_, owner) = await sqlite.Data.AddResellerAsync("northwind");
        var plan = await sqlite.Data.OfferAsync(12_000, 180);
        var order = await TestData.Valued(sqlite.Data.Orders.OrderAsync(owner, plan.Id, Guid.NewGuid()));
        await using (var before = sqlite.OpenAll())
        {
            Assert.Equal(0, await before.CreditLots.CountAsync());
        }

        var lots = await Task.WhenAll(Enumerable.Range(0, 8).Select(
            _ => Task.Run(() => sqlite.Data.OrderPayments.ConfirmAsync(TestData.Operator, order.Id, "statement 7"))));

        Assert.Single(lots.Select(l => l.Value.Id).Distinct());
        Assert.Equal(
            (12_000, 15_000, sqlite.Clock.GetUtcNow().AddDays(365)),
            (lots[0].Value.Conversions, lots[0].Value.UnitCostMicros, lots[0].Value.ExpiresAtUtc));
    }

    [Fact]
    public async Task A_double_click_orders_once()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (_, owner) = await sqlite.Data.AddResellerAsync("northwind");
        var plan = await sqlite.Data.OfferAsync(12_000, 180);
        var key = Guid.NewGuid();

        var first = await TestData.Valued(sqlite.Data.Orders.OrderAsync(owner, plan.Id, key));
        var second = await TestData.Valued(sqlite.Data.Orders.OrderAsync(owner, plan.Id, key));

        Assert.Equal(first.Id, second.Id);
    }

    [Fact]
    public async Task A_plan_in_another_currency_cannot_be_ordered()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (_, owner) = await sqlite.Data.AddResellerAsync("northwind");
        var plan = await sqlite.Data.OfferAsync(12_000, 180, currency: "USD");

        Assert.Contains(
            "USD", (await sqlite.Data.Orders.OrderAsync(owner, plan.Id, Guid.NewGuid())).Refusal!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_reseller_cannot_confirm_its_own_order()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (reseller, owner) = await sqlite.Data.AddResellerAsync("northwind");
        var order = await TestData.Valued(sqlite.Data.Orders.OrderAsync(owner, (await sqlite.Data.OfferAsync(10, 1)).Id, Guid.NewGuid()));
        var actor = Actor.ForMember(new Member { UserId = Guid.NewGuid(), ResellerId = reseller.Id, Role = Role.ResellerOwner }, "owner");

        await Assert.ThrowsAsync<PermissionDeniedException>(() => sqlite.Data.OrderPayments.ConfirmAsync(actor, order.Id, ""));
    }

    [Fact]
    public async Task A_cancelled_order_gives_no_credits()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (_, owner) = await sqlite.Data.AddResellerAsync("northwind");
        var order = await TestData.Valued(sqlite.Data.Orders.OrderAsync(owner, (await sqlite.Data.OfferAsync(10, 1)).Id, Guid.NewGuid()));
        await TestData.Valued(sqlite.Data.OrderPayments.CancelAsync(TestData.Operator, order.Id));

        Assert.True((await sqlite.Data.OrderPayments.ConfirmAsync(TestData.Operator, order.Id, "")).IsRefused);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(-5, 1)]
    [InlineData(10_000_000_001, 1)]
    [InlineData(1, -1)]
    public async Task Absurd_terms_of_a_plan_are_refused(long conversions, decimal price)
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var terms = new PlanTerms("Plan", conversions, price, "EUR", 365, PlanRenewal.OneOff, null);

        Assert.True((await new BulkPlanService(sqlite.Database, sqlite.Clock).OfferAsync(TestData.Operator, terms)).IsRefused);
    }
}
