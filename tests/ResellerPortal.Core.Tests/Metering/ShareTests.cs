using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Metering;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Tests.Metering;

/// <summary>What one customer's requests in flight may hold of its reseller's conversions.</summary>
public sealed class ShareTests(DatabaseServers databases) : IClassFixture<DatabaseServers>
{
    [Theory]
    [EachProvider]
    public async Task Requests_in_flight_hold_half_at_most_so_that_a_neighbour_goes_on(string provider)
    {
        await using var database = await databases.OpenAsync(provider);
        var (owner, _, token) = await WorstCostTests.SellAsync(database, conversions: 100);
        var neighbour = await database.Data.IssueAsync(owner, await database.Data.AddCustomerAsync(owner, "Blue"));
        var first = await database.HoldAsync(token.Secret, 30);
        await database.HoldAsync(token.Secret, 20);

        Assert.IsType<ReserveResult.ShareReached>(await database.ReserveAsync(token.Secret));
        Assert.IsType<ReserveResult.ShareReached>(await database.Meter.ExtendAsync(first, new RequestExtent(31)));
        Assert.IsType<ReserveResult.Held>(await database.ReserveAsync(neighbour.Secret, 50));
        await database.AssertLedgerIsCleanAsync();

        // What ends makes room for the customer's own requests.
        await database.Meter.ReleaseAsync(first);
        Assert.IsType<ReserveResult.Held>(await database.ReserveAsync(token.Secret, 5));
        await database.AssertLedgerIsCleanAsync();
    }

    [Fact]
    public async Task A_customer_with_nothing_in_flight_may_hold_everything()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (_, _, token) = await WorstCostTests.SellAsync(sqlite, conversions: 100);

        var all = await sqlite.HoldAsync(token.Secret, 100);

        Assert.IsType<ReserveResult.ShareReached>(await sqlite.ReserveAsync(token.Secret));
        await sqlite.Meter.SettleAsync(new SettleRequest(all, 100));
        Assert.IsType<ReserveResult.CreditsExhausted>(await sqlite.ReserveAsync(token.Secret));
    }

    [Fact]
    public async Task An_upload_of_several_files_that_is_still_open_leaves_half_to_the_neighbours()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (owner, _, token) = await WorstCostTests.SellAsync(sqlite, conversions: 100);
        var neighbour = await sqlite.Data.IssueAsync(owner, await sqlite.Data.AddCustomerAsync(owner, "Blue"));

        Assert.IsType<ReserveResult.ShareReached>(await ReserveAsync(new RequestExtent(51, IsOpen: true)));
        var open = Assert.IsType<ReserveResult.Held>(await ReserveAsync(new RequestExtent(50, IsOpen: true))).Key;
        Assert.IsType<ReserveResult.ShareReached>(await sqlite.Meter.ExtendAsync(open, new RequestExtent(51, IsOpen: true)));
        Assert.IsType<ReserveResult.Held>(await sqlite.ReserveAsync(neighbour.Secret));
        Assert.Equal(99, Assert.IsType<ReserveResult.Held>(await sqlite.Meter.ExtendAsync(open, new RequestExtent(99))).Quantity);

        // What requests in flight hold is not used up.
        Assert.IsType<ReserveResult.CreditsHeld>(
            await sqlite.ReserveAsync((await sqlite.Data.IssueAsync(owner, await sqlite.Data.AddCustomerAsync(owner, "Red"))).Secret));
        await sqlite.AssertLedgerIsCleanAsync();

        Task<ReserveResult> ReserveAsync(RequestExtent extent) =>
            sqlite.Meter.ReserveAsync(new ReserveRequest(token.Token.ResellerId, token.Token.SecretHash, "docx-to-pdf", Extent: extent));
    }

    [Fact]
    public async Task A_wrong_counter_of_what_a_customer_holds_is_found()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (_, _, token) = await WorstCostTests.SellAsync(sqlite);
        await sqlite.HoldAsync(token.Secret, 7);
        await using var db = sqlite.OpenAll();
        await db.Customers.ExecuteUpdateAsync(set => set.SetProperty(c => c.Reserved, 6));

        var faults = (await new LedgerVerifier(sqlite.Database).VerifyAsync()).Faults;

        Assert.Contains(faults, fault => fault.Contains("holds 6", StringComparison.Ordinal));
    }
}
