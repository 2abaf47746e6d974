using CsCheck;
using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.BankStatements;
using ResellerPortal.Core.Dunning;
using ResellerPortal.Core.Invoicing;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Tests.Dunning;
using ResellerPortal.Core.Tests.Invoicing;
using ResellerPortal.Core.Tests.Sending;
using ResellerPortal.Testing;

namespace ResellerPortal.Core.Tests.BankStatements;

public sealed class BankReceiptsTests(DatabaseServers databases) : IClassFixture<DatabaseServers>
{
    private static readonly Currency Eur = Currency.FromCode("EUR");

    [Theory]
    [EachProvider]
    public async Task A_statement_is_imported_once_and_certain_matches_are_recorded_once(string provider)
    {
        await using var database = await databases.OpenAsync(provider);
        var fixture = await InvoicingFixture.OpenAsync(database);
        var (first, second) = (await fixture.InvoiceAsync(), await fixture.InvoiceAsync());
        var statements = Receipts(database);
        BankStatementLine[] lines = [
            Entry(1_82, $"Invoice {first.Number}"), Entry(2_00, second.Number!), Entry(5_00, "Rent"), Entry(5_00, "Rent"),
        ];

        Assert.Equal(new BankImport(4, 0), await TestData.Valued(statements.ImportAsync(fixture.Owner, lines)));
        Assert.Equal(new BankImport(0, 4), await TestData.Valued(statements.ImportAsync(fixture.Owner, lines)));
        Assert.Equal(
            new BankImport(1, 2),
            await TestData.Valued(statements.ImportAsync(fixture.Owner, [lines[0], lines[2], Entry(9_00, "Another")])));
        var page = await statements.ReadPageAsync(fixture.Owner, BankTransactionState.Open, 0, 50);
        Assert.Equal((5, 1), (page.TotalCount, page.Certain));

        var runs = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => statements.RecordCertainAsync(fixture.Owner))));

        Assert.All(runs, run => Assert.Empty(run.Refusals));
        Assert.Equal(0, (await StateAsync(database, first)).Due.MinorUnits);
        await using var db = database.OpenAll();
        Assert.Equal([1_82L], await db.Set<Core.Payments.Payment>().Select(p => p.AmountMinorUnits).ToListAsync());
        var recorded = Assert.Single((await statements.ReadPageAsync(fixture.Owner, BankTransactionState.Recorded, 0, 50)).Rows);
        Assert.Equal(("Acme", $"1.82 EUR for {first.Number}"), (recorded.CustomerName, recorded.Transaction.RecordedAs));
    }

    [Fact]
    public async Task A_receipt_pays_the_named_invoices_and_the_rest_goes_to_the_balance()
    {
        await using var database = await TestDatabaseOnSqlite.OpenAsync();
        var fixture = await InvoicingFixture.OpenAsync(database);
        var (first, second, third) = (await fixture.InvoiceAsync(), await fixture.InvoiceAsync(), await fixture.InvoiceAsync());
        var statements = Receipts(database);
        await TestData.Valued(
            statements.ImportAsync(fixture.Owner, [Entry(4_00, third.Number!), Entry(1_00, second.Number!), Entry(2_00, "more")]));
        var rows = (await statements.ReadPageAsync(fixture.Owner, BankTransactionState.Open, 0, 50)).Rows;

        // 4.00 for the third, of which 1.82 is due; the remaining 2.18 pays the first and part of the second.
        var paid = await TestData.Valued(
            statements.RecordAsync(fixture.Owner, FindRow(rows, 4_00).Transaction.Id, fixture.Customer.Id, [third.Id]));
        Assert.Equal($"1.82 EUR for {third.Number}, 2.18 EUR to the balance", paid.RecordedAs);
        Assert.Equal(
            (0L, 1_46L, 0L),
            (
                (await StateAsync(database, first)).Due.MinorUnits,
                (await StateAsync(database, second)).Due.MinorUnits,
                (await StateAsync(database, third)).Due.MinorUnits));

        await TestData.Valued(statements.RecordAsync(fixture.Owner, FindRow(rows, 1_00).Transaction.Id, fixture.Customer.Id, [second.Id]));
        Assert.Equal(46, (await StateAsync(database, second)).Due.MinorUnits);
        await TestData.Valued(statements.RecordAsync(fixture.Owner, FindRow(rows, 2_00).Transaction.Id, fixture.Customer.Id, []));
        await using var db = database.OpenAll();
        Assert.Equal(
            (0L, 1_54L), ((await StateAsync(database, second)).Due.MinorUnits, (await db.Customers.SingleAsync()).BalanceMinorUnits));
        await database.AssertLedgerIsCleanAsync();
    }

    [Fact]
    public async Task A_payment_ends_the_pause_and_an_account_that_paid_once_is_known()
    {
        await using var database = await TestDatabaseOnSqlite.OpenAsync();
        var (mail, fixture) = (new MailFixture(database), await InvoicingFixture.OpenAsync(database));
        await TestData.Valued(
            new DunningPolicyService(database.Database, mail.Box, database.Clock).SetAsync(fixture.Owner, isOn: true, [new(3, 0, true)]));
        var first = await fixture.InvoiceAsync();
        database.Clock.SetUtcNow(new DateTimeOffset(first.DueOn!.Value.AddDays(5), new TimeOnly(12, 0), TimeSpan.Zero));
        await DunningTests.Work(database, mail).RunAsync();
        var statements = Receipts(database);
        await TestData.Valued(statements.ImportAsync(
            fixture.Owner, [Entry(1_82, first.Number!, "DE02120300000000202051"), Entry(7, "a part", "DE02120300000000202051")]));

        await statements.RecordCertainAsync(fixture.Owner);

        await using (var db = database.OpenAll())
        {
            Assert.Null((await db.Customers.SingleAsync()).PausedAtUtc);
        }

        var second = await fixture.InvoiceAsync();
        var proposal = (await statements.ReadPageAsync(fixture.Owner, BankTransactionState.Open, 0, 50)).Rows.Single().Proposal!;
        Assert.Equal(
            (second.Id, false, "the same account has paid for this customer before"),
            (proposal.Invoices.Single().Id, proposal.IsCertain, proposal.Why));
    }

    [Fact]
    public async Task An_entry_that_cannot_be_recorded_is_refused_and_kept()
    {
        await using var database = await TestDatabaseOnSqlite.OpenAsync();
        var fixture = await InvoicingFixture.OpenAsync(database);
        var invoice = await fixture.InvoiceAsync();
        var other = await database.Data.AddCustomerAsync(fixture.Owner, "Birch");
        var statements = Receipts(database);
        await TestData.Valued(statements.ImportAsync(
            fixture.Owner,
            [
                Entry(1_82, invoice.Number!),
                new BankStatementLine("", new DateOnly(2026, 11, 2), new Money(5_00, Currency.FromCode("USD")), "", "", "", ""),
            ]));
        var rows = (await statements.ReadPageAsync(fixture.Owner, BankTransactionState.Open, 0, 50)).Rows;
        var (euros, dollars) = (FindRow(rows, 1_82).Transaction.Id, FindRow(rows, 5_00).Transaction.Id);

        Assert.Contains(
            "this is in USD",
            (await statements.RecordAsync(fixture.Owner, dollars, fixture.Customer.Id, [])).Refusal!.Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "invoice does not exist",
            (await statements.RecordAsync(fixture.Owner, euros, other.Id, [invoice.Id])).Refusal!.Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "no incoming payments", (await statements.ImportAsync(fixture.Owner, [])).Refusal!.Message, StringComparison.Ordinal);
        await TestData.Valued(statements.IgnoreAsync(fixture.Owner, dollars, true));
        Assert.Equal(
            dollars, (await statements.ReadPageAsync(fixture.Owner, BankTransactionState.Ignored, 0, 50)).Rows.Single().Transaction.Id);
        await TestData.Valued(statements.IgnoreAsync(fixture.Owner, dollars, false));
        await TestData.Valued(statements.RecordAsync(fixture.Owner, euros, fixture.Customer.Id, [invoice.Id]));
        Assert.Contains(
            "recorded for another",
            (await statements.RecordAsync(fixture.Owner, euros, other.Id, [])).Refusal!.Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "already recorded as a payment",
            (await statements.IgnoreAsync(fixture.Owner, euros, true)).Refusal!.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_reseller_sees_no_receipts_and_a_customer_may_not_read_them()
    {
        await using var database = await TestDatabaseOnSqlite.OpenAsync();
        var fixture = await InvoicingFixture.OpenAsync(database);
        var invoice = await fixture.InvoiceAsync();
        var statements = Receipts(database);
        await TestData.Valued(statements.ImportAsync(fixture.Owner, [Entry(1_82, invoice.Number!)]));
        var id = (await statements.ReadPageAsync(fixture.Owner, BankTransactionState.Open, 0, 50)).Rows.Single().Transaction.Id;
        var (_, stranger) = await database.Data.AddResellerAsync("fabrikam");
        var own = await database.Data.AddCustomerAsync(stranger, "Own");

        Assert.Empty((await statements.ReadPageAsync(stranger, BankTransactionState.Open, 0, 50)).Rows);
        Assert.Empty(await statements.OpenInvoicesAsync(stranger, fixture.Customer.Id));
        Assert.True((await statements.RecordAsync(stranger, id, own.Id, [])).IsRefused);
        Assert.True((await statements.IgnoreAsync(stranger, id, true)).IsRefused);
        Assert.Equal(1, (await TestData.Valued(statements.ImportAsync(stranger, [Entry(1_82, invoice.Number!)]))).Added);
        Assert.Equal(0, (await statements.RecordCertainAsync(stranger)).Recorded);
        await Assert.ThrowsAsync<PermissionDeniedException>(
            () => statements.ReadPageAsync(TestData.CreateAdmin(fixture.Customer), BankTransactionState.Open, 0, 50));
    }

    [Fact]
    public Task Whatever_files_overlap_and_whoever_records_each_entry_counts_once() =>
        Gen.Select(Gen.Select(Gen.Int[0, 3], Gen.Int[1, 4]).List[1, 12], Gen.Int[0, 99].Array[1, 25]).SampleAsync(
            async (told, acts) =>
            {
                await using var database = await TestDatabaseOnSqlite.OpenAsync();
                var fixture = await InvoicingFixture.OpenAsync(database);
                Invoice[] invoices = [await fixture.InvoiceAsync(), await fixture.InvoiceAsync(), await fixture.InvoiceAsync()];
                BankStatementLine[] all = [.. told.Select(t => Entry(t.Item2 * 91, t.Item1 < 3 ? invoices[t.Item1].Number! : "something"))];
                var statements = Receipts(database);
                foreach (var act in acts)
                {
                    switch (act % 4)
                    {
                        case 0:
                            await statements.ImportAsync(fixture.Owner, [.. all.Skip(act % all.Length)]);
                            break;
                        case 1:
                            await statements.RecordCertainAsync(fixture.Owner);
                            break;
                        default:
                            if ((await statements.ReadPageAsync(
                                fixture.Owner, BankTransactionState.Open, 0, 50)).Rows is { Count: > 0 } rows)
                            {
                                await TestData.Valued(statements.RecordAsync(
                                    fixture.Owner,
                                    rows[act % rows.Count].Transaction.Id,
                                    fixture.Customer.Id,
                                    act % 3 == 0 ? [] : [invoices[act % 3].Id]));
                            }

                            break;
                    }
                }

                await statements.ImportAsync(fixture.Owner, all);
                while ((await statements.ReadPageAsync(fixture.Owner, BankTransactionState.Open, 0, 50)).Rows is { Count: > 0 } left)
                {
                    await TestData.Valued(statements.RecordAsync(fixture.Owner, left[0].Transaction.Id, fixture.Customer.Id, []));
                }

                // Received money equals payments plus balance, and the balance is never positive while something is due.
                await using var db = database.OpenAll();
                var (customer, paid) = (await db.Customers.SingleAsync(), await db.Invoices.SumAsync(i => i.PaidMinorUnits));
                var due = await db.Invoices.SumAsync(i => i.NetMinorUnits + i.TaxMinorUnits - i.PaidMinorUnits);
                Assert.Equal(all.Sum(e => e.Amount.MinorUnits), paid + customer.BalanceMinorUnits);
                Assert.True(due == 0 || customer.BalanceMinorUnits == 0);
                Assert.True(due >= 0);
                await database.AssertLedgerIsCleanAsync();
            },
            iter: 15,
            threads: 1);

    private static BankStatementService Receipts(TestDatabase database) =>
        new(database.Database, new AccountPausePolicy(database.Database, database.Clock), database.Clock);

    private static BankStatementLine Entry(long cents, string reference, string iban = "") =>
        new("LT121000011101001000", new DateOnly(2026, 11, 2), new Money(cents, Eur), "", iban, reference, "");

    private static BankTransactionRow FindRow(IReadOnlyList<BankTransactionRow> rows, long cents) =>
        rows.Single(r => r.Transaction.AmountMinorUnits == cents);

    private static async Task<Invoice> StateAsync(TestDatabase database, Invoice invoice)
    {
        await using var db = database.OpenAll();
        return await db.Invoices.SingleAsync(i => i.Id == invoice.Id);
    }
}
