using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Metering;
using ResellerPortal.Core.Notifications;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Tokens;

namespace ResellerPortal.Core.Tests.Metering;

/// <summary>Ceilings of requests: what tokens with a limit hold, whom they refuse, and what a charge above them does.</summary>
public sealed class CeilingTests(DatabaseServers databases) : IClassFixture<DatabaseServers>
{
    [Theory]
    [EachProvider]
    public async Task Many_first_requests_of_a_converter_that_costs_ten_a_file_stay_within_the_limit(string provider)
    {
        await using var database = await databases.OpenAsync(provider);
        var (_, _, token) = await WorstCostTests.SellAsync(database, limit: 100);

        var results = await Task.WhenAll(Enumerable.Range(0, 60).Select(
            _ => Task.Run(() => WorstCostTests.ReserveAsync(database, token, files: 1))));
        await Task.WhenAll(results.OfType<ReserveResult.Held>().Select(
            held => database.Meter.SettleAsync(new SettleRequest(held.Key, 10))));

        Assert.Equal(10, results.OfType<ReserveResult.Held>().Count());
        Assert.Equal(50, results.OfType<ReserveResult.RemainderHeld>().Count());
        await using var db = database.OpenAll();
        Assert.Equal(100, (await db.ApiTokens.SingleAsync()).Used);
        Assert.False(await db.LedgerEntries.AnyAsync(e => e.Flags != EntryFlags.None));
        Assert.Equal(0, Assert.IsType<ReserveResult.LimitReached>(await WorstCostTests.ReserveAsync(database, token, 1)).Left);
        await database.AssertLedgerIsCleanAsync();
    }

    [Theory]
    [InlineData(null)]
    [InlineData(1L)]
    public async Task Cheap_requests_do_not_prepare_a_limit_for_dear_ones(long? perFile)
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (owner, customer, _) = await WorstCostTests.SellAsync(sqlite);
        if (perFile is { } stated)
        {
            await WorstCostTests.StateAsync(sqlite, new StatedCost(stated, PagesPerConversion: 10));
        }

        foreach (var (policy, most) in new[] { (LimitPolicy.Strict, 100), (LimitPolicy.Lenient, 110) })
        {
            var token = await WorstCostTests.IssueAsync(sqlite, owner, customer, 100, policy);
            await WorstCostTests.HoldAndSettleAsync(sqlite, token, files: 1, cost: 1);
            var results = await Task.WhenAll(Enumerable.Range(0, 60).Select(
                _ => Task.Run(() => WorstCostTests.ReserveAsync(sqlite, token, files: 1))));
            await Task.WhenAll(results.OfType<ReserveResult.Held>().Select(
                held => sqlite.Meter.SettleAsync(new SettleRequest(held.Key, 10))));

            await using var db = sqlite.OpenAll();
            Assert.InRange((await db.ApiTokens.SingleAsync(t => t.Id == token.Token.Id)).Used, 91, most);
        }

        await sqlite.AssertLedgerIsCleanAsync();
    }

    [Fact]
    public async Task With_a_converter_that_nobody_knows_a_strict_token_needs_the_default_ceiling_for_each_file()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (owner, customer, token) = await WorstCostTests.SellAsync(sqlite, limit: 25);
        var refused = Assert.IsType<ReserveResult.LimitReached>(await WorstCostTests.ReserveAsync(sqlite, token, 3));
        Assert.Equal((25, 30), (refused.Left, refused.Needed));
        var held = Assert.IsType<ReserveResult.Held>(await WorstCostTests.ReserveAsync(sqlite, token, 1));
        Assert.Equal(10, held.Quantity);
        Assert.Equal(20, Assert.IsType<ReserveResult.Held>(
            await sqlite.Meter.ExtendAsync(held.Key, new RequestExtent(2))).Quantity);
        Assert.IsType<ReserveResult.LimitReached>(await sqlite.Meter.ExtendAsync(held.Key, new RequestExtent(3)));
        Assert.IsType<ReserveResult.RemainderHeld>(await WorstCostTests.ReserveAsync(sqlite, token, 1));

        // Where nothing is limited, nothing is guessed, and a lenient token takes what is left.
        Assert.Equal(1, await HeldAsync(await sqlite.Data.IssueAsync(owner, customer)));
        Assert.Equal(4, await HeldAsync(await WorstCostTests.IssueAsync(sqlite, owner, customer, 4, LimitPolicy.Lenient)));

        async Task<long> HeldAsync(IssuedToken of) =>
            Assert.IsType<ReserveResult.Held>(await WorstCostTests.ReserveAsync(sqlite, of, 1)).Quantity;
    }

    [Fact]
    public async Task A_small_token_goes_on_beside_other_traffic_of_its_customer()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (owner, customer, busy) = await WorstCostTests.SellAsync(sqlite);
        await WorstCostTests.HoldAndSettleAsync(sqlite, busy, files: 1, cost: 1);
        Assert.IsType<ReserveResult.Held>(await WorstCostTests.ReserveAsync(sqlite, busy, 3));
        var small = await sqlite.Data.IssueAsync(owner, customer, limit: 5);

        for (var left = 5; left > 0; left--)
        {
            Assert.Equal(left, await WorstCostTests.HoldAndSettleAsync(sqlite, small, files: 1, cost: 1));
        }
    }

    [Fact]
    public async Task A_lost_answer_is_recorded_as_what_it_usually_costs_and_not_as_what_it_might()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (_, _, token) = await WorstCostTests.SellAsync(sqlite, limit: 100);
        var held = Assert.IsType<ReserveResult.Held>(await WorstCostTests.ReserveAsync(sqlite, token, 2));
        Assert.Equal(20, held.Quantity);

        await sqlite.Meter.SettleAsync(new SettleRequest(held.Key, null));

        await using var db = sqlite.OpenAll();
        Assert.Equal((2, EntryFlags.Unconfirmed), await db.LedgerEntries.Select(e => ValueTuple.Create(e.Quantity, e.Flags)).SingleAsync());
        Assert.Equal((2, 0), await db.ApiTokens.Select(t => ValueTuple.Create(t.Used, t.Reserved)).SingleAsync());
        await sqlite.AssertLedgerIsCleanAsync();
    }

    [Fact]
    public async Task A_late_charge_above_the_ceiling_raises_it()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (_, _, token) = await WorstCostTests.SellAsync(sqlite);
        await WorstCostTests.StateAsync(sqlite, new StatedCost(1, CeilingPerRequest: 20));
        var held = Assert.IsType<ReserveResult.Held>(await WorstCostTests.ReserveAsync(sqlite, token, files: 1));
        sqlite.Clock.Advance(ReservationSweepWorker.DeadAfter + TimeSpan.FromMinutes(1));
        Assert.Equal(1, await sqlite.SweepAsync());

        Assert.IsType<SettleResult.Recorded>(await sqlite.Meter.SettleAsync(new SettleRequest(held.Key, 77)));

        Assert.Equal(77, await WorstCostTests.HoldAndSettleAsync(sqlite, token, files: 1, cost: 1));
        await sqlite.AssertLedgerIsCleanAsync();
    }

    [Fact]
    public async Task A_strict_token_holds_the_stated_ceiling_and_a_lenient_one_the_worst_cost_up_to_it()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (owner, customer, strict) = await WorstCostTests.SellAsync(sqlite);
        var lenient = await WorstCostTests.IssueAsync(sqlite, owner, customer, null, LimitPolicy.Lenient);
        await WorstCostTests.StateAsync(sqlite, new StatedCost(2, CeilingPerRequest: 12));

        Assert.Equal(12, await WorstCostTests.HoldAndSettleAsync(sqlite, strict, files: 1, cost: 1));
        Assert.Equal(2, await WorstCostTests.HoldAndSettleAsync(sqlite, lenient, files: 1, cost: 1));
        Assert.Equal(12, await WorstCostTests.HoldAndSettleAsync(sqlite, lenient, files: 60, cost: 1));

        // A charge above the ceiling has disproved it.
        Assert.Equal(12, await WorstCostTests.HoldAndSettleAsync(sqlite, strict, files: 60, cost: 15));
        Assert.Equal(15, await WorstCostTests.HoldAndSettleAsync(sqlite, strict, files: 1, cost: 1));
    }

    [Fact]
    public async Task A_strict_token_uses_its_last_conversion_if_the_converter_always_cost_one()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (_, _, token) = await WorstCostTests.SellAsync(sqlite, limit: 12);
        for (var left = 12; left > 0; left--)
        {
            Assert.Equal(Math.Min(left, 10), await WorstCostTests.HoldAndSettleAsync(sqlite, token, files: 1, cost: 1));
        }

        var refused = Assert.IsType<ReserveResult.LimitReached>(await WorstCostTests.ReserveAsync(sqlite, token, 1));
        Assert.Equal((0, 10), (refused.Left, refused.Needed));
    }

    [Fact]
    public async Task A_charge_above_the_ceiling_stops_the_token_and_alerts_the_reseller_alone()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (_, customer, token) = await WorstCostTests.SellAsync(sqlite, limit: 10);
        await WorstCostTests.StateAsync(sqlite, new StatedCost(1));

        Assert.Equal(10, await WorstCostTests.HoldAndSettleAsync(sqlite, token, files: 2, cost: 14));

        await using var db = sqlite.OpenAll();
        Assert.Equal(EntryFlags.Overrun, (await db.LedgerEntries.SingleAsync()).Flags);
        var alert = await db.UsageAlerts.SingleAsync(a => a.Subject == AlertSubject.Overrun);
        Assert.Equal((14, 10, token.Token.Id), (alert.Used, alert.Limit, alert.SubjectId));
        var (subject, text) = UsageAlertWorker.Compose(alert);
        Assert.Contains("docx-to-pdf with token production (…", subject, StringComparison.Ordinal);
        Assert.Contains("14 conversions charged, 10 held", text, StringComparison.Ordinal);
        await using var own = sqlite.Database.Open(TenantScope.ForCustomer(customer.ResellerId, customer.Id));
        Assert.False(await own.UsageAlerts.AnyAsync(a => a.Subject == AlertSubject.Overrun));
        Assert.IsType<ReserveResult.LimitReached>(await WorstCostTests.ReserveAsync(sqlite, token, 1));
        await sqlite.AssertLedgerIsCleanAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_charge_above_the_operators_maximum_is_an_overrun_even_if_it_passes_no_limit(bool isLate)
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (_, _, token) = await WorstCostTests.SellAsync(sqlite, limit: 900);
        await WorstCostTests.StateAsync(sqlite, new StatedCost(1, CeilingPerRequest: 20));
        Assert.Equal(20, await WorstCostTests.HoldAndSettleAsync(sqlite, token, files: 1, cost: 20));
        await sqlite.RestartAsync();
        var held = Assert.IsType<ReserveResult.Held>(await WorstCostTests.ReserveAsync(sqlite, token, files: 1));
        if (isLate)
        {
            sqlite.Clock.Advance(ReservationSweepWorker.DeadAfter + TimeSpan.FromMinutes(1));
            await sqlite.SweepAsync();
            await sqlite.RestartAsync();
        }

        await sqlite.Meter.SettleAsync(new SettleRequest(held.Key, 50));
        Assert.Equal(50, await WorstCostTests.HoldAndSettleAsync(sqlite, token, files: 1, cost: 50));

        await using var db = sqlite.OpenAll();
        var overrun = Assert.Single(await db.LedgerEntries.ToListAsync(), e => e.Flags.HasFlag(EntryFlags.Overrun));
        Assert.Equal(isLate ? 30 : 50, overrun.Quantity);
        var alert = await db.UsageAlerts.SingleAsync(a => a.Subject == AlertSubject.Overrun);
        Assert.Equal((50, 20), (alert.Used, alert.Limit));
        await sqlite.AssertLedgerIsCleanAsync();
    }

    [Fact]
    public async Task What_was_held_is_no_overrun_even_if_another_charge_passed_the_limit_meanwhile()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (_, _, token) = await WorstCostTests.SellAsync(sqlite, limit: 10);
        await WorstCostTests.StateAsync(sqlite, new StatedCost(1, CeilingPerRequest: 5));
        var one = Assert.IsType<ReserveResult.Held>(await WorstCostTests.ReserveAsync(sqlite, token, 5)).Key;
        var other = Assert.IsType<ReserveResult.Held>(await WorstCostTests.ReserveAsync(sqlite, token, 5)).Key;

        await sqlite.Meter.SettleAsync(new SettleRequest(one, 8));
        await sqlite.Meter.SettleAsync(new SettleRequest(other, 5));

        await using var db = sqlite.OpenAll();
        Assert.Equal(
            [EntryFlags.Overrun, EntryFlags.None], (await db.LedgerEntries.OrderBy(e => e.Sequence).ToListAsync()).Select(e => e.Flags));
        Assert.Single(await db.UsageAlerts.Where(a => a.Subject == AlertSubject.Overrun).ToListAsync());
    }
}
