using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Auditing;
using ResellerPortal.Core.Metering;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Tokens;
using ResellerPortal.Testing;

namespace ResellerPortal.Core.Tests.Metering;

/// <summary>What is held for a request, and what strict and lenient tokens make of it.</summary>
public sealed class WorstCostTests(DatabaseServers databases) : IClassFixture<DatabaseServers>
{
    private const string Converter = "docx-to-pdf";

    [Theory]
    [EachProvider]
    public async Task Eight_requests_of_sixty_files_use_at_most_the_hundred_of_a_limit(string provider)
    {
        await using var database = await databases.OpenAsync(provider);
        var (_, _, token) = await SellAsync(database, limit: 100);
        await StateAsync(database, new StatedCost(1));

        var results = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            var result = await ReserveAsync(database, token, files: 60);
            if (result is ReserveResult.Held held)
            {
                await database.Meter.SettleAsync(new SettleRequest(held.Key, 60));
            }

            return result;
        })));

        Assert.Single(results.OfType<ReserveResult.Held>());
        Assert.All(
            results.Where(r => r is not ReserveResult.Held),
            r => Assert.True(r is ReserveResult.LimitReached or ReserveResult.RemainderHeld));
        var refused = Assert.IsType<ReserveResult.LimitReached>(await ReserveAsync(database, token, files: 60));
        Assert.Equal((100, 40, 60), (refused.UsageLimit, refused.Left, refused.Needed));
        await using var db = database.OpenAll();
        Assert.Equal(60, (await db.ApiTokens.SingleAsync()).Used);
        await database.AssertLedgerIsCleanAsync();
    }

    [Fact]
    public async Task What_a_file_has_ever_cost_at_most_is_held_for_each_file_from_then_on()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (_, _, token) = await SellAsync(sqlite);
        Assert.Equal(3, await HoldAndSettleAsync(sqlite, token, files: 3, cost: 7));
        sqlite.Clock.Advance(TimeSpan.FromDays(400));
        await sqlite.RestartAsync();

        // 7 conversions for 3 files are 3 a file, rounded up.
        Assert.Equal(6, await HoldAndSettleAsync(sqlite, token, files: 2, cost: 1));
        Assert.Equal(3, await HoldAndSettleAsync(sqlite, token, files: 1, cost: 1));
        await sqlite.AssertLedgerIsCleanAsync();
    }

    [Theory]
    [EachProvider]
    public async Task A_highest_cost_that_was_a_mistake_is_reset_by_the_operator(string provider)
    {
        await using var database = await databases.OpenAsync(provider);
        var (_, _, token) = await SellAsync(database, limit: 1000);
        await HoldAndSettleAsync(database, token, files: 1, cost: 500);
        Assert.IsType<ReserveResult.LimitReached>(await ReserveAsync(database, token, files: 2));
        var costs = new ConverterCostService(database.Database, database.Clock);

        Assert.Equal(500, Assert.Single(await TestData.Valued(costs.ResetHighestAsync(TestData.Operator, Converter))).PerFile);

        Assert.Equal(20, await HoldAndSettleAsync(database, token, files: 2, cost: 6));
        Assert.Equal(12, await HoldAndSettleAsync(database, token, files: 4, cost: 4));
        await using var db = database.OpenAll();
        Assert.Single(await db.AuditEntries.Where(e => e.Subject == "docx-to-pdf: highest cost 500 per file reset").ToListAsync());
        Assert.True((await costs.ResetHighestAsync(TestData.Operator, "pdf-to-jpg")).IsRefused);
    }

    [Fact]
    public async Task Imported_and_unconfirmed_usage_says_nothing_of_the_cost_of_a_file()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (owner, _, token) = await SellAsync(sqlite);
        await sqlite.Data.Recorder.RecordAsync(owner.Scope, [TestData.Fact(token, sqlite.Clock.GetUtcNow(), 50)]);
        await sqlite.HoldAsync(token.Secret, 9);
        sqlite.Clock.Advance(ReservationSweepWorker.DeadAfter + TimeSpan.FromMinutes(1));
        Assert.Equal(1, await sqlite.SweepAsync());

        Assert.Equal(1, await HoldAndSettleAsync(sqlite, token, files: 1, cost: 1));
    }

    [Fact]
    public async Task Pages_and_size_count_where_the_operator_says_so()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (_, _, token) = await SellAsync(sqlite);
        await StateAsync(sqlite, new StatedCost(2, PagesPerConversion: 10, MegabytesPerConversion: 5));

        Assert.Equal(2, await HeldAsync(new RequestExtent(1)));
        Assert.Equal(4, await HeldAsync(new RequestExtent(2, Pages: 20)));
        Assert.Equal(7, await HeldAsync(new RequestExtent(1, Pages: 61)));
        Assert.Equal(14, await HeldAsync(new RequestExtent(2, Pages: 61)));
        Assert.Equal(9, await HeldAsync(new RequestExtent(1, Pages: 61, Bytes: 40_000_001)));

        async Task<long> HeldAsync(RequestExtent extent) => Assert.IsType<ReserveResult.Held>(
            await sqlite.Meter.ReserveAsync(
                new ReserveRequest(token.Token.ResellerId, token.Token.SecretHash, Converter, Extent: extent))).Quantity;
    }

    [Fact]
    public async Task A_converter_without_figures_of_its_own_has_those_of_its_pair_or_of_all()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (_, _, token) = await SellAsync(sqlite);
        await HoldAndSettleAsync(sqlite, token, files: 1, cost: 10);

        Assert.Equal(10, await HeldAsync("docx-to-pdf/openoffice"));
        Assert.Equal(1, await HeldAsync("pdf-to-jpg"));
        await TestData.Valued(new ConverterCostService(sqlite.Database, sqlite.Clock).SetAsync(
            TestData.Operator, ConverterCost.AllConverters, new StatedCost(4)));
        Assert.Equal(4, await HeldAsync("pdf-to-jpg/fast"));
        Assert.Equal(10, await HeldAsync("docx-to-pdf/openoffice"));

        async Task<long> HeldAsync(string converter) => Assert.IsType<ReserveResult.Held>(
            await sqlite.Meter.ReserveAsync(new ReserveRequest(token.Token.ResellerId, token.Token.SecretHash, converter))).Quantity;
    }

    [Fact]
    public async Task An_unlimited_strict_token_is_refused_what_the_lots_could_not_pay_and_a_lenient_one_takes_the_rest()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (owner, customer, strict) = await SellAsync(sqlite, conversions: 40);
        var lenient = await IssueAsync(sqlite, owner, customer, null, LimitPolicy.Lenient);

        Assert.IsType<ReserveResult.CreditsExhausted>(await ReserveAsync(sqlite, strict, files: 41));
        Assert.Equal(40, Assert.IsType<ReserveResult.Held>(await ReserveAsync(sqlite, lenient, files: 41)).Quantity);
    }

    [Fact]
    public async Task The_operator_sees_the_highest_cost_of_any_reseller_beside_its_own_figures()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (_, _, token) = await SellAsync(sqlite);
        await HoldAndSettleAsync(sqlite, token, files: 2, cost: 9);
        var service = new ConverterCostService(sqlite.Database, sqlite.Clock);

        var row = Assert.Single(await service.ListAsync(TestData.Operator));

        Assert.Equal((Converter, 5, 9), (row.Converter, row.HighestPerFile, row.HighestPerRequest));
        Assert.True((await service.SetAsync(TestData.Operator, "docx-to-to-pdf", new StatedCost(1))).IsRefused);
        Assert.True((await service.SetAsync(TestData.Operator, Converter, new StatedCost(5, CeilingPerRequest: 4))).IsRefused);
    }

    internal static async Task<(Actor Owner, Customer Customer, IssuedToken Token)> SellAsync(
        TestDatabase database,
        long? limit = null,
        long conversions = 1000)
    {
        var (_, owner) = await database.Data.AddResellerAsync("northwind");
        await database.Data.BuyAsync(owner, conversions, 15, validityDays: 3000);
        var customer = await database.Data.AddCustomerAsync(owner, "Acme");
        return (owner, customer, await database.Data.IssueAsync(owner, customer, limit));
    }

    internal static Task<ReserveResult> ReserveAsync(TestDatabase database, IssuedToken token, int files) =>
        database.Meter.ReserveAsync(
            new ReserveRequest(token.Token.ResellerId, token.Token.SecretHash, Converter, Extent: new RequestExtent(files)));

    internal static Task<IssuedToken> IssueAsync(
        TestDatabase database, Actor owner, Customer customer, long? limit, LimitPolicy policy) =>
        TestData.Valued(database.Data.Tokens.IssueAsync(
            owner, customer.Id, new TokenRequest("production", limit, null) { LimitPolicy = policy }));

    internal static Task<ConverterCost> StateAsync(TestDatabase database, StatedCost cost) => TestData.Valued(
        new ConverterCostService(database.Database, database.Clock).SetAsync(TestData.Operator, Converter, cost));

    /// <returns>What was held.</returns>
    internal static async Task<long> HoldAndSettleAsync(TestDatabase database, IssuedToken token, int files, long cost)
    {
        var held = Assert.IsType<ReserveResult.Held>(await ReserveAsync(database, token, files));
        Assert.IsType<SettleResult.Recorded>(await database.Meter.SettleAsync(new SettleRequest(held.Key, cost)));
        return held.Quantity;
    }
}
