using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Auditing;
using ResellerPortal.Core.Metering;
using ResellerPortal.Core.Notifications;
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

        var results = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            var result = await ReserveAsync(database, token, files: 60);
            if (result is ReserveResult.Held held)
            {
                await database.Meter.SettleAsync(new SettleRequest(held.ReservationId, 60));
            }

            return result;
        })));

        Assert.Single(results.OfType<ReserveResult.Held>());
        Assert.All(
            results.Where(r => r is not ReserveResult.Held), r => Assert.True(r is ReserveResult.LimitReached or ReserveResult.RemainderHeld));
        var refused = Assert.IsType<ReserveResult.LimitReached>(await ReserveAsync(database, token, files: 60));
        Assert.Equal((100, 40, 60), (refused.UsageLimit, refused.Left, refused.Needed));
        await using var db = database.OpenAll();
        Assert.Equal(60, (await db.ApiTokens.SingleAsync()).Used);
        await database.AssertLedgerIsCleanAsync();
    }

    [Theory]
    [EachProvider]
    public async Task Many_first_requests_of_a_converter_that_costs_ten_a_file_stay_within_the_limit(string provider)
    {
        await using var database = await databases.OpenAsync(provider);
        var (_, _, token) = await SellAsync(database, limit: 100);

        var results = await Task.WhenAll(Enumerable.Range(0, 60).Select(_ => Task.Run(() => ReserveAsync(database, token, files: 1))));
        await Task.WhenAll(results.OfType<ReserveResult.Held>().Select(
            held => database.Meter.SettleAsync(new SettleRequest(held.ReservationId, 10))));

        Assert.Equal(10, results.OfType<ReserveResult.Held>().Count());
        Assert.Equal(50, results.OfType<ReserveResult.RemainderHeld>().Count());
        await using var db = database.OpenAll();
        Assert.Equal(100, (await db.ApiTokens.SingleAsync()).Used);
        Assert.False(await db.LedgerEntries.AnyAsync(e => e.Flags != EntryFlags.None));
        Assert.Equal(0, Assert.IsType<ReserveResult.LimitReached>(await ReserveAsync(database, token, 1)).Left);
        await database.AssertLedgerIsCleanAsync();
    }

    [Fact]
    public async Task A_first_request_alone_holds_all_that_is_left_and_those_beside_it_are_told_to_retry()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (owner, customer, token) = await SellAsync(sqlite, limit: 25);
        var first = Assert.IsType<ReserveResult.Held>(await ReserveAsync(sqlite, token, 2));
        Assert.Equal(20, first.Quantity);

        // 5 are left, fewer than the second file may cost.
        Assert.IsType<ReserveResult.RemainderHeld>(await ReserveAsync(sqlite, token, 1));
        Assert.Equal(25, Assert.IsType<ReserveResult.Held>(
            await sqlite.Meter.ExtendAsync(first.ReservationId, new RequestExtent(3))).Quantity);
        await sqlite.Meter.SettleAsync(new SettleRequest(first.ReservationId, 3));
        Assert.Equal(1, await HoldAndSettleAsync(sqlite, token, files: 1, cost: 1));

        // Where nothing is limited, nothing is guessed; nor is it for a token that may take the last ones.
        var unlimited = await sqlite.Data.IssueAsync(owner, customer);
        var lenient = await IssueAsync(sqlite, owner, customer, 25, LimitPolicy.Lenient);
        Assert.Equal(1, await HeldAsync(unlimited));
        Assert.Equal(1, await HeldAsync(lenient));

        async Task<long> HeldAsync(IssuedToken of) => Assert.IsType<ReserveResult.Held>(
            await sqlite.Meter.ReserveAsync(new ReserveRequest(of.Token.SecretHash, "pdf-to-ocr"))).Quantity;
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
        Assert.Equal(6, await HoldAndSettleAsync(database, token, files: 2, cost: 2));
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
            await sqlite.Meter.ReserveAsync(new ReserveRequest(token.Token.SecretHash, Converter, Extent: extent))).Quantity;
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
            await sqlite.Meter.ReserveAsync(new ReserveRequest(token.Token.SecretHash, converter))).Quantity;
    }

    [Fact]
    public async Task A_late_charge_above_the_ceiling_raises_it()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (_, _, token) = await SellAsync(sqlite);
        await StateAsync(sqlite, new StatedCost(1, CeilingPerRequest: 20));
        var held = Assert.IsType<ReserveResult.Held>(await ReserveAsync(sqlite, token, files: 1));
        sqlite.Clock.Advance(ReservationSweepWorker.DeadAfter + TimeSpan.FromMinutes(1));
        Assert.Equal(1, await sqlite.SweepAsync());

        Assert.IsType<SettleResult.Recorded>(await sqlite.Meter.SettleAsync(new SettleRequest(held.ReservationId, 77)));

        Assert.Equal(77, await HoldAndSettleAsync(sqlite, token, files: 1, cost: 1));
        await sqlite.AssertLedgerIsCleanAsync();
    }

    [Fact]
    public async Task A_strict_token_holds_the_stated_ceiling_and_a_lenient_one_the_worst_cost_up_to_it()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (owner, customer, strict) = await SellAsync(sqlite);
        var lenient = await IssueAsync(sqlite, owner, customer, null, LimitPolicy.Lenient);
        await StateAsync(sqlite, new StatedCost(2, CeilingPerRequest: 12));

        Assert.Equal(12, await HoldAndSettleAsync(sqlite, strict, files: 1, cost: 1));
        Assert.Equal(2, await HoldAndSettleAsync(sqlite, lenient, files: 1, cost: 1));
        Assert.Equal(12, await HoldAndSettleAsync(sqlite, lenient, files: 60, cost: 1));

        // A charge above the ceiling has disproved it.
        Assert.Equal(12, await HoldAndSettleAsync(sqlite, strict, files: 60, cost: 15));
        Assert.Equal(15, await HoldAndSettleAsync(sqlite, strict, files: 1, cost: 1));
    }

    [Fact]
    public async Task A_strict_token_uses_its_last_conversion_if_the_converter_always_cost_one()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (_, _, token) = await SellAsync(sqlite, limit: 4);
        Assert.Equal(4, await HoldAndSettleAsync(sqlite, token, files: 1, cost: 1));
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(1, await HoldAndSettleAsync(sqlite, token, files: 1, cost: 1));
        }

        var refused = Assert.IsType<ReserveResult.LimitReached>(await ReserveAsync(sqlite, token, 1));
        Assert.Equal((0, 1), (refused.Left, refused.Needed));
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
    public async Task A_charge_above_the_ceiling_stops_the_token_and_alerts_the_reseller_alone()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (_, customer, token) = await SellAsync(sqlite, limit: 10);

        Assert.Equal(10, await HoldAndSettleAsync(sqlite, token, files: 2, cost: 14));

        await using var db = sqlite.OpenAll();
        Assert.Equal(EntryFlags.Overrun, (await db.LedgerEntries.SingleAsync()).Flags);
        var alert = await db.UsageAlerts.SingleAsync(a => a.Subject == AlertSubject.Overrun);
        Assert.Equal((14, 10, token.Token.Id), (alert.Used, alert.Limit, alert.SubjectId));
        var (subject, text) = UsageAlertWorker.Compose(alert);
        Assert.Contains("docx-to-pdf with token production (…", subject, StringComparison.Ordinal);
        Assert.Contains("14 conversions charged, 10 held", text, StringComparison.Ordinal);
        await using var own = sqlite.Database.Open(TenantScope.ForCustomer(customer.ResellerId, customer.Id));
        Assert.False(await own.UsageAlerts.AnyAsync(a => a.Subject == AlertSubject.Overrun));
        Assert.IsType<ReserveResult.LimitReached>(await ReserveAsync(sqlite, token, 1));
        await sqlite.AssertLedgerIsCleanAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_charge_above_the_operators_maximum_is_an_overrun_even_if_it_passes_no_limit(bool isLate)
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (_, _, token) = await SellAsync(sqlite, limit: 900);
        await StateAsync(sqlite, new StatedCost(1, CeilingPerRequest: 20));
        Assert.Equal(20, await HoldAndSettleAsync(sqlite, token, files: 1, cost: 20));
        await sqlite.RestartAsync();
        var held = Assert.IsType<ReserveResult.Held>(await ReserveAsync(sqlite, token, files: 1));
        if (isLate)
        {
            sqlite.Clock.Advance(ReservationSweepWorker.DeadAfter + TimeSpan.FromMinutes(1));
            await sqlite.SweepAsync();
            await sqlite.RestartAsync();
        }

        await sqlite.Meter.SettleAsync(new SettleRequest(held.ReservationId, 50));
        Assert.Equal(50, await HoldAndSettleAsync(sqlite, token, files: 1, cost: 50));

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
        var (_, _, token) = await SellAsync(sqlite, limit: 10);
        await StateAsync(sqlite, new StatedCost(1));
        var one = Assert.IsType<ReserveResult.Held>(await ReserveAsync(sqlite, token, 5)).ReservationId;
        var other = Assert.IsType<ReserveResult.Held>(await ReserveAsync(sqlite, token, 5)).ReservationId;

        await sqlite.Meter.SettleAsync(new SettleRequest(one, 8));
        await sqlite.Meter.SettleAsync(new SettleRequest(other, 5));

        await using var db = sqlite.OpenAll();
        Assert.Equal(
            [EntryFlags.Overrun, EntryFlags.None], (await db.LedgerEntries.OrderBy(e => e.Sequence).ToListAsync()).Select(e => e.Flags));
        Assert.Single(await db.UsageAlerts.Where(a => a.Subject == AlertSubject.Overrun).ToListAsync());
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
        database.Meter.ReserveAsync(new ReserveRequest(token.Token.SecretHash, Converter, Extent: new RequestExtent(files)));

    internal static Task<IssuedToken> IssueAsync(
        TestDatabase database, Actor owner, Customer customer, long? limit, LimitPolicy policy) =>
        TestData.Valued(database.Data.Tokens.IssueAsync(
            owner, customer.Id, new TokenRequest("production", limit, null) { LimitPolicy = policy }));

    internal static Task<ConverterCost> StateAsync(TestDatabase database, StatedCost cost) => TestData.Valued(
        new ConverterCostService(database.Database, database.Clock).SetAsync(TestData.Operator, Converter, cost));

    /// <returns>What was held.</returns>
    private static async Task<long> HoldAndSettleAsync(TestDatabase database, IssuedToken token, int files, long cost)
    {
        var held = Assert.IsType<ReserveResult.Held>(await ReserveAsync(database, token, files));
        Assert.IsType<SettleResult.Recorded>(await database.Meter.SettleAsync(new SettleRequest(held.ReservationId, cost)));
        return held.Quantity;
    }
}
