using CsCheck;
using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Dunning;
using ResellerPortal.Core.Insights;
using ResellerPortal.Core.Invoicing;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Payments;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Tests.Dunning;
using ResellerPortal.Core.Tests.Invoicing;
using ResellerPortal.Core.Tests.Sending;
using ResellerPortal.Core.Time;
using ResellerPortal.Testing;

namespace ResellerPortal.Core.Tests.Insights;

public sealed class MonthCloseTests(DatabaseServers databases) : IClassFixture<DatabaseServers>
{
    private static readonly Currency Eur = Currency.FromCode("EUR");
    private static readonly BillingPeriod October = new(2026, 10);

    [Theory]
    [EachProvider]
    public async Task A_month_is_what_it_earned_issued_moved_and_left_owed(string provider)
    {
        await using var database = await databases.OpenAsync(provider);
        var fixture = await InvoicingFixture.OpenAsync(database);
        var (october, november) = (await fixture.InvoiceAsync(), await fixture.InvoiceAsync());

        // October's 1.50 plus 21% is issued on 1 November, November's on 1 December; 1.00 is paid on 20 November.
        database.Clock.SetUtcNow(new DateTimeOffset(2026, 12, 3, 12, 0, 0, TimeSpan.Zero));
        await TestData.Valued(Payments(database).RecordAsync(
            fixture.Owner, new ReceivedPayment(october.Id, 1m, new DateOnly(2026, 11, 20), "", Guid.NewGuid())));
        await TestData.Valued(
            new CreditNoteService(database.Database, database.Clock).IssueAsync(fixture.Owner, november.Id, [1], "Agreed"));
        await TestData.Valued(new CreditNoteService(database.Database, database.Clock).WriteOffAsync(fixture.Owner, october.Id, "Small"));

        var inNovember = await Service(database).ReadAsync(fixture.Owner, October.Next);
        Assert.Equal(
            (100L, 150L, 150L, 0L),
            (inNovember.Quantity, inNovember.Net.MinorUnits, inNovember.Cost.MinorUnits, inNovember.Margin.MinorUnits));
        Assert.Equal(new IssuedTax("S", 2100, Cents(150), Cents(32)), Assert.Single(inNovember.Issued));
        var owedInNovember = Assert.Single(inNovember.Receivables);
        Assert.Equal(
            (0L, 182L, -100L, 82L),
            (
                owedInNovember.Opening.MinorUnits,
                owedInNovember.GetMovement(ReceivablesEntryKind.Invoice).MinorUnits,
                owedInNovember.GetMovement(ReceivablesEntryKind.Payment).MinorUnits,
                owedInNovember.Closing.MinorUnits));
        Assert.Equal([0L, 82, 0, 0, 0, 0], owedInNovember.Ages.InOrder.Select(m => m.MinorUnits));
        Assert.Equal(("Acme", 82L), (inNovember.Rows.Single().Name, inNovember.Rows.Single().Owed.MinorUnits));

        var inDecember = await Service(database).ReadAsync(fixture.Owner, October.Next.Next);
        var owedInDecember = Assert.Single(inDecember.Receivables);
        Assert.Equal((82L, 182L, -182L, -82L, 0L), (
            owedInDecember.Opening.MinorUnits, owedInDecember.GetMovement(ReceivablesEntryKind.Invoice).MinorUnits,
            owedInDecember.GetMovement(ReceivablesEntryKind.CreditNote).MinorUnits,
            owedInDecember.GetMovement(ReceivablesEntryKind.WriteOff).MinorUnits, owedInDecember.Closing.MinorUnits));
        Assert.Equal(new IssuedTax("S", 2100, Cents(0), Cents(0)), Assert.Single(inDecember.Issued));
        Assert.Equal(
            [("invoice", 182L), ("note", -182L)],
            (await new IssuedDocumentQueries(database.Database).ListMonthAsync(fixture.Owner, October.Next.Next)).Select(
                d => (d.IsCreditNote ? "note" : "invoice", (d.Net + d.Tax).MinorUnits)));

        var statement = (await new AccountStatements(database.Database, database.Clock).ReadAsync(
            TestData.CreateAdmin(fixture.Customer), fixture.Customer.Id))!;
        Assert.Equal([182L, 82, 264, 182, 0], statement.Lines.Select(l => l.Balance.MinorUnits));
        Assert.Equal(
            [
                ReceivablesEntryKind.Invoice,
                ReceivablesEntryKind.Payment,
                ReceivablesEntryKind.Invoice,
                ReceivablesEntryKind.WriteOff,
                ReceivablesEntryKind.CreditNote,
            ],
            statement.Lines.Select(l => l.Entry.Kind));
        Assert.Equal((0L, 0L), (statement.Opening.MinorUnits, statement.Closing.MinorUnits));
    }

    [Fact]
    public Task Whatever_is_done_each_month_begins_where_the_last_one_ended_and_ends_with_what_is_due() =>
        Gen.Select(Gen.Int[0, 5], Gen.Int[1, 200]).Array[0, 14].SampleAsync(
            async acts =>
            {
                await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
                var (mail, fixture) = (new MailFixture(sqlite), await InvoicingFixture.OpenAsync(sqlite));
                await TestData.Valued(new DunningPolicyService(sqlite.Database, mail.Box, sqlite.Clock).SetAsync(
                    fixture.Owner, isOn: true, [new(3, 150, false), new(9, 250, true)]));
                var invoices = new List<Invoice> { await fixture.InvoiceAsync(), await fixture.InvoiceAsync() };
                foreach (var (act, number) in acts)
                {
                    var invoice = invoices[number % invoices.Count];
                    var today = TimeZoneInfo.FindSystemTimeZoneById("Europe/Vilnius").GetDay(sqlite.Clock.GetUtcNow());
                    switch (act)
                    {
                        case 0:
                            sqlite.Clock.Advance(TimeSpan.FromDays(number % 40));
                            break;
                        case 1:
                            await Payments(sqlite).RecordAsync(
                                fixture.Owner,
                                new ReceivedPayment(invoice.Id, number / 100m, today.AddDays(-number % 30), "", Guid.NewGuid()));
                            break;
                        case 2:
                            await new CreditNoteService(sqlite.Database, sqlite.Clock).IssueAsync(fixture.Owner, invoice.Id, [1], "Agreed");
                            break;
                        case 3 when number > 150:
                            await new CreditNoteService(sqlite.Database, sqlite.Clock).WriteOffAsync(fixture.Owner, invoice.Id, "Lost");
                            break;
                        default:
                            sqlite.Clock.Advance(TimeSpan.FromDays(number % 9));
                            await DunningTests.Work(sqlite, mail).RunAsync();
                            break;
                    }
                }

                var reports = new List<MonthCloseReport>();
                var last = BillingPeriod.Containing(sqlite.Clock.GetUtcNow(), TimeZoneInfo.FindSystemTimeZoneById("Europe/Vilnius"));
                for (var month = October; month <= last; month = month.Next)
                {
                    reports.Add(await Service(sqlite).ReadAsync(fixture.Owner, month));
                }

                var owed = reports.ConvertAll(r => Assert.Single(r.Receivables));
                Assert.True(owed[0].Opening.IsZero);
                Assert.All(owed.Zip(owed.Skip(1)), pair => Assert.Equal(pair.First.Closing, pair.Second.Opening));
                Assert.All(owed, r => Assert.Equal(r.Closing, r.Opening + Money.Sum(r.Moved.Values, Eur)));
                Assert.All(owed, r => Assert.Equal(r.Closing, Money.Sum(r.Ages.InOrder, Eur)));
                Assert.All(owed.Zip(reports), r => Assert.Equal(r.First.Closing, Money.Sum(r.Second.Rows.Select(row => row.Owed), Eur)));
                await using var db = sqlite.OpenAll();
                var balances = await db.Customers.SumAsync(c => c.BalanceMinorUnits);
                Assert.Equal(Money.Sum((await db.Invoices.ToListAsync()).Select(i => i.Due), Eur) - Cents(balances), owed[^1].Closing);
                var statement = (await new AccountStatements(sqlite.Database, sqlite.Clock).ReadAsync(
                    fixture.Owner, fixture.Customer.Id, October.FirstDay))!;
                Assert.Equal(owed[^1].Closing, statement.Closing);
            },
            iter: 12,
            threads: 1);

    [Fact]
    public void Receivables_are_sorted_by_the_days_they_are_overdue()
    {
        var on = new DateOnly(2026, 11, 30);
        var ages = AgedReceivables.FromBalances(
            new[] { 10, 0, -1, -30, -31, -60, -61, -90, -91, -400 }.Select((days, i) => ((DateOnly?)on.AddDays(
                days), Cents(1 << i))).Append((null, Cents(-5))),
            on,
            Eur);
        Assert.Equal([3L, 12, 48, 192, 768, -5], ages.InOrder.Select(m => m.MinorUnits));
    }

    [Fact]
    public async Task The_books_of_a_reseller_are_its_own()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var fixture = await InvoicingFixture.OpenAsync(sqlite);
        await fixture.InvoiceAsync();
        var (_, stranger) = await sqlite.Data.AddResellerAsync("fabrikam");
        var neighbour = await sqlite.Data.AddCustomerAsync(fixture.Owner, "Neighbour");
        var statements = new AccountStatements(sqlite.Database, sqlite.Clock);

        Assert.Empty((await Service(sqlite).ReadAsync(stranger, October)).Rows);
        Assert.Empty(await new IssuedDocumentQueries(sqlite.Database).ListMonthAsync(stranger, October.Next));
        Assert.Null(await statements.ReadAsync(stranger, fixture.Customer.Id));
        Assert.Null(await statements.ReadAsync(TestData.CreateAdmin(neighbour), fixture.Customer.Id));
        Assert.NotNull(await statements.ReadAsync(fixture.Owner, fixture.Customer.Id));
        await Assert.ThrowsAsync<PermissionDeniedException>(
            () => Service(sqlite).ReadAsync(TestData.CreateAdmin(fixture.Customer), October));
        await Assert.ThrowsAsync<PermissionDeniedException>(
            () => new IssuedDocumentQueries(sqlite.Database).ListMonthAsync(TestData.CreateAdmin(fixture.Customer), October));
    }

    private static Money Cents(long minorUnits) => new(minorUnits, Eur);

    private static MonthCloseQueries Service(TestDatabase database) => new(database.Database, new IssuedDocumentQueries(database.Database));

    private static InvoicePaymentService Payments(TestDatabase database) =>
        new(database.Database, new AccountPausePolicy(database.Database, database.Clock), database.Clock);
}
