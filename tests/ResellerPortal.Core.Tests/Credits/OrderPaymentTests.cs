using CsCheck;
using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Auditing;
using ResellerPortal.Core.Credits;
using ResellerPortal.Core.Plans;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Testing;

namespace ResellerPortal.Core.Tests.Credits;

public sealed class OrderPaymentTests(DatabaseServers databases) : IClassFixture<DatabaseServers>
{
    private static readonly DateOnly Today = new(2026, 10, 15);

    [Theory]
    [EachProvider]
    public async Task Parts_that_come_at_once_are_never_more_than_the_price_and_grant_one_lot(string provider)
    {
        await using var database = await databases.OpenAsync(provider);
        var (owner, order) = await OrderAsync(database);

        var receipts = await Task.WhenAll(Enumerable.Range(0, 8).Select(
            _ => Task.Run(() => database.Data.OrderPayments.RecordAsync(TestData.Operator, Paid(order, 45m)))));

        // Four quarters are recorded; later calls return the lot.
        Assert.All(receipts, r => Assert.False(r.IsRefused));
        Assert.Single(receipts.Select(r => r.Value.Lot?.Id).OfType<Guid>().Distinct());
        await using var db = database.Database.Open(owner.Scope);
        Assert.Equal([45_00L, 45_00, 45_00, 45_00], await db.Set<OrderPayment>().Select(p => p.AmountMinorUnits).ToListAsync());
        var paid = await db.PlanOrders.SingleAsync();
        Assert.Equal((PlanOrderStatus.Confirmed, 0L), (paid.Status, paid.Due.MinorUnits));
        Assert.Equal(12_000, (await db.CreditLots.SingleAsync()).Conversions);
    }

    [Fact]
    public Task Whatever_is_recorded_and_however_often_there_is_a_lot_exactly_when_the_price_is_paid() =>
        Gen.Select(Gen.Int[1, 120], Gen.Int[0, 5]).List[1, 12].SampleAsync(
            async payments =>
            {
                await using var database = await TestDatabaseOnSqlite.OpenAsync();
                var (_, order) = await OrderAsync(database);
                Guid[] keys = [.. Enumerable.Range(0, 6).Select(_ => Guid.NewGuid())];
                var (seen, expected) = (new HashSet<int>(), 0);
                foreach (var (amount, key) in payments)
                {
                    var outcome = await database.Data.OrderPayments.RecordAsync(
                        TestData.Operator, Paid(order, amount) with { IdempotencyKey = keys[key] });
                    if (expected < 180 && !seen.Contains(key))
                    {
                        Assert.Equal(expected + amount > 180, outcome.IsRefused);
                        if (!outcome.IsRefused)
                        {
                            seen.Add(key);
                            expected += amount;
                        }
                    }
                }

                await using var db = database.OpenAll();
                Assert.Equal(expected * 100, (await db.PlanOrders.SingleAsync()).PaidMinorUnits);
                Assert.Equal(expected == 180 ? 1 : 0, await db.CreditLots.CountAsync());
            },
            iter: 20,
            threads: 1);

    [Fact]
    public async Task A_reseller_cancels_its_own_order_until_it_has_paid()
    {
        await using var database = await TestDatabaseOnSqlite.OpenAsync();
        var (owner, order) = await OrderAsync(database);
        var (_, stranger) = await database.Data.AddResellerAsync("fabrikam");

        Assert.True((await database.Data.OrderPayments.CancelAsync(stranger, order.Id)).IsRefused);
        await TestData.Valued(database.Data.OrderPayments.CancelAsync(owner, order.Id));
        Assert.Equal(PlanOrderStatus.Cancelled, (await new PlanQueries(database.Database).ListOrdersAsync(owner)).Single().Status);
        Assert.Contains(
            "already cancelled",
            (await database.Data.OrderPayments.CancelAsync(owner, order.Id)).Refusal!.Message,
            StringComparison.Ordinal);

        var another = await TestData.Valued(database.Data.Orders.OrderAsync(owner, order.PlanId, Guid.NewGuid()));
        await TestData.Valued(database.Data.OrderPayments.RecordAsync(TestData.Operator, Paid(another, 100m)));
        Assert.Contains(
            "Ask the operator",
            (await database.Data.OrderPayments.CancelAsync(owner, another.Id)).Refusal!.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cancelling_an_order_announces_its_partial_payment_and_marks_it_refunded()
    {
        await using var database = await TestDatabaseOnSqlite.OpenAsync();
        var (owner, order) = await OrderAsync(database);

        var receipt = await TestData.Valued(database.Data.OrderPayments.RecordAsync(TestData.Operator, Paid(order, 100m)));

        Assert.Equal((80m, null), (receipt.Order.Due.Amount, receipt.Lot));
        Assert.Equal(80m, (await new PlanQueries(database.Database).ListOrdersAsync(owner)).Single().Due.Amount);
        await TestData.Valued(database.Data.OrderPayments.CancelAsync(TestData.Operator, order.Id));
        await using var db = database.Database.Open(owner.Scope);
        Assert.Equal([100_00L, -100_00], await db.Set<OrderPayment>().OrderBy(p => p.Id).Select(p => p.AmountMinorUnits).ToListAsync());
        Assert.Equal(
            [
                $"order {order.TransferReference}: 100.00 EUR, 80.00 EUR still due",
                $"cancelled order {order.TransferReference}, 100.00 EUR refunded",
            ],
            await db.Set<AuditEntry>()
                .Where(a => a.Action == Permission.OrdersConfirm)
                .OrderBy(a => a.Id)
                .Select(a => a.Subject)
                .ToListAsync());
        Assert.Contains(
            "cancelled",
            (await database.Data.OrderPayments.RecordAsync(TestData.Operator, Paid(order, 10m))).Refusal!.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Impossible_receipts_are_refused_and_payments_are_visible_only_to_their_reseller()
    {
        await using var database = await TestDatabaseOnSqlite.OpenAsync();
        var (owner, order) = await OrderAsync(database);
        foreach (var (paid, said) in ((ReceivedOrderPayment, string)[])[
            (Paid(
                order,
                0m), "up to the 180.00 EUR"), (Paid(order, 180.01m), "up to the 180.00 EUR"), (Paid(order, 1.001m), "whole minor units"),
            (
                Paid(order, 1m) with { ReceivedOn = Today.AddDays(2) },
                "today or an earlier day"), (Paid(order, 1m) with { Reference = new string('x', 141) }, "140 characters"),
            (
                Paid(order, 1m) with { BeginsAtUtc = database.Clock.GetUtcNow().AddDays(-1) },
                "between now and one year ahead"), (Paid(order, 1m) with { OrderId = Guid.NewGuid() }, "does not exist")])
        {
            Assert.Contains(
                said, (await database.Data.OrderPayments.RecordAsync(TestData.Operator, paid)).Refusal!.Message, StringComparison.Ordinal);
        }

        await TestData.Valued(database.Data.OrderPayments.RecordAsync(TestData.Operator, Paid(order, 1m)));
        var (_, stranger) = await database.Data.AddResellerAsync("fabrikam");
        await using var others = database.Database.Open(stranger.Scope);
        Assert.Empty(await others.Set<OrderPayment>().ToListAsync());
        await using var own = database.Database.Open(owner.Scope);
        Assert.Single(await own.Set<OrderPayment>().ToListAsync());
        var actor = Actor.ForMember(
            new Member { UserId = Guid.NewGuid(), ResellerId = order.ResellerId, Role = Role.ResellerOwner }, "owner");
        await Assert.ThrowsAsync<PermissionDeniedException>(() => database.Data.OrderPayments.RecordAsync(actor, Paid(order, 1m)));
    }

    private static ReceivedOrderPayment Paid(PlanOrder order, decimal amount) =>
        new(order.Id, amount, Today, "statement 7", Guid.NewGuid());

    private static async Task<(Actor Owner, PlanOrder Order)> OrderAsync(TestDatabase database)
    {
        var (_, owner) = await database.Data.AddResellerAsync("northwind");
        var plan = await database.Data.OfferAsync(12_000, 180);
        return (owner, await TestData.Valued(database.Data.Orders.OrderAsync(owner, plan.Id, Guid.NewGuid())));
    }
}
