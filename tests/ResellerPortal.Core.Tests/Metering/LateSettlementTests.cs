using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Credits;
using ResellerPortal.Core.Metering;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Tokens;
using ResellerPortal.Testing;

namespace ResellerPortal.Core.Tests.Metering;

/// <summary>Costs that become known after the sweeper recorded their reservation.</summary>
public sealed class LateSettlementTests(DatabaseServers databases) : IClassFixture<DatabaseServers>
{
    [Theory]
    [InlineData("Sqlite", 5)]
    [InlineData("Sqlite", 0)]
    [InlineData("Sqlite", 14)]
    [EachServer(0)]
    [EachServer(14)]
    public async Task The_unconfirmed_entry_is_corrected_to_the_true_cost_once(string provider, long cost)
    {
        await using var database = await databases.OpenAsync(provider);
        var (_, _, token) = await WorstCostTests.SellAsync(database, limit: 100);
        await WorstCostTests.StateAsync(database, new StatedCost(1, CeilingPerRequest: 20));
        var id = await LoseAsync(database, token.Secret, 9);
        await database.UseAsync(token.Secret, 2);

        for (var i = 0; i < 2; i++)
        {
            Assert.Equal(new SettleResult.Recorded(1, cost), await database.Meter.SettleAsync(new SettleRequest(id, cost)));
            await database.RestartAsync();
        }

        Assert.Equal(new SettleResult.Recorded(1, cost), await database.Meter.SettleAsync(new SettleRequest(id, 3)));
        await using var db = database.OpenAll();
        var correction = await db.LedgerEntries.SingleAsync(e => e.Kind == EntryKind.Correction);
        Assert.Equal(
            (cost - 9, 1, UsageSource.Gateway), (correction.Quantity, correction.CorrectsSequence, correction.Source));
        Assert.Equal(cost + 2, (await db.ApiTokens.SingleAsync()).Used);
        var lot = await db.CreditLots.SingleAsync();
        Assert.Equal((cost + 2, 0), (lot.Used, lot.Reserved));
        Assert.Equal(cost + 2, await db.UsageRollups.SumAsync(r => r.Quantity));
        await database.AssertLedgerIsCleanAsync();
    }

    [Fact]
    public async Task A_members_correction_in_between_is_replaced_and_one_afterwards_stays()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (owner, customer, token) = await WorstCostTests.SellAsync(sqlite);
        var corrections = new LedgerCorrectionService(sqlite.Database, sqlite.Clock);
        var id = await LoseAsync(sqlite, token.Secret, 9);
        await TestData.Valued(corrections.CorrectAsync(owner, customer.Id, 1, 1, "Customer was not served"));

        Assert.Equal(new SettleResult.Recorded(1, 4), await sqlite.Meter.SettleAsync(new SettleRequest(id, 4)));
        await TestData.Valued(corrections.CorrectAsync(owner, customer.Id, 1, 0, "Courtesy"));
        Assert.Equal(new SettleResult.Recorded(1, 0), await sqlite.Meter.SettleAsync(new SettleRequest(id, 4)));
        await sqlite.AssertLedgerIsCleanAsync();
    }

    [Fact]
    public async Task Sweeper_and_late_settlement_in_one_batch_agree()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (_, _, token) = await WorstCostTests.SellAsync(sqlite);
        var id = await sqlite.HoldAsync(token.Secret, 9);

        // Both are queued before the writer takes either.
        var results = await Task.WhenAll(
            sqlite.Meter.SettleAsync(new SettleRequest(id, null)), sqlite.Meter.SettleAsync(new SettleRequest(id, 4)));

        Assert.Equal(new SettleResult.Recorded(1, 4), results[1]);
        await using var db = sqlite.OpenAll();
        Assert.Equal(4, await db.LedgerEntries.SumAsync(e => e.Quantity));
        await sqlite.AssertLedgerIsCleanAsync();
    }

    [Fact]
    public async Task A_prepaid_balance_gets_back_what_was_not_charged()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var fixture = await Prepaid.PrepaidFixture.OpenAsync(sqlite, 100_000);
        await fixture.TopUpAsync(12.10m);
        await WorstCostTests.StateAsync(sqlite, new StatedCost(1, CeilingPerRequest: 100));
        var id = await LoseAsync(sqlite, fixture.Secret, 100);
        Assert.Equal(0, (await fixture.ReadAsync()).Spending.Left.MinorUnits);

        await sqlite.Meter.SettleAsync(new SettleRequest(id, 0));

        Assert.Equal(12_10, (await fixture.ReadAsync()).Spending.Left.MinorUnits);
        Assert.IsType<ReserveResult.Held>(await sqlite.ReserveAsync(fixture.Secret, 100));
        await sqlite.AssertLedgerIsCleanAsync();
    }

    [Fact]
    public async Task What_last_month_did_not_cost_makes_this_months_limit_no_larger()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        sqlite.Clock.Advance(new DateTimeOffset(2026, 11, 30, 12, 0, 0, TimeSpan.Zero) - sqlite.Clock.GetUtcNow());
        var (owner, customer, _) = await WorstCostTests.SellAsync(sqlite);
        var token = await TestData.Valued(sqlite.Data.Tokens.IssueAsync(
            owner, customer.Id, new TokenRequest("production", 40, null) { LimitPeriod = LimitPeriod.Month }));
        await WorstCostTests.StateAsync(sqlite, new StatedCost(1, CeilingPerRequest: 20));
        RowKey[] lost = [await LoseAsync(sqlite, token.Secret, 20), await LoseAsync(sqlite, token.Secret, 20)];
        sqlite.Clock.Advance(TimeSpan.FromDays(1));

        foreach (var id in lost)
        {
            await sqlite.Meter.SettleAsync(new SettleRequest(id, 1));
        }

        await sqlite.UseAsync(token.Secret, 20);
        await sqlite.UseAsync(token.Secret, 20);
        Assert.IsType<ReserveResult.LimitReached>(await sqlite.ReserveAsync(token.Secret));
        await sqlite.AssertLedgerIsCleanAsync();
    }

    private static async Task<RowKey> LoseAsync(TestDatabase database, string secret, long quantity)
    {
        var id = await database.HoldAsync(secret, quantity);
        database.Clock.Advance(ReservationSweepWorker.DeadAfter + TimeSpan.FromMinutes(1));
        Assert.Equal(1, await database.SweepAsync());
        return id;
    }
}
