using CsCheck;
using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Insights;
using ResellerPortal.Core.Invoicing;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Payments;
using ResellerPortal.Core.Pricing;
using ResellerPortal.Core.Time;
using ResellerPortal.Testing;

namespace ResellerPortal.Core.Tests.Invoicing;

public sealed class VoidTests(DatabaseServers databases) : IClassFixture<DatabaseServers>
{
    private static readonly BillingPeriod October = new(2026, 10);

    [Theory]
    [EachProvider]
    public async Task A_voided_invoice_releases_its_usage_for_rebilling_at_the_right_price(string provider)
    {
        await using var database = await databases.OpenAsync(provider);
        var fixture = await InvoicingFixture.OpenAsync(database);
        var wrong = await fixture.InvoiceAsync();
        var paid = new ReceivedPayment(
            wrong.Id, wrong.Total.Amount, DateOnly.FromDateTime(database.Clock.GetUtcNow().UtcDateTime), "", Guid.NewGuid());
        await TestData.Valued(new InvoicePaymentService(
            database.Database,
            new Core.Dunning.AccountPausePolicy(database.Database, database.Clock),
            database.Clock).RecordAsync(fixture.Owner, paid));

        var voided = await TestData.Valued(Notes(database).VoidAsync(fixture.Owner, wrong.Id, "Wrong price"));
        Assert.Equal((InvoiceState.Void, 0), (voided.GetState(default), voided.Due.MinorUnits));
        await database.AssertLedgerIsCleanAsync();
        await database.Data.PriceAsync(
            fixture.Owner, fixture.Customer, new Markup.FixedPrice(500_000, Currency.FromCode("EUR")), October.FirstDay);
        var right = await FinaliseAsync(database, fixture.Owner, October);

        // 100 conversions at 0.50 plus 21% tax, partly paid by an earlier payment.
        Assert.Equal((wrong.FirstSequence, wrong.LastSequence, 60_50), (right.FirstSequence, right.LastSequence, right.Total.MinorUnits));
        Assert.Equal(right.Total - wrong.Total, right.Due);
        await using var db = database.OpenAll();
        var note = await db.CreditNotes.SingleAsync();
        Assert.Equal((wrong.Total, "INV-2026-0002"), (note.Total, right.Number));
        var close = await new MonthCloseQueries(database.Database, new IssuedDocumentQueries(database.Database)).ReadAsync(
            fixture.Owner, October);
        Assert.Equal((100, 50_00), (close.Quantity, close.Net.MinorUnits));
        Assert.Equal(
            right.Due,
            (await new AccountStatements(database.Database, database.Clock).ReadAsync(fixture.Owner, fixture.Customer.Id))!.Closing);
        await database.AssertLedgerIsCleanAsync();
    }

    [Fact]
    public async Task Voiding_a_partly_credited_invoice_credits_only_the_rest()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var fixture = await InvoicingFixture.OpenAsync(sqlite);
        await sqlite.Data.PriceAsync(
            fixture.Owner,
            fixture.Customer,
            CardTerms.FromPrice(new Markup.FixedPrice(100_000, Currency.FromCode("EUR"))) with { MonthlyFeeMinorUnits = 3_100 },
            October.FirstDay);
        var invoice = await fixture.InvoiceAsync();
        await TestData.Valued(Notes(sqlite).IssueAsync(fixture.Owner, invoice.Id, [1], "One line"));
        await TestData.Valued(Notes(sqlite).VoidAsync(fixture.Owner, invoice.Id, "All of it"));
        await using var db = sqlite.OpenAll();
        var notes = await db.CreditNotes.ToListAsync();
        Assert.Equal((2, invoice.Total), (notes.Count, Money.Sum(notes.Select(n => n.Total), invoice.Currency)));
        Assert.Contains(
            "already void", (await Notes(sqlite).VoidAsync(fixture.Owner, invoice.Id, "Again")).Refusal!.Message, StringComparison.Ordinal);
        Assert.Equal(2, await db.CreditNotes.CountAsync());
    }

    [Fact]
    public async Task Months_are_voided_latest_first_and_later_drafts_are_deleted()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var fixture = await InvoicingFixture.OpenAsync(sqlite);
        var october = await fixture.InvoiceAsync();
        var november = await fixture.InvoiceAsync();
        await sqlite.UseAsync(fixture.Secret, 10);
        sqlite.Clock.SetUtcNow(October.Next.Next.EndsAtUtc(TimeZoneInfo.Utc).AddHours(12));
        var stale = (await sqlite.Data.Drafter.DraftAsync(fixture.Owner, October.Next.Next)).Value.Results.Single().InvoiceId!.Value;

        Assert.Contains(
            $"{november.Number} is a later invoice",
            (await Notes(sqlite).VoidAsync(fixture.Owner, october.Id, "Wrong")).Refusal!.Message,
            StringComparison.Ordinal);
        await TestData.Valued(Notes(sqlite).VoidAsync(fixture.Owner, november.Id, "Wrong"));
        Assert.True((await sqlite.Data.Invoices.FinaliseAsync(fixture.Owner, stale)).IsRefused);
        await TestData.Valued(Notes(sqlite).VoidAsync(fixture.Owner, october.Id, "Wrong"));
        foreach (var month in (BillingPeriod[])[October, October.Next, October.Next.Next])
        {
            await FinaliseAsync(sqlite, fixture.Owner, month);
        }

        await using var db = sqlite.OpenAll();
        Assert.Equal(
            ["INV-2026-0001", "INV-2026-0002", "INV-2027-0001", "INV-2027-0002", "INV-2027-0003"],
            await db.Invoices.OrderBy(i => i.FinalisedAtUtc).ThenBy(i => i.Number).Select(i => i.Number!).ToListAsync());
        await sqlite.AssertLedgerIsCleanAsync();
    }

    [Fact]
    public Task Over_any_order_of_runs_and_voids_each_entry_is_on_one_standing_invoice() =>
        Gen.Select(Gen.Int[0, 3], Gen.Int[1, 40]).List[4, 11].SampleAsync(
            async acts =>
            {
                await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
                var fixture = await InvoicingFixture.OpenAsync(sqlite);
                var month = October;
                var used = 0L;
                foreach (var (act, size) in acts)
                {
                    if (act == 0)
                    {
                        await using var read = sqlite.OpenAll();
                        var last = await read.Invoices.Where(Invoice.Stands).OrderByDescending(i => i.PeriodStart).FirstOrDefaultAsync();
                        if (last is not null)
                        {
                            await TestData.Valued(Notes(sqlite).VoidAsync(fixture.Owner, last.Id, "Wrong"));
                            month = last.Period;
                        }

                        continue;
                    }

                    await sqlite.UseAsync(fixture.Secret, size);
                    used += size;
                    if (sqlite.Clock.GetUtcNow() < month.EndsAtUtc(TimeZoneInfo.Utc))
                    {
                        sqlite.Clock.SetUtcNow(month.EndsAtUtc(TimeZoneInfo.Utc).AddHours(12));
                    }

                    await FinaliseAsync(sqlite, fixture.Owner, month);
                    month = month.Next;
                }

                await FinaliseAllAsync(sqlite, fixture.Owner, month);
                await sqlite.AssertLedgerIsCleanAsync();
                await using var db = sqlite.OpenAll();
                var standing = await db.Invoices.Where(Invoice.Stands).Include(i => i.Lines).ToListAsync();
                Assert.Equal(used, standing.SelectMany(i => i.Lines).Sum(l => l.Quantity));
                Assert.Equal(
                    standing.Sum(i => i.Total.MinorUnits),
                    (await db.Invoices.ToListAsync()).Sum(i => i.Total.MinorUnits - i.CreditedMinorUnits));
            },
            iter: 12,
            threads: 1);

    [Fact]
    public async Task An_amount_written_off_is_not_credited_as_well()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var fixture = await InvoicingFixture.OpenAsync(sqlite);
        var invoice = await fixture.InvoiceAsync();
        await TestData.Valued(Notes(sqlite).WriteOffAsync(fixture.Owner, invoice.Id, "Insolvent"));
        Assert.Contains(
            "given up", (await Notes(sqlite).VoidAsync(fixture.Owner, invoice.Id, "Wrong")).Refusal!.Message, StringComparison.Ordinal);
        Assert.Contains(
            "given up",
            (await Notes(sqlite).IssueAsync(fixture.Owner, invoice.Id, [1], "Wrong")).Refusal!.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Only_its_reseller_voids_an_invoice()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var fixture = await InvoicingFixture.OpenAsync(sqlite);
        var invoice = await fixture.InvoiceAsync();
        var (_, stranger) = await sqlite.Data.AddResellerAsync("fabrikam");
        Assert.True((await Notes(sqlite).VoidAsync(stranger, invoice.Id, "Not mine")).IsRefused);
        await Assert.ThrowsAsync<PermissionDeniedException>(
            () => Notes(sqlite).VoidAsync(TestData.CreateAdmin(fixture.Customer), invoice.Id, "Mine"));
    }

    private static CreditNoteService Notes(TestDatabase database) => new(database.Database, database.Clock);

    private static async Task<Invoice> FinaliseAsync(TestDatabase database, Actor owner, BillingPeriod month)
    {
        var draft = (await database.Data.Drafter.DraftAsync(owner, month)).Value.Results.Single();
        Assert.Equal(DraftOutcome.Drafted, draft.Outcome);
        return await TestData.Valued(database.Data.Invoices.FinaliseAsync(owner, draft.InvoiceId!.Value));
    }

    /// <summary>Bills all unbilled usage up to the last completed month.</summary>
    private static async Task FinaliseAllAsync(TestDatabase database, Actor owner, BillingPeriod month)
    {
        var last = BillingPeriod.Containing(database.Clock.GetUtcNow(), TimeZoneInfo.Utc);
        database.Clock.SetUtcNow(last.EndsAtUtc(TimeZoneInfo.Utc).AddHours(12));
        for (; month <= last; month = month.Next)
        {
            var draft = (await database.Data.Drafter.DraftAsync(owner, month)).Value.Results.Single();
            if (draft.Outcome == DraftOutcome.Drafted)
            {
                await TestData.Valued(database.Data.Invoices.FinaliseAsync(owner, draft.InvoiceId!.Value));
            }
        }
    }
}
