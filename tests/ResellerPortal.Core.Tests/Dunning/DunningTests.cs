using CsCheck;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Dunning;
using ResellerPortal.Core.Insights;
using ResellerPortal.Core.Invoicing;
using ResellerPortal.Core.Metering;
using ResellerPortal.Core.Outbox;
using ResellerPortal.Core.Payments;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Tests.Invoicing;
using ResellerPortal.Core.Tests.Sending;
using ResellerPortal.Testing;

namespace ResellerPortal.Core.Tests.Dunning;

public sealed class DunningTests(DatabaseServers databases) : IClassFixture<DatabaseServers>
{
    private static readonly DunningStepTerms[] Steps = [new(3, 0, false), new(10, 500, false), new(20, 1000, true)];

    [Theory]
    [EachProvider]
    public async Task Reminders_follow_the_policy_to_the_pause_and_payment_ends_it(string provider)
    {
        await using var database = await databases.OpenAsync(provider);
        var (mail, fixture) = (new MailFixture(database), await InvoicingFixture.OpenAsync(database));
        await TestData.Valued(Policies(database, mail).SetAsync(fixture.Owner, isOn: true, Steps));
        var invoice = await fixture.InvoiceAsync();

        // Due on 15 November; the clock is at noon.
        foreach (var (day, steps) in new[] { (15, 0), (17, 0), (18, 1), (18, 0), (24, 0), (25, 1) })
        {
            Assert.Equal(steps, await RunOnAsync(database, mail, day));
        }

        // Two nodes concurrently.
        database.Clock.SetUtcNow(new DateTimeOffset(2026, 12, 5, 12, 0, 0, TimeSpan.Zero));
        Assert.Equal(1, (await Task.WhenAll(Work(database, mail).RunAsync(), Work(database, mail).RunAsync())).Sum());
        Assert.Equal(0, await Work(database, mail).RunAsync());
        await mail.Work().RunAsync();
        Assert.Equal(
            [
                $"Reminder: invoice {invoice.Number} was due on 15 Nov 2026",
                $"Second reminder: invoice {invoice.Number}",
                $"Final notice: invoice {invoice.Number}",
            ],
            mail.Box.Sent.Select(m => m.Subject));
        var now = await FindAsync(database, fixture.Owner, invoice.Id);
        Assert.Equal(
            (1500L, invoice.Total.MinorUnits + 1500, InvoiceState.Overdue), (now.LateFee.MinorUnits, now.Due.MinorUnits, now.State));
        Assert.Contains(
            Core.Languages.DocumentLanguage.English.AmountWithCurrency(now.Due), mail.Box.Sent[2].Text, StringComparison.Ordinal);

        // Paused: metering reports the reason, and a new token is paused as well.
        Assert.IsType<ReserveResult.AccountPaused>(await database.ReserveAsync(fixture.Secret));
        Assert.IsType<ReserveResult.AccountPaused>(
            await database.ReserveAsync((await database.Data.IssueAsync(fixture.Owner, fixture.Customer)).Secret));

        await TestData.Valued(Payments(database).RecordAsync(
            fixture.Owner, new ReceivedPayment(invoice.Id, 1m, new DateOnly(2026, 12, 5), "", Guid.NewGuid())));
        Assert.IsType<ReserveResult.AccountPaused>(await database.ReserveAsync(fixture.Secret));
        await TestData.Valued(Payments(database).RecordAsync(
            fixture.Owner, new ReceivedPayment(invoice.Id, now.Due.Amount - 1m, new DateOnly(2026, 12, 5), "", Guid.NewGuid())));
        Assert.IsType<ReserveResult.Held>(await database.ReserveAsync(fixture.Secret));
        Assert.Equal(InvoiceState.Paid, (await FindAsync(database, fixture.Owner, invoice.Id)).State);

        var timeline = await new InvoiceTimelineQueries(database.Database).ReadAsync(fixture.Owner, invoice.Id);
        Assert.Equal(
            ["Drafted", "Finalised", "Reminder 1", "Reminder 2", "Reminder 3", "Tokens paused", "Payment", "Payment", "Tokens resumed"],
            timeline.Where(e => e.Title != "Reminder emailed").Select(e => e.Title));
        Assert.Equal(3, timeline.Count(e => e.Title == "Reminder emailed"));
    }

    [Fact]
    public async Task A_credit_note_ends_the_pause_and_takes_the_fee_with_it()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (mail, fixture) = (new MailFixture(sqlite), await InvoicingFixture.OpenAsync(sqlite));
        await TestData.Valued(Policies(sqlite, mail).SetAsync(fixture.Owner, isOn: true, [new(1, 700, true)]));
        var invoice = await fixture.InvoiceAsync();
        await RunOnAsync(sqlite, mail, 20);
        Assert.IsType<ReserveResult.AccountPaused>(await sqlite.ReserveAsync(fixture.Secret));

        await TestData.Valued(
            new CreditNoteService(sqlite.Database, sqlite.Clock).IssueAsync(fixture.Owner, invoice.Id, [1], "Never agreed"));
        await Work(sqlite, mail).RunAsync();

        var row = await FindAsync(sqlite, fixture.Owner, invoice.Id);
        Assert.Equal((0L, 0L, InvoiceState.Credited), (row.LateFee.MinorUnits, row.Due.MinorUnits, row.State));
        Assert.IsType<ReserveResult.Held>(await sqlite.ReserveAsync(fixture.Secret));
    }

    [Fact]
    public async Task Of_two_unpaid_invoices_the_last_one_paid_ends_the_pause()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (mail, fixture) = (new MailFixture(sqlite), await InvoicingFixture.OpenAsync(sqlite));
        await TestData.Valued(Policies(sqlite, mail).SetAsync(fixture.Owner, isOn: true, [new(60, 0, true)]));
        var (first, second) = (await fixture.InvoiceAsync(), await fixture.InvoiceAsync());
        sqlite.Clock.SetUtcNow(new DateTimeOffset(2027, 3, 1, 12, 0, 0, TimeSpan.Zero));
        Assert.Equal(2, await Work(sqlite, mail).RunAsync());
        await PayAsync(first);
        Assert.IsType<ReserveResult.AccountPaused>(await sqlite.ReserveAsync(fixture.Secret));
        await PayAsync(second);
        Assert.IsType<ReserveResult.Held>(await sqlite.ReserveAsync(fixture.Secret));

        Task PayAsync(Invoice invoice) =>
            TestData.Valued(Payments(sqlite).RecordAsync(
                fixture.Owner, new ReceivedPayment(invoice.Id, invoice.Total.Amount, new DateOnly(2027, 3, 1), "", Guid.NewGuid())));
    }

    [Fact]
    public async Task Nobody_is_reminded_at_night_of_what_is_held_paid_or_without_a_mail_server()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (mail, fixture) = (new MailFixture(sqlite), await InvoicingFixture.OpenAsync(sqlite));
        await TestData.Valued(Policies(sqlite, mail).SetAsync(fixture.Owner, isOn: true, Steps));
        var invoice = await fixture.InvoiceAsync();

        // 05:30 UTC is 07:30 in Vilnius, 06:30 is 08:30.
        sqlite.Clock.SetUtcNow(new DateTimeOffset(2026, 11, 18, 5, 30, 0, TimeSpan.Zero));
        Assert.Equal(0, await Work(sqlite, mail).RunAsync());
        sqlite.Clock.SetUtcNow(new DateTimeOffset(2026, 11, 18, 6, 30, 0, TimeSpan.Zero));
        mail.Box.IsConfigured = false;
        Assert.Equal(0, await Work(sqlite, mail).RunAsync());
        mail.Box.IsConfigured = true;
        await TestData.Valued(Policies(sqlite, mail).SetHoldAsync(fixture.Owner, invoice.Id, isHeld: true));
        Assert.Equal(0, await Work(sqlite, mail).RunAsync());
        await TestData.Valued(Policies(sqlite, mail).SetHoldAsync(fixture.Owner, invoice.Id, isHeld: false));
        Assert.Equal(1, await Work(sqlite, mail).RunAsync());
        await TestData.Valued(Payments(sqlite).RecordAsync(
            fixture.Owner, new ReceivedPayment(invoice.Id, invoice.Total.Amount, new DateOnly(2026, 11, 18), "", Guid.NewGuid())));
        Assert.Equal(0, await RunOnAsync(sqlite, mail, 30));
    }

    [Fact]
    public void Dunning_steps_keep_their_order_and_distance_whenever_the_worker_runs() =>
        Gen.Select(Gen.Int[1, 40].Array[1, 5].Where(
            days => days.Distinct().Count() == days.Length), Gen.Int[0, 90].Array[1, 120]).Sample((days, looks) =>
        {
            var policy = new DunningPolicy
            {
                ResellerId = ResellerId.New(),
                Steps = [.. days.Order().Select(d => new DunningStepTerms(d, 0, false))],
            };
            var (due, taken, today) = (new DateOnly(2026, 11, 15), new List<DateOnly>(), new DateOnly(2026, 11, 15));
            foreach (var look in looks)
            {
                today = today.AddDays(look % 9);
                while (policy.FindDueStep(today, due, taken) is not null)
                {
                    taken.Add(today);
                }
            }

            Assert.True(taken.Count <= policy.Steps.Count);
            for (var i = 0; i < taken.Count; i++)
            {
                Assert.True(taken[i] >= due.AddDays(policy.Steps[i].DaysOverdue));
                Assert.True(
                    i == 0 || taken[i].DayNumber - taken[i - 1].DayNumber >= policy.Steps[i].DaysOverdue - policy.Steps[i - 1].DaysOverdue);
            }

            Assert.Equal(EmailKind.Reminder, policy.GetEmailKind(1));
        });

    [Fact]
    public async Task A_policy_that_makes_no_sense_is_refused_and_others_policies_are_not_seen()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (mail, fixture) = (new MailFixture(sqlite), await InvoicingFixture.OpenAsync(sqlite));
        (DunningStepTerms[] Steps, string Word)[] bad =
        [
            ([], "1 to 5"), ([new(
                0,
                0,
                false)], "1 to 365"), ([new(
                    5,
                    0,
                    false), new(
                        5, 0, false)], "later"), ([new(5, -1, false)], "0 or more"), ([new(5, 0, true), new(9, 0, false)], "last step"),
        ];
        foreach (var (steps, word) in bad)
        {
            Assert.Contains(
                word, (await Policies(sqlite, mail).SetAsync(fixture.Owner, isOn: true, steps)).Refusal!.Message, StringComparison.Ordinal);
        }

        await TestData.Valued(Policies(sqlite, mail).SetAsync(fixture.Owner, isOn: true, Steps));
        var (_, stranger) = await sqlite.Data.AddResellerAsync("fabrikam");
        var invoice = await fixture.InvoiceAsync();
        await RunOnAsync(sqlite, mail, 20);
        Assert.False((await Policies(sqlite, mail).ReadAsync(stranger)).IsOn);
        Assert.True((await Policies(sqlite, mail).SetHoldAsync(stranger, invoice.Id, isHeld: true)).IsRefused);
        Assert.Empty(await new InvoiceTimelineQueries(sqlite.Database).ReadAsync(stranger, invoice.Id));
        await Assert.ThrowsAsync<PermissionDeniedException>(() => Policies(sqlite, mail).ReadAsync(TestData.CreateAdmin(fixture.Customer)));
        await using var ofStranger = sqlite.Database.Open(stranger.Scope);
        Assert.Empty(ofStranger.DunningSteps);
        await using var ofCustomer = sqlite.Database.Open(TenantScope.ForCustomer(fixture.Customer.ResellerId, fixture.Customer.Id));
        Assert.Empty(ofCustomer.DunningPolicies);
    }

    private static DunningPolicyService Policies(TestDatabase database, MailFixture mail) =>
        new(database.Database, mail.Box, database.Clock);

    private static InvoicePaymentService Payments(TestDatabase database) =>
        new(database.Database, new AccountPausePolicy(database.Database, database.Clock), database.Clock);

    internal static DunningWorker Work(TestDatabase database, MailFixture mail) =>
        new(
            database.Database,
            mail.Deliveries,
            new AccountPausePolicy(database.Database, database.Clock),
            mail.Box,
            database.Clock,
            NullLogger<DunningWorker>.Instance);

    private static Task<int> RunOnAsync(TestDatabase database, MailFixture mail, int dayOfNovember)
    {
        database.Clock.SetUtcNow(new DateTimeOffset(2026, 11, dayOfNovember, 12, 0, 0, TimeSpan.Zero));
        return Work(database, mail).RunAsync();
    }

    private static async Task<InvoiceRow> FindAsync(TestDatabase database, Actor owner, Guid id) =>
        (await new InvoiceQueries(database.Database, database.Clock).FindAsync(owner, id))!.Row;
}
