using CsCheck;
using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Balances;
using ResellerPortal.Core.Insights;
using ResellerPortal.Core.Invoicing;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Payments;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Tests.Invoicing;
using ResellerPortal.Core.Tests.Prepaid;
using ResellerPortal.Core.Time;
using ResellerPortal.Testing;

namespace ResellerPortal.Core.Tests.Balances;

public sealed class BalanceTests(DatabaseServers databases) : IClassFixture<DatabaseServers>
{
    private static readonly Currency Eur = Currency.FromCode("EUR");

    [Theory]
    [EachProvider]
    public async Task The_balance_pays_invoices_and_the_next_top_up_pays_what_was_short(string provider)
    {
        await using var database = await databases.OpenAsync(provider);
        var fixture = await PrepaidFixture.OpenAsync(database, 100_000);
        await fixture.TopUpAsync(20m);
        await database.UseAsync(fixture.Secret, 100);
        var october = await InvoiceAsync(database, fixture, new BillingPeriod(2026, 10));
        Assert.Equal((12_10, 0, InvoiceState.Paid), (october.PaidMinorUnits, october.Due.MinorUnits, october.GetState(default)));
        var snapshot = InvoiceSnapshot.Parse(october.Snapshot!);
        Assert.Equal((12_10, 0), (snapshot.FromBalanceMinorUnits, snapshot.Payable.MinorUnits));

        // Usage recorded beyond the balance is billed as well.
        await database.Data.Recorder.RecordAsync(fixture.Owner.Scope, [TestData.Fact(fixture.Token, database.Clock.GetUtcNow(), 90)]);
        var november = await InvoiceAsync(database, fixture, new BillingPeriod(2026, 11));
        Assert.Equal((7_90, 2_99), (november.PaidMinorUnits, november.Due.MinorUnits));
        Assert.Equal(2_99, InvoiceSnapshot.Parse(november.Snapshot!).Payable.MinorUnits);

        await fixture.TopUpAsync(10m);
        var overview = await fixture.ReadAsync();
        Assert.Equal(
            (7_01, 0, 0), (overview.Spending.Balance.MinorUnits, overview.Spending.Due.MinorUnits, overview.Spending.Spent.MinorUnits));
        var page = await fixture.Queries.ReadPageAsync(TestData.CreateAdmin(fixture.Customer), fixture.Customer.Id, 0, 3);
        Assert.Equal(
            [
                (5L, BalanceTransactionKind.InvoicePaid, -2_99L, 7_01L),
                (4, BalanceTransactionKind.TopUp, 10_00, 10_00),
                (3, BalanceTransactionKind.InvoicePaid, -7_90, 0),
            ],
            page.Rows.Select(e => (e.Sequence, e.Kind, e.AmountMinorUnits, e.BalanceMinorUnits)));
        Assert.Equal(5, page.TotalCount);
        await database.AssertLedgerIsCleanAsync();
    }

    [Fact]
    public async Task The_rest_of_a_credit_note_goes_to_the_balance_and_pays_the_next_invoice()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var fixture = await InvoicingFixture.OpenAsync(sqlite);
        var first = await fixture.InvoiceAsync();
        var payments = new BalancePaymentService(
            sqlite.Database, new Core.Dunning.AccountPausePolicy(sqlite.Database, sqlite.Clock), sqlite.Clock);
        var received = new ReceivedPayment(
            first.Id, first.Total.Amount, DateOnly.FromDateTime(sqlite.Clock.GetUtcNow().UtcDateTime), "", Guid.NewGuid());
        await TestData.Valued(new InvoicePaymentService(
            sqlite.Database,
            new Core.Dunning.AccountPausePolicy(sqlite.Database, sqlite.Clock),
            sqlite.Clock).RecordAsync(fixture.Owner, received));
        await TestData.Valued(
            new CreditNoteService(sqlite.Database, sqlite.Clock).IssueAsync(fixture.Owner, first.Id, [1], "Did not convert"));
        await using (var db = sqlite.OpenAll())
        {
            var credited = await db.Invoices.SingleAsync();
            Assert.Equal((0, InvoiceState.Credited), (credited.Due.MinorUnits, credited.GetState(default)));
            Assert.Equal(first.Total.MinorUnits, (await db.Customers.SingleAsync(c => c.Id == fixture.Customer.Id)).BalanceMinorUnits);
        }

        await sqlite.UseAsync(fixture.Secret, 50);
        var second = await fixture.InvoiceAsync();
        Assert.Equal(
            (first.Total.MinorUnits, second.Total.MinorUnits - first.Total.MinorUnits), (second.PaidMinorUnits, second.Due.MinorUnits));
        Assert.Equal(
            second.Due,
            (await new AccountStatements(sqlite.Database, sqlite.Clock).ReadAsync(fixture.Owner, fixture.Customer.Id))!.Closing);

        await TestData.Valued(payments.TopUpAsync(fixture.Owner, Payment(fixture, sqlite, 5m)));
        var left = 5_00 - second.Due.MinorUnits;
        Assert.Contains(
            "up to the balance of",
            (await payments.PayOutAsync(fixture.Owner, Payment(fixture, sqlite, (left + 1) / 100m))).Refusal!.Message,
            StringComparison.Ordinal);
        await TestData.Valued(payments.PayOutAsync(fixture.Owner, Payment(fixture, sqlite, left / 100m)));
        Assert.Equal(
            0,
            (await new AccountStatements(sqlite.Database, sqlite.Clock).ReadAsync(fixture.Owner, fixture.Customer.Id))!.Closing.MinorUnits);
        await sqlite.AssertLedgerIsCleanAsync();
    }

    [Fact]
    public async Task An_invoice_in_the_customers_favour_goes_to_its_balance()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var fixture = await InvoicingFixture.OpenAsync(sqlite);
        var first = await fixture.InvoiceAsync();
        await TestData.Valued(new Core.Metering.LedgerCorrectionService(sqlite.Database, sqlite.Clock).CorrectAsync(
            fixture.Owner, fixture.Customer.Id, 1, 0, "Never happened"));
        sqlite.Clock.SetUtcNow(new BillingPeriod(2026, 11).EndsAtUtc(TimeZoneInfo.Utc).AddHours(12));
        var draft = (await sqlite.Data.Drafter.DraftAsync(fixture.Owner, new BillingPeriod(2026, 11))).Value.Results.Single();
        var second = await TestData.Valued(sqlite.Data.Invoices.FinaliseAsync(fixture.Owner, draft.InvoiceId!.Value));

        // The returned amount paid the first invoice, so nothing is due.
        Assert.Equal((-first.Total.MinorUnits, 0), (second.Total.MinorUnits, second.Due.MinorUnits));
        await using var db = sqlite.OpenAll();
        Assert.All(await db.Invoices.ToListAsync(), i => Assert.Equal(0, i.Due.MinorUnits));
        Assert.Equal(
            [BalanceTransactionKind.Returned, BalanceTransactionKind.InvoicePaid],
            (await db.BalanceTransactions.OrderBy(e => e.Sequence).ToListAsync()).Select(e => e.Kind));
        await sqlite.AssertLedgerIsCleanAsync();
    }

    [Fact]
    public Task Whatever_moves_the_balance_is_its_entries_and_never_negative_and_the_account_adds_up() =>
        Gen.Select(Gen.Int[0, 5], Gen.Int[1, 3_000]).List[3, 18].SampleAsync(
            async acts =>
            {
                await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
                var fixture = await PrepaidFixture.OpenAsync(sqlite, 100_000);
                var (month, invoices) = (new BillingPeriod(2026, 10), new List<Invoice>());
                var paid = 0L;
                foreach (var (act, size) in acts)
                {
                    var amount = size / 100m;
                    switch (act)
                    {
                        case 0 or 1:
                            await fixture.TopUpAsync(amount);
                            paid += size;
                            break;
                        case 2:
                            paid -= (await fixture.Payments.PayOutAsync(fixture.Owner, fixture.Payment(amount))).IsRefused ? 0 : size;
                            break;
                        case 3 when invoices.Count > 0:
                            await new CreditNoteService(sqlite.Database, sqlite.Clock).IssueAsync(
                                fixture.Owner, invoices[size % invoices.Count].Id, [1], "Given back");
                            break;
                        case 4:
                            await fixture.ReserveAsync("docx-to-pdf", Math.Max(1, size / 20));
                            break;
                        default:
                            await sqlite.Data.Recorder.RecordAsync(
                                fixture.Owner.Scope, [TestData.Fact(fixture.Token, sqlite.Clock.GetUtcNow(), Math.Max(1, size / 20))]);
                            invoices.Add(await InvoiceAsync(sqlite, fixture, month));
                            month = month.Next;
                            break;
                    }
                }

                await sqlite.AssertLedgerIsCleanAsync();
                await using var db = sqlite.OpenAll();
                var all = await db.Invoices.ToListAsync();
                var balance = (await db.Customers.SingleAsync(c => c.Id == fixture.Customer.Id)).BalanceMinorUnits;
                Assert.All(all, i => Assert.True(i.Due.MinorUnits >= 0));
                Assert.True(balance == 0 || all.All(i => i.Due.IsZero), "A balance is never kept while an invoice is due.");
                Assert.Equal(paid - balance, all.Sum(i => i.PaidMinorUnits));
                var closing = (await new AccountStatements(sqlite.Database, sqlite.Clock).ReadAsync(
                    fixture.Owner, fixture.Customer.Id))!.Closing;
                Assert.Equal(all.Sum(i => i.Due.MinorUnits) - balance, closing.MinorUnits);
            },
            iter: 20,
            threads: 1);

    [Theory]
    [EachProvider]
    public async Task A_repeated_or_concurrent_click_moves_money_once(string provider)
    {
        await using var database = await databases.OpenAsync(provider);
        var fixture = await PrepaidFixture.OpenAsync(database, 100_000);
        var payment = fixture.Payment(7.50m, "Top-up Acme");
        var entries = await Task.WhenAll(
            Enumerable.Range(0, 6).Select(_ => TestData.Valued(fixture.Payments.TopUpAsync(fixture.Owner, payment))));
        Assert.Single(entries.Select(e => e.Sequence).Distinct());
        Assert.Equal(7_50, (await fixture.ReadAsync()).Spending.Balance.MinorUnits);
        await database.AssertLedgerIsCleanAsync();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-5)]
    [InlineData(0.001)]
    [InlineData(20_000_000)]
    public async Task An_impossible_amount_is_refused(decimal amount)
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var fixture = await PrepaidFixture.OpenAsync(sqlite, 100_000);
        Assert.Contains(
            "whole minor units",
            (await fixture.Payments.TopUpAsync(fixture.Owner, fixture.Payment(amount))).Refusal!.Message,
            StringComparison.Ordinal);
        Assert.True(
            (await fixture.Payments.TopUpAsync(fixture.Owner, fixture.Payment(5) with { Day = new DateOnly(2027, 1, 1) })).IsRefused);
        Assert.True((await fixture.Payments.TopUpAsync(fixture.Owner, fixture.Payment(5, "two\nlines"))).IsRefused);
        Assert.Equal(0, (await fixture.ReadAsync()).Transactions);
    }

    [Theory]
    [EachProvider]
    public async Task Entries_can_be_neither_changed_nor_removed(string provider)
    {
        await using var database = await databases.OpenAsync(provider);
        var fixture = await PrepaidFixture.OpenAsync(database, 100_000);
        await fixture.TopUpAsync(5);
        await using var db = database.OpenAsOwner();
        foreach (var act in (string[])["UPDATE \"BalanceTransaction\" SET \"AmountMinorUnits\" = 1", "DELETE FROM \"BalanceTransaction\""])
        {
            var refused = await Assert.ThrowsAnyAsync<Exception>(() => db.Database.ExecuteSqlRawAsync(act));
            Assert.Contains("append-only", refused.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_balance_that_was_tampered_with_is_found()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var fixture = await PrepaidFixture.OpenAsync(sqlite, 100_000);
        await fixture.TopUpAsync(5);
        await fixture.TopUpAsync(6);
        var verifier = new BalanceVerifier(sqlite.Database);
        Assert.Empty(await verifier.VerifyAsync());
        await using var db = sqlite.OpenAll();
        await db.Database.ExecuteSqlRawAsync(
            "DROP TRIGGER \"BalanceTransaction_no_update\"; DROP TRIGGER \"BalanceTransaction_no_delete\"");
        await db.Database.ExecuteSqlRawAsync("UPDATE \"BalanceTransaction\" SET \"AmountMinorUnits\" = 400 WHERE \"Sequence\" = 1");
        Assert.Contains(await verifier.VerifyAsync(), fault => fault.Contains("breaks at transaction 1", StringComparison.Ordinal));
        await db.Database.ExecuteSqlRawAsync("DELETE FROM \"BalanceTransaction\" WHERE \"Sequence\" = 1");
        Assert.Contains(await verifier.VerifyAsync(), fault => fault.Contains("transaction 1 is missing", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_balance_belongs_to_its_tenant()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var fixture = await PrepaidFixture.OpenAsync(sqlite, 100_000);
        await fixture.TopUpAsync(5);
        var (_, stranger) = await sqlite.Data.AddResellerAsync("fabrikam");
        var neighbour = TestData.CreateAdmin(await sqlite.Data.AddCustomerAsync(fixture.Owner, "Neighbour"));
        Assert.True((await fixture.Payments.TopUpAsync(stranger, fixture.Payment(5))).IsRefused);
        Assert.True((await fixture.Payments.PayOutAsync(stranger, fixture.Payment(5))).IsRefused);
        await Assert.ThrowsAsync<PermissionDeniedException>(
            () => fixture.Payments.TopUpAsync(TestData.CreateAdmin(fixture.Customer), fixture.Payment(5)));
        Assert.Empty((await fixture.Queries.ReadPageAsync(stranger, fixture.Customer.Id, 0, 10)).Rows);
        Assert.Empty((await fixture.Queries.ReadPageAsync(neighbour, fixture.Customer.Id, 0, 10)).Rows);
        Assert.Single((await fixture.Queries.ReadPageAsync(fixture.Owner, fixture.Customer.Id, 0, 10)).Rows);
    }

    private static BalancePayment Payment(InvoicingFixture fixture, TestDatabase database, decimal amount) =>
        new(fixture.Customer.Id, amount, DateOnly.FromDateTime(database.Clock.GetUtcNow().UtcDateTime), "", Guid.NewGuid());

    private static async Task<Invoice> InvoiceAsync(TestDatabase database, PrepaidFixture fixture, BillingPeriod month)
    {
        database.Clock.SetUtcNow(month.EndsAtUtc(TimeZoneInfo.Utc).AddHours(12));
        var draft = (await database.Data.Drafter.DraftAsync(fixture.Owner, month)).Value.Results.Single(
            r => r.CustomerId == fixture.Customer.Id);
        return await TestData.Valued(database.Data.Invoices.FinaliseAsync(fixture.Owner, draft.InvoiceId!.Value));
    }
}
