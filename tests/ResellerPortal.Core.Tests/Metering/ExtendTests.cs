using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Metering;
using ResellerPortal.Core.Tokens;

namespace ResellerPortal.Core.Tests.Metering;

/// <summary>Holding more for a request whose files become known while it is read.</summary>
public sealed class ExtendTests(DatabaseServers databases) : IClassFixture<DatabaseServers>
{
    [Theory]
    [EachProvider]
    public async Task A_hold_is_raised_to_what_the_files_need_and_never_lowered(string provider)
    {
        await using var database = await databases.OpenAsync(provider);
        var (_, _, token) = await WorstCostTests.SellAsync(database, limit: 50);
        await WorstCostTests.StateAsync(database, new StatedCost(1));
        var id = Assert.IsType<ReserveResult.Held>(await WorstCostTests.ReserveAsync(database, token, 1)).Key;

        Assert.Equal(30, await ExtendAsync(30));
        Assert.Equal(30, await ExtendAsync(30));
        Assert.Equal(30, await ExtendAsync(4));
        var refused = Assert.IsType<ReserveResult.LimitReached>(await database.Meter.ExtendAsync(id, new RequestExtent(51)));
        Assert.Equal((50, 51), (refused.Left, refused.Needed));
        await database.AssertLedgerIsCleanAsync();
        await database.RestartAsync();

        // 60 conversions for 30 files are 2 a file.
        await database.Meter.SettleAsync(new SettleRequest(id, 60));
        Assert.IsType<ReserveResult.ReservationEnded>(await database.Meter.ExtendAsync(id, new RequestExtent(2)));
        await using var db = database.OpenAll();
        var worst = await db.WorstCosts.SingleAsync();
        Assert.Equal((2, 60), (worst.PerFile, worst.PerRequest));
        await database.AssertLedgerIsCleanAsync();

        async Task<long> ExtendAsync(int files) =>
            Assert.IsType<ReserveResult.Held>(await database.Meter.ExtendAsync(id, new RequestExtent(files))).Quantity;
    }

    [Fact]
    public async Task A_lenient_token_extends_by_what_is_left()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (owner, customer, _) = await WorstCostTests.SellAsync(sqlite);
        var token = await WorstCostTests.IssueAsync(sqlite, owner, customer, 10, LimitPolicy.Lenient);
        var id = Assert.IsType<ReserveResult.Held>(await WorstCostTests.ReserveAsync(sqlite, token, 4)).Key;

        Assert.Equal(10, Assert.IsType<ReserveResult.Held>(await sqlite.Meter.ExtendAsync(id, new RequestExtent(60))).Quantity);
        Assert.Equal(10, Assert.IsType<ReserveResult.Held>(await sqlite.Meter.ExtendAsync(id, new RequestExtent(61))).Quantity);
        await sqlite.AssertLedgerIsCleanAsync();
    }

    [Fact]
    public async Task A_revoked_token_and_an_unknown_reservation_extend_nothing()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (owner, _, token) = await WorstCostTests.SellAsync(sqlite);
        var id = Assert.IsType<ReserveResult.Held>(await WorstCostTests.ReserveAsync(sqlite, token, 1)).Key;
        await sqlite.Data.Tokens.RevokeAsync(owner, token.Token.Id);

        Assert.IsType<ReserveResult.TokenRevoked>(await sqlite.Meter.ExtendAsync(id, new RequestExtent(2)));
        Assert.IsType<ReserveResult.ReservationEnded>(
            await sqlite.Meter.ExtendAsync(id with { Id = Guid.NewGuid() }, new RequestExtent(2)));
    }

    [Fact]
    public async Task Extending_takes_from_the_prepaid_balance_too()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var fixture = await Prepaid.PrepaidFixture.OpenAsync(sqlite, 100_000);
        await fixture.TopUpAsync(12.10m);
        await WorstCostTests.StateAsync(sqlite, new StatedCost(1));
        var id = Assert.IsType<ReserveResult.Held>(await WorstCostTests.ReserveAsync(sqlite, fixture.Token, 60)).Key;

        Assert.IsType<ReserveResult.BalanceSpent>(await WorstCostTests.ReserveAsync(sqlite, fixture.Token, 60));
        Assert.IsType<ReserveResult.BalanceSpent>(await sqlite.Meter.ExtendAsync(id, new RequestExtent(101)));
        Assert.Equal(100, Assert.IsType<ReserveResult.Held>(await sqlite.Meter.ExtendAsync(id, new RequestExtent(100))).Quantity);
        await sqlite.Meter.SettleAsync(new SettleRequest(id, 100));

        Assert.Equal(0, (await fixture.ReadAsync()).Spending.Left.MinorUnits);
        await sqlite.AssertLedgerIsCleanAsync();
    }
}
