using CsCheck;
using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Metering;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Notifications;
using ResellerPortal.Core.Pricing;
using ResellerPortal.Core.Tests.Pricing;
using ResellerPortal.Core.Time;
using ResellerPortal.Core.Tokens;
using ResellerPortal.Testing;

namespace ResellerPortal.Core.Tests.Prepaid;

public sealed class PrepaidTests(DatabaseServers databases) : IClassFixture<DatabaseServers>
{
    private static readonly BillingPeriod October = new(2026, 10);

    [Theory]
    [EachProvider]
    public async Task Conversions_go_on_to_the_last_one_that_is_paid_for(string provider)
    {
        await using var database = await databases.OpenAsync(provider);
        var fixture = await PrepaidFixture.OpenAsync(database, 100_000);
        Assert.Equal(new ReserveResult.BalanceSpent(Euros(0)), await database.ReserveAsync(fixture.Secret));

        // A conversion costs 0.10, or 0.121 with 21% tax: 12.10 pays for 100.
        await fixture.TopUpAsync(12.10m);
        await database.UseAsync(fixture.Secret, 60);
        await database.UseAsync(fixture.Secret, 40);
        Assert.Equal(new ReserveResult.BalanceSpent(Euros(0)), await database.ReserveAsync(fixture.Secret));
        Assert.IsType<ReserveResult.Held>(await database.ReserveAsync((await fixture.IssueToOtherAsync()).Secret));

        await fixture.TopUpAsync(0.12m);
        Assert.IsType<ReserveResult.Held>(await database.ReserveAsync(fixture.Secret));
        await database.AssertLedgerIsCleanAsync();
    }

    [Fact]
    public async Task Held_amounts_are_reserved_and_returned_when_released()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var fixture = await PrepaidFixture.OpenAsync(sqlite, 100_000);
        await fixture.TopUpAsync(1.21m);
        var held = await sqlite.HoldAsync(fixture.Secret, 7);
        Assert.IsType<ReserveResult.BalanceSpent>(await sqlite.ReserveAsync(fixture.Secret, 4));
        await sqlite.Meter.SettleAsync(new SettleRequest(held, 6));
        await sqlite.UseAsync(fixture.Secret, 4);
        Assert.IsType<ReserveResult.BalanceSpent>(await sqlite.ReserveAsync(fixture.Secret));
    }

    [Fact]
    public async Task A_charge_that_the_balance_does_not_pay_is_an_overrun_and_the_reseller_is_told()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var fixture = await PrepaidFixture.OpenAsync(sqlite, 100_000);
        await fixture.TopUpAsync(1.21m);
        var (within, beyond) = (await sqlite.HoldAsync(fixture.Secret, 2), await sqlite.HoldAsync(fixture.Secret, 1));

        await sqlite.Meter.SettleAsync(new SettleRequest(within, 2));
        await sqlite.Meter.SettleAsync(new SettleRequest(beyond, 60));

        await using var db = sqlite.OpenAll();
        Assert.Equal(
            [(2L, EntryFlags.None), (60L, EntryFlags.Overrun)],
            (await db.LedgerEntries.OrderBy(e => e.Sequence).ToListAsync()).Select(e => (e.Quantity, e.Flags)));
        var alert = await db.UsageAlerts.SingleAsync(a => a.Subject == AlertSubject.Overrun);
        Assert.Equal((60, 1), (alert.Used, alert.Limit));
        await sqlite.AssertLedgerIsCleanAsync();
    }

    [Fact]
    public async Task First_requests_of_a_converter_that_costs_ten_a_file_stay_within_the_balance()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var fixture = await PrepaidFixture.OpenAsync(sqlite, 100_000);
        await fixture.TopUpAsync(12.10m);

        var results = await Task.WhenAll(Enumerable.Range(0, 60).Select(_ => Task.Run(
            () => sqlite.ReserveAsync(fixture.Secret, null, "pdf-to-ocr"))));
        var held = results.OfType<ReserveResult.Held>().ToList();
        await Task.WhenAll(held.Select(h => sqlite.Meter.SettleAsync(new SettleRequest(h.Key, 10))));

        Assert.NotEmpty(held);
        Assert.True((await fixture.ReadAsync()).Spending.Left.MinorUnits >= 0);
        await sqlite.AssertLedgerIsCleanAsync();
    }

    [Theory]
    [EachServer]
    public async Task A_hundred_requests_at_once_on_two_nodes_get_no_more_than_is_paid_for(string provider)
    {
        await using var database = await databases.OpenAsync(provider);
        var fixture = await PrepaidFixture.OpenAsync(database, 100_000);
        await fixture.TopUpAsync(4.84m);
        var other = database.NewMeter();
        using var otherNode = new MeterWriter(
            other, database.Database, database.Clock, Microsoft.Extensions.Logging.Abstractions.NullLogger<MeterWriter>.Instance);
        await otherNode.StartAsync(default);
        var answers = await Task.WhenAll(Enumerable.Range(0, 100).Select(async i =>
        {
            var converter = i % 3 == 0 ? "pdf-to-jpg" : "docx-to-pdf";
            var request = new ReserveRequest(fixture.Customer.ResellerId, TokenSecret.Hash(fixture.Secret), converter, 1);
            return await (i % 2 == 0 ? database.Meter : other).ReserveAsync(request);
        }));
        await otherNode.StopAsync(default);
        Assert.Equal(40, answers.Count(a => a is ReserveResult.Held));
        Assert.Equal(60, answers.Count(a => a is ReserveResult.BalanceSpent));
    }

    [Fact]
    public async Task A_cheap_converters_cost_admits_no_expensive_one_that_was_never_used()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var fixture = await PrepaidFixture.OpenAsync(sqlite, 100_000);
        var terms = new CardTerms([
            new PriceRule(["pdf-to-jpg"], new Markup.FixedPrice(5_000_000, Currency.FromCode("EUR"))),
            new PriceRule([], new Markup.FixedPrice(100_000, Currency.FromCode("EUR"))),
        ]);
        await sqlite.Data.PriceAsync(fixture.Owner, fixture.Customer, terms, October.FirstDay);
        await fixture.TopUpAsync(12.10m);
        await fixture.UseAsync("docx-to-pdf");

        // 0.121 is spent; the rest pays for one conversion at 6.05, not for two.
        Assert.IsType<ReserveResult.BalanceSpent>(await fixture.ReserveAsync("pdf-to-jpg", 2));
        await fixture.UseAsync("pdf-to-jpg");
        Assert.IsType<ReserveResult.BalanceSpent>(await fixture.ReserveAsync("pdf-to-jpg"));
    }

    [Fact]
    public async Task A_cheap_converter_continues_where_an_expensive_one_cannot()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var fixture = await PrepaidFixture.OpenAsync(sqlite, 100_000);
        var terms = new CardTerms([
            new PriceRule(["pdf-to-jpg"], new Markup.FixedPrice(5_000_000, Currency.FromCode("EUR"))),
            new PriceRule([], new Markup.FixedPrice(100_000, Currency.FromCode("EUR"))),
        ]);
        await sqlite.Data.PriceAsync(fixture.Owner, fixture.Customer, terms, October.FirstDay);
        await fixture.TopUpAsync(7.26m);
        await fixture.UseAsync("pdf-to-jpg");
        Assert.IsType<ReserveResult.BalanceSpent>(await fixture.ReserveAsync("pdf-to-jpg"));
        for (var i = 0; i < 10; i++)
        {
            await fixture.UseAsync("docx-to-pdf");
        }

        Assert.IsType<ReserveResult.BalanceSpent>(await fixture.ReserveAsync("docx-to-pdf"));
    }

    [Fact]
    public Task With_any_prices_a_request_is_refused_exactly_where_its_price_is_not_on_the_balance() =>
        Gen.Select(
            PriceModelTests.Terms,
            Gen.Select(Gen.OneOf("docx-to-pdf", "html-to-pdf", "pdf-to-jpg"), Gen.Long[1, 120], Gen.Int[0, 4]).List[1, 25],
            Gen.Long[0, 500],
            Gen.Long[0, 2_000],
            (terms, acts, fee, minimum) => (Terms: terms with { MonthlyFeeMinorUnits = fee, MinimumMinorUnits = minimum }, Acts: acts))
            .SampleAsync(
                async sample =>
                {
                    await using var sqlite = await TestDatabaseOnSqlite.OpenAsync("2026-10-01T12:00:00Z");
                    var fixture = await PrepaidFixture.OpenAsync(sqlite, sample.Terms, "USD");
                    await fixture.TopUpAsync(20m);
                    var schedule = new RateCardSchedule(
                        fixture.Customer.Id,
                        [
                            new RateCard
                            {
                                ResellerId = fixture.Customer.ResellerId,
                                Version = 1,
                                EffectiveFrom = October.FirstDay,
                                Terms = sample.Terms,
                                CreatedAtUtc = DateTimeOffset.UnixEpoch,
                            },
                        ],
                        October.FirstDay);
                    var (used, balance) = (new List<UsageItem>(), 20_00L);
                    foreach (var (converter, quantity, act) in sample.Acts)
                    {
                        if (act == 0)
                        {
                            await fixture.TopUpAsync(quantity / 10m);
                            balance += quantity * 10;
                        }

                        // A volume price may drop again after a peak, so every conversion up to the drop has to be covered.
                        var item = new UsageItem(
                            October.FirstDay, converter, "production", new UnitPrice(15_000, Currency.FromCode("USD")), quantity);
                        var highest = Enumerable.Range(1, (int)quantity).Max(part =>
                        {
                            var net = Rating.Rate([
                                .. used, item with { Quantity = part },
                            ], schedule, Currency.FromCode("USD"), October).Total;
                            return (net + Money.Round(net.Amount * 0.21m, net.Currency)).MinorUnits;
                        });
                        var result = await fixture.ReserveAsync(converter, quantity);
                        Assert.True(
                            result is ReserveResult.Held == highest <= balance,
                            $"{result} for {quantity} {converter}, which make the month {highest} of {balance} minor units; "
                                + $"{sample.Terms.Describe(Currency.FromCode("USD"))}");
                        if (result is ReserveResult.Held held)
                        {
                            await sqlite.Meter.SettleAsync(new SettleRequest(held.Key, quantity));
                            used.Add(item);
                        }
                    }
                },
                iter: 25,
                threads: 1);

    [Fact]
    public async Task A_volume_price_that_falls_later_does_not_pay_for_the_way_there()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var fixture = await PrepaidFixture.OpenAsync(
            sqlite, CardTerms.FromPrice(new VolumePrice([new(1_000, 100_000), new(null, 50_000)], Currency.FromCode("EUR"))));

        // 65.00 pays for 537 at 0.121 with tax, and for 1,074 at 0.0605, but not for the thousandth at 0.121.
        await fixture.TopUpAsync(65m);
        await sqlite.UseAsync(fixture.Secret, 500);
        await sqlite.UseAsync(fixture.Secret, 37);
        Assert.IsType<ReserveResult.BalanceSpent>(await sqlite.ReserveAsync(fixture.Secret));
        Assert.IsType<ReserveResult.BalanceSpent>(await sqlite.ReserveAsync(fixture.Secret, 500));
        await fixture.TopUpAsync(65m);
        for (var used = 537; used < 2_148; used += 537)
        {
            await sqlite.UseAsync(fixture.Secret, 537);
        }

        Assert.IsType<ReserveResult.BalanceSpent>(await sqlite.ReserveAsync(fixture.Secret));
    }

    [Fact]
    public async Task A_month_that_begins_and_a_price_that_is_set_count_within_ten_minutes()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync("2026-10-31T20:50:00Z");
        var fixture = await PrepaidFixture.OpenAsync(
            sqlite, new CardTerms([new PriceRule([], new Markup.FixedPrice(100_000, Currency.FromCode("EUR")))], MonthlyFeeMinorUnits: 0));
        await fixture.TopUpAsync(12.10m);
        await sqlite.UseAsync(fixture.Secret, 10);
        await sqlite.Data.PriceAsync(
            fixture.Owner,
            fixture.Customer,
            new CardTerms([new PriceRule([], new Markup.FixedPrice(100_000, Currency.FromCode("EUR")))], MonthlyFeeMinorUnits: 5_00),
            October.Next.FirstDay);
        sqlite.Clock.Advance(TimeSpan.FromHours(2));

        // 10 conversions in October, the November fee, and 40 conversions: 1 + 5 + 4 before tax.
        await sqlite.UseAsync(fixture.Secret, 40);
        Assert.IsType<ReserveResult.BalanceSpent>(await sqlite.ReserveAsync(fixture.Secret));
    }

    [Fact]
    public async Task Imported_usage_and_corrections_count_as_well()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var fixture = await PrepaidFixture.OpenAsync(sqlite, 100_000);
        await fixture.TopUpAsync(12.10m);
        await sqlite.UseAsync(fixture.Secret, 20);
        await sqlite.Data.Recorder.RecordAsync(
            fixture.Owner.Scope, [TestData.Fact(fixture.Token, sqlite.Clock.GetUtcNow().AddHours(-1), 70)]);
        Assert.IsType<ReserveResult.BalanceSpent>(await sqlite.ReserveAsync(fixture.Secret, 11));
        Assert.Equal(Euros(1.21m), (await fixture.ReadAsync()).Spending.Left);
        await new LedgerCorrectionService(sqlite.Database, sqlite.Clock).CorrectAsync(
            fixture.Owner, fixture.Customer.Id, 2, 40, "Counted twice");
        sqlite.Clock.Advance(TimeSpan.FromMinutes(11));
        await sqlite.UseAsync(fixture.Secret, 40);
        Assert.IsType<ReserveResult.BalanceSpent>(await sqlite.ReserveAsync(fixture.Secret));
    }

    [Fact]
    public async Task The_customer_is_notified_when_its_balance_runs_low_and_runs_out()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var fixture = await PrepaidFixture.OpenAsync(sqlite, 100_000);
        await fixture.TopUpAsync(12.10m);
        for (var i = 0; i < 101; i++)
        {
            if (await sqlite.ReserveAsync(fixture.Secret) is ReserveResult.Held held)
            {
                await sqlite.Meter.SettleAsync(new SettleRequest(held.Key, 1));
            }
        }

        var alerts = (await new UsageAlertQueries(sqlite.Database).ListLatestAsync(TestData.CreateAdmin(fixture.Customer), 10))
            .Where(a => a.Subject == AlertSubject.Balance)
            .OrderBy(a => a.Percent)
            .ToList();
        Assert.Equal([50, 75, 90, 100], alerts.Select(a => a.Percent));
        Assert.Equal("The balance of Acme is spent", UsageAlertWorker.Compose(alerts[^1]).Subject);
        Assert.StartsWith("12.10 EUR of 12.10 EUR spent.", UsageAlertWorker.Compose(alerts[^1]).Text, StringComparison.Ordinal);
        Assert.StartsWith("6.05 EUR of 12.10 EUR spent.", UsageAlertWorker.Compose(alerts[0]).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_customer_switched_back_to_postpaid_is_no_longer_stopped()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var fixture = await PrepaidFixture.OpenAsync(sqlite, 100_000);
        Assert.IsType<ReserveResult.BalanceSpent>(await sqlite.ReserveAsync(fixture.Secret));
        await TestData.Valued(fixture.Terms.SetAsync(fixture.Owner, fixture.Customer.Id, false));
        await sqlite.UseAsync(fixture.Secret, 5);
        await TestData.Valued(fixture.Terms.SetAsync(fixture.Owner, fixture.Customer.Id, true));
        Assert.Equal(new ReserveResult.BalanceSpent(Euros(-0.61m)), await sqlite.ReserveAsync(fixture.Secret));
        Assert.IsType<ReserveResult.BalanceSpent>(
            await sqlite.ReserveAsync((await sqlite.Data.IssueAsync(fixture.Owner, fixture.Customer)).Secret));
    }

    [Fact]
    public async Task Only_its_reseller_sets_how_a_customer_pays()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var fixture = await PrepaidFixture.OpenAsync(sqlite, 100_000);
        var (_, stranger) = await sqlite.Data.AddResellerAsync("fabrikam");
        var neighbour = TestData.CreateAdmin(await sqlite.Data.AddCustomerAsync(fixture.Owner, "Neighbour"));
        Assert.True((await fixture.Terms.SetAsync(stranger, fixture.Customer.Id, false)).IsRefused);
        Assert.Null(await fixture.Queries.ReadAsync(stranger, fixture.Customer.Id));
        Assert.Null(await fixture.Queries.ReadAsync(neighbour, fixture.Customer.Id));
        Assert.NotNull(await fixture.Queries.ReadAsync(TestData.CreateAdmin(fixture.Customer), fixture.Customer.Id));
        await Assert.ThrowsAsync<PermissionDeniedException>(
            () => fixture.Terms.SetAsync(TestData.CreateAdmin(fixture.Customer), fixture.Customer.Id, false));
    }

    private static Money Euros(decimal amount) => Money.Round(amount, Currency.FromCode("EUR"));
}
