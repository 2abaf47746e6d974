using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Invoicing;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Pricing;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Time;
using ResellerPortal.Testing;

namespace ResellerPortal.Core.Tests.Invoicing;

public sealed class MonthEndTests(DatabaseServers databases) : IClassFixture<DatabaseServers>
{
    private static readonly Currency Eur = Currency.FromCode("EUR");
    private static readonly BillingPeriod October = new(2026, 10);

    [Theory]
    [EachProvider]
    public async Task A_review_holds_a_month_against_the_one_before(string provider)
    {
        await using var database = await databases.OpenAsync(provider);
        var (owner, secrets) = await SellAsync(database, "Acme", "Birch", "Cedar");
        await database.UseAsync(secrets["Acme"], 100);
        await database.UseAsync(secrets["Birch"], 100);
        await database.UseAsync(secrets["Cedar"], 100);
        await FinaliseAsync(database, owner, October);
        await database.UseAsync(secrets["Acme"], 110);
        await database.UseAsync(secrets["Birch"], 200);
        database.Clock.SetUtcNow(October.Next.EndsAtUtc(TimeZoneInfo.Utc).AddDays(1));
        await database.Data.Drafter.DraftAsync(owner, October.Next);

        var review = await new MonthEndReview(database.Database).ReviewAsync(owner, October.Next);

        Assert.Equal(["Birch", "Acme"], review.Rows.Select(r => r.CustomerName));
        Assert.Equal(["Acme", "Birch"], review.Drafts.Select(r => r.CustomerName));
        Assert.Equal([DraftWarning.MuchMore], review.Rows[0].Warnings);
        Assert.Empty(review.Rows[1].Warnings);

        // 0.02 per conversion at a cost of 0.015.
        Assert.Equal(
            (220L, 20L, 55L, 110L),
            (
                review.Rows[1].Net.MinorUnits,
                review.Rows[1].Difference.MinorUnits,
                review.Rows[1].Margin.MinorUnits,
                review.Rows[1].Quantity));
        Assert.Equal((620L, 600L, 155L), (review.Net.MinorUnits, review.NetBefore.MinorUnits, review.Margin.MinorUnits));
        Assert.Equal(["Cedar"], review.Missing);
    }

    [Fact]
    public async Task A_review_shows_nothing_of_another_reseller_or_to_a_customer()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (owner, secrets) = await SellAsync(sqlite, "Acme");
        await sqlite.UseAsync(secrets["Acme"], 100);
        sqlite.Clock.SetUtcNow(October.EndsAtUtc(TimeZoneInfo.Utc).AddDays(1));
        await sqlite.Data.Drafter.DraftAsync(owner, October);
        var (_, stranger) = await sqlite.Data.AddResellerAsync("fabrikam");
        await new InvoiceScheduleService(sqlite.Database, sqlite.Clock).SetAsync(
            owner, new InvoiceScheduleRequest(true, 3, 6, InvoiceRunMode.Review));
        await using var db = sqlite.OpenAll();
        var customer = db.Customers.Single(c => c.Name == "Acme");
        await using var ofCustomer = sqlite.Database.Open(TenantScope.ForCustomer(customer.ResellerId, customer.Id));

        Assert.Empty((await new MonthEndReview(sqlite.Database).ReviewAsync(stranger, October)).Rows);
        Assert.False((await new InvoiceScheduleService(sqlite.Database, sqlite.Clock).ReadAsync(stranger)).Schedule.IsOn);
        await Assert.ThrowsAsync<PermissionDeniedException>(
            () => new MonthEndReview(sqlite.Database).ReviewAsync(TestData.CreateAdmin(customer), October));
        Assert.Single(db.InvoiceCosts);
        Assert.Empty(ofCustomer.InvoiceCosts);
        Assert.Empty(ofCustomer.InvoiceSchedules);
    }

    [Fact]
    public void A_draft_warns_of_what_needs_review()
    {
        Assert.Equal([DraftWarning.BelowCost], DraftWarningRules.FindWarnings(Cents(99), null, Cents(100), 0, hasAddress: true));
        Assert.Equal(
            [DraftWarning.Negative, DraftWarning.MuchLess],
            DraftWarningRules.FindWarnings(Cents(-1), Cents(1), Cents(0), 0, hasAddress: true));
        Assert.Equal(
            [DraftWarning.MuchMore, DraftWarning.LateUsage],
            DraftWarningRules.FindWarnings(Cents(151), Cents(100), Cents(0), 5, hasAddress: true));
        Assert.Equal(
            [DraftWarning.MuchLess, DraftWarning.NoAddress],
            DraftWarningRules.FindWarnings(Cents(49), Cents(100), Cents(0), 0, hasAddress: false));
        Assert.Empty(DraftWarningRules.FindWarnings(Cents(150), Cents(100), Cents(150), 0, hasAddress: true));
        Assert.Empty(DraftWarningRules.FindWarnings(Cents(50), Cents(100), Cents(50), 0, hasAddress: true));

        static Money Cents(long minorUnits) => new(minorUnits, Eur);
    }

    [Theory]
    [InlineData("Europe/Vilnius", "2026-11-02T04:00:00Z")]
    [InlineData("Pacific/Kiritimati", "2026-11-01T16:00:00Z")]
    [InlineData("Pacific/Pago_Pago", "2026-11-02T17:00:00Z")]
    public void A_run_is_due_at_its_day_and_hour_in_the_resellers_time_zone(string zoneId, string due)
    {
        Assert.True(TimeZones.TryFind(zoneId, out var zone));
        var schedule = new InvoiceSchedule { ResellerId = ResellerId.New(), Day = 2, Hour = 6 };
        var at = DateTimeOffset.Parse(due, CultureInfo.InvariantCulture);

        Assert.Equal(at, schedule.DueAtUtc(October, zone));
        Assert.Equal(October.Previous, schedule.NewestDue(at.AddTicks(-1), zone));
        Assert.Equal(October, schedule.NewestDue(at, zone));
    }

    [Fact]
    public async Task A_schedule_runs_a_month_once_and_waits_for_review()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (owner, secrets) = await SellAsync(sqlite, "Acme");
        await sqlite.UseAsync(secrets["Acme"], 100);
        var schedules = new InvoiceScheduleService(sqlite.Database, sqlite.Clock);
        await schedules.SetAsync(owner, new InvoiceScheduleRequest(true, 2, 6, InvoiceRunMode.Review));
        sqlite.Clock.SetUtcNow(new DateTimeOffset(2026, 11, 2, 3, 59, 0, TimeSpan.Zero));
        Assert.Equal(0, await RunDueAsync(sqlite));
        sqlite.Clock.Advance(TimeSpan.FromMinutes(1));

        // Two nodes at the same instant.
        var runs = await Task.WhenAll(Task.Run(() => RunDueAsync(sqlite)), Task.Run(() => RunDueAsync(sqlite)));

        Assert.Equal(1, runs.Sum());
        Assert.Equal(0, await RunDueAsync(sqlite));
        var view = await schedules.ReadAsync(owner);
        Assert.Equal("October 2026: 0 finalised, 1 needs review.", view.Schedule.Report);
        Assert.Equal((October.Next, new DateTimeOffset(2026, 12, 2, 4, 0, 0, TimeSpan.Zero)), (view.Next, view.NextAtUtc));
        Assert.Single((await new MonthEndReview(sqlite.Database).ReviewAsync(owner, October)).Drafts);
    }

    [Fact]
    public async Task A_schedule_finalises_what_has_no_warning_and_keeps_the_rest_for_review()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (owner, secrets) = await SellAsync(sqlite, "Acme", "Birch");
        await sqlite.Data.PriceAsync(owner, await CustomerAsync(sqlite, "Birch"), new Markup.FixedPrice(10_000, Eur), October.FirstDay);
        await sqlite.UseAsync(secrets["Acme"], 100);
        await sqlite.UseAsync(secrets["Birch"], 100);
        await new InvoiceScheduleService(sqlite.Database, sqlite.Clock).SetAsync(
            owner, new InvoiceScheduleRequest(true, 1, 0, InvoiceRunMode.FinaliseWithoutWarnings));
        sqlite.Clock.SetUtcNow(October.EndsAtUtc(TimeZoneInfo.Utc).AddDays(1));

        await RunDueAsync(sqlite);

        var review = await new MonthEndReview(sqlite.Database).ReviewAsync(owner, October);
        Assert.Equal([("Birch", true), ("Acme", false)], review.Rows.Select(r => (r.CustomerName, r.IsDraft)));
        Assert.Equal([DraftWarning.BelowCost], review.Rows[0].Warnings);
        Assert.Equal(
            "October 2026: 1 finalised, 1 needs review.",
            (await new InvoiceScheduleService(sqlite.Database, sqlite.Clock).ReadAsync(owner)).Schedule.Report);
    }

    [Fact]
    public async Task A_schedule_that_finalises_all_makes_up_for_months_before()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (owner, secrets) = await SellAsync(sqlite, "Acme");
        await sqlite.UseAsync(secrets["Acme"], 100);
        sqlite.Clock.SetUtcNow(new DateTimeOffset(2026, 11, 5, 0, 0, 0, TimeSpan.Zero));
        await sqlite.UseAsync(secrets["Acme"], 50);
        await new InvoiceScheduleService(sqlite.Database, sqlite.Clock).SetAsync(
            owner, new InvoiceScheduleRequest(true, 1, 0, InvoiceRunMode.FinaliseAll));
        Assert.Equal(0, await RunDueAsync(sqlite));
        sqlite.Clock.SetUtcNow(new DateTimeOffset(2026, 12, 1, 0, 0, 0, TimeSpan.Zero));

        await RunDueAsync(sqlite);

        await using var db = sqlite.OpenAll();
        Assert.Equal(
            [(October, 200L), (October.Next, 100L)],
            db.Invoices.AsEnumerable().OrderBy(i => i.PeriodStart).Select(i => (i.Period, i.NetMinorUnits)));
        Assert.All(db.Invoices.AsEnumerable(), invoice => Assert.True(invoice.IsFinalised));
        await sqlite.AssertLedgerIsCleanAsync();
    }

    [Fact]
    public async Task A_run_that_a_node_left_unfinished_is_taken_over()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (owner, _) = await SellAsync(sqlite, "Acme");
        var schedules = new InvoiceScheduleService(sqlite.Database, sqlite.Clock);
        await schedules.SetAsync(owner, new InvoiceScheduleRequest(true, 1, 0, InvoiceRunMode.Review));
        sqlite.Clock.SetUtcNow(October.EndsAtUtc(TimeZoneInfo.Utc).AddDays(1));

        Assert.NotNull(await schedules.TakeDueAsync());
        Assert.Null(await schedules.TakeDueAsync());
        sqlite.Clock.Advance(TimeSpan.FromMinutes(16));
        Assert.Equal(1, await RunDueAsync(sqlite));
    }

    [Fact]
    public async Task The_month_end_run_continues_without_its_page_and_reports_its_result()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (owner, secrets) = await SellAsync(sqlite, "Acme", "Birch");
        await sqlite.UseAsync(secrets["Acme"], 100);
        var runner = new MonthEndRunner(
            sqlite.Data.Drafter, sqlite.Data.Invoices, new MonthEndReview(sqlite.Database), NullLogger<MonthEndRunner>.Instance);
        Assert.True(runner.TryDraft(owner, October));
        Assert.Equal((true, "October 2026 is not over yet. Its invoices can be drafted from 2026-11-01."), await EndAsync());
        sqlite.Clock.SetUtcNow(October.EndsAtUtc(TimeZoneInfo.Utc).AddDays(1));

        Assert.True(runner.TryDraft(owner, October));
        Assert.Equal((false, "October 2026: 1 drafted, 1 without usage to bill."), await EndAsync());
        Assert.Equal(new BatchProgress(2, 2), runner.FindProgress(owner)!.Progress);
        Assert.True(runner.TryFinalise(owner, October));
        Assert.Equal((false, "1 invoice is final."), await EndAsync());
        var (_, stranger) = await sqlite.Data.AddResellerAsync("fabrikam");
        Assert.Null(runner.FindProgress(stranger));

        async Task<(bool HasFailed, string Result)> EndAsync()
        {
            await Eventually.TrueAsync(() => runner.FindProgress(owner) is { Result: not null }, "the run ends");
            return (runner.FindProgress(owner)!.HasFailed, runner.FindProgress(owner)!.Result!);
        }
    }

    private static Task<int> RunDueAsync(TestDatabase database)
    {
        var run = new AutomaticInvoicingWorker(
            new InvoiceScheduleService(database.Database, database.Clock),
            database.Data.Drafter,
            database.Data.Invoices,
            new MonthEndReview(database.Database),
            database.Clock,
            NullLogger<AutomaticInvoicingWorker>.Instance);
        return run.RunAsync();
    }

    private static async Task<(Actor Owner, Dictionary<string, string> Secrets)> SellAsync(TestDatabase database, params string[] customers)
    {
        var (_, owner) = await database.Data.AddResellerAsync("northwind");
        await database.Data.BuyAsync(owner, 12_000, 180);
        await database.Data.PriceAsync(owner, null, new Markup.FixedPrice(20_000, Eur), October.FirstDay);
        var secrets = new Dictionary<string, string>();
        foreach (var name in customers)
        {
            secrets[name] = (await database.Data.IssueAsync(owner, await database.Data.AddCustomerAsync(owner, name))).Secret;
        }

        return (owner, secrets);
    }

    private static async Task<Customer> CustomerAsync(TestDatabase database, string name)
    {
        await using var db = database.OpenAll();
        return await db.Customers.SingleAsync(c => c.Name == name);
    }

    private static async Task FinaliseAsync(TestDatabase database, Actor owner, BillingPeriod period)
    {
        database.Clock.SetUtcNow(period.EndsAtUtc(TimeZoneInfo.Utc).AddDays(1));
        var drafts = (await database.Data.Drafter.DraftAsync(owner, period)).Value.Results;
        Assert.Empty((await database.Data.Invoices.FinaliseAllAsync(owner, [.. drafts.Select(d => d.InvoiceId!.Value)])).Refusals);
    }
}
