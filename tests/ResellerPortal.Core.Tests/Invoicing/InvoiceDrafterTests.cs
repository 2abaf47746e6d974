using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Dunning;
using ResellerPortal.Core.Invoicing;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Payments;
using ResellerPortal.Core.Pricing;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Time;
using ResellerPortal.Testing;

namespace ResellerPortal.Core.Tests.Invoicing;

public sealed class InvoiceDrafterTests
{
    private static readonly Currency Eur = Currency.FromCode("EUR");
    private static readonly BillingPeriod October = new(2026, 10);

    [Fact]
    public async Task A_month_that_is_not_over_is_not_drafted()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (_, owner) = await sqlite.Data.AddResellerAsync("northwind");

        Assert.Contains("not over", (await sqlite.Data.Drafter.DraftAsync(owner, October)).Refusal!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_invoice_bills_the_months_usage_at_the_customers_price()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (owner, customer, secret) = await SellAsync(sqlite);
        await sqlite.Data.PriceAsync(owner, customer, new Markup.CostPlusPercent(20), October.FirstDay);
        await sqlite.UseAsync(secret, 250);
        sqlite.Clock.SetUtcNow(October.EndsAtUtc(TimeZoneInfo.Utc).AddDays(1));

        var invoice = await FinaliseAsync(sqlite, owner, October);

        // 250 × 0.015 × 1.2 = 4.50, with 21% tax.
        Assert.Equal((450, 95, 545), (invoice.NetMinorUnits, invoice.TaxMinorUnits, invoice.Total.MinorUnits));
        Assert.Equal("INV-2026-0001", invoice.Number);
        var snapshot = InvoiceSnapshot.Parse(invoice.Snapshot!);
        Assert.Equal((1, 1), (snapshot.Ledger.FirstSequence, snapshot.Ledger.LastSequence));
        Assert.Equal(
            ("docx → pdf, production", 250, 18_000),
            (snapshot.Lines[0].Description, snapshot.Lines[0].Quantity, snapshot.Lines[0].UnitPriceMicros));
        await sqlite.AssertLedgerIsCleanAsync();
    }

    [Fact]
    public async Task A_late_entry_goes_onto_the_next_invoice_and_names_its_month()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (owner, customer, secret) = await SellAsync(sqlite);
        var token = await sqlite.Data.IssueAsync(owner, customer);
        await sqlite.UseAsync(secret, 10);
        sqlite.Clock.SetUtcNow(October.EndsAtUtc(TimeZoneInfo.Utc).AddDays(1));
        await FinaliseAsync(sqlite, owner, October);
        await sqlite.Data.Recorder.RecordAsync(owner.Scope, [TestData.Fact(token, October.StartsAtUtc(TimeZoneInfo.Utc).AddDays(20), 7)]);
        await sqlite.UseAsync(secret, 5);
        sqlite.Clock.SetUtcNow(October.Next.EndsAtUtc(TimeZoneInfo.Utc).AddDays(1));

        var invoice = await FinaliseAsync(sqlite, owner, October.Next);

        Assert.Equal(
            [("docx → pdf, production (late, from October 2026)", 7L), ("docx → pdf, production", 5L)],
            invoice.Lines.OrderBy(l => l.Position).Select(l => (l.Description, l.Quantity)));
        await sqlite.AssertLedgerIsCleanAsync();
    }

    [Fact]
    public async Task Running_a_month_again_changes_nothing_that_is_final()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (owner, _, secret) = await SellAsync(sqlite);
        await sqlite.UseAsync(secret, 3);
        sqlite.Clock.SetUtcNow(October.EndsAtUtc(TimeZoneInfo.Utc).AddDays(1));
        var first = await FinaliseAsync(sqlite, owner, October);

        var again = (await sqlite.Data.Drafter.DraftAsync(owner, October)).Value.Results.Single();
        var repeated = (await sqlite.Data.Invoices.FinaliseAsync(owner, first.Id)).Value;

        Assert.Equal((DraftOutcome.AlreadyFinalised, first.Id), (again.Outcome, again.InvoiceId));
        Assert.Equal((first.Number, first.Snapshot), (repeated.Number, repeated.Snapshot));
    }

    [Fact]
    public async Task A_month_that_was_never_invoiced_comes_before_the_one_asked_for()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (owner, customer, secret) = await SellAsync(sqlite);
        await sqlite.Data.PriceAsync(
            owner,
            customer,
            CardTerms.FromPrice(new Markup.FixedPrice(20_000, Eur)) with { MonthlyFeeMinorUnits = 3_100 },
            October.FirstDay);
        await sqlite.UseAsync(secret, 100);
        sqlite.Clock.SetUtcNow(October.EndsAtUtc(TimeZoneInfo.Utc).AddDays(3));
        await sqlite.UseAsync(secret, 50);
        sqlite.Clock.SetUtcNow(October.Next.EndsAtUtc(TimeZoneInfo.Utc).AddDays(1));

        var first = (await sqlite.Data.Drafter.DraftAsync(owner, October.Next)).Value.Results.Single();
        var again = (await sqlite.Data.Drafter.DraftAsync(owner, October.Next)).Value.Results.Single();
        var october = (await sqlite.Data.Invoices.FinaliseAsync(owner, again.InvoiceId!.Value)).Value;
        var november = await FinaliseAsync(sqlite, owner, October.Next);

        Assert.Equal((DraftOutcome.EarlierMonthDrafted, October), (first.Outcome, first.Period));
        Assert.Equal((DraftOutcome.EarlierMonthDrafted, October), (again.Outcome, again.Period));

        // From the 15th, 17 of October's 31 days: 31.00 × 17 / 31, and 100 × 0.02; November in full, and 50 × 0.02.
        Assert.Equal((October, 1_700 + 200), (october.Period, october.NetMinorUnits));
        Assert.Equal((October.Next, 3_100 + 100), (november.Period, november.NetMinorUnits));
        Assert.DoesNotContain(november.Lines, line => line.Description.Contains("late", StringComparison.Ordinal));
        await sqlite.AssertLedgerIsCleanAsync();
    }

    [Fact]
    public async Task A_draft_is_refused_once_a_price_for_its_days_was_set()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (owner, customer, secret) = await SellAsync(sqlite);
        await sqlite.UseAsync(secret, 100);
        sqlite.Clock.SetUtcNow(October.EndsAtUtc(TimeZoneInfo.Utc).AddDays(1));
        var draft = (await sqlite.Data.Drafter.DraftAsync(owner, October)).Value.Results.Single();
        await sqlite.Data.PriceAsync(owner, customer, new Markup.FixedPrice(50_000, Eur), October.Next.FirstDay);
        await sqlite.Data.PriceAsync(owner, customer, new Markup.FixedPrice(50_000, Eur), October.FirstDay);

        var refused = await sqlite.Data.Invoices.FinaliseAsync(owner, draft.InvoiceId!.Value);
        var renewed = await FinaliseAsync(sqlite, owner, October);

        Assert.Contains("a price for this period has changed", refused.Refusal!.Message, StringComparison.Ordinal);
        Assert.Equal(500, renewed.NetMinorUnits);
    }

    [Fact]
    public async Task A_draft_is_refused_once_its_customer_is_taxed_in_another_way()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (owner, customer, secret) = await SellAsync(sqlite);
        await sqlite.UseAsync(secret, 100);
        sqlite.Clock.SetUtcNow(October.EndsAtUtc(TimeZoneInfo.Utc).AddDays(1));
        var draft = (await sqlite.Data.Drafter.DraftAsync(owner, October)).Value.Results.Single();
        await using (var db = sqlite.OpenAll())
        {
            await db.Customers.Where(c => c.Id == customer.Id).ExecuteUpdateAsync(
                set => set.SetProperty(c => c.TaxTreatment, TaxTreatment.Export));
        }

        Assert.Contains(
            "tax treatment has changed",
            (await sqlite.Data.Invoices.FinaliseAsync(owner, draft.InvoiceId!.Value)).Refusal!.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_customer_without_usage_gets_no_invoice()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (owner, _, _) = await SellAsync(sqlite);
        sqlite.Clock.SetUtcNow(October.EndsAtUtc(TimeZoneInfo.Utc).AddDays(1));

        Assert.Equal(DraftOutcome.NothingToBill, (await sqlite.Data.Drafter.DraftAsync(owner, October)).Value.Results.Single().Outcome);
    }

    [Fact]
    public async Task Numbers_have_no_gaps_when_many_are_finalised_at_once()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (_, owner) = await sqlite.Data.AddResellerAsync("northwind");
        await sqlite.Data.BuyAsync(owner, 12_000, 180);
        for (var i = 0; i < 12; i++)
        {
            var customer = await sqlite.Data.AddCustomerAsync(owner, $"Customer {i}");
            await sqlite.UseAsync((await sqlite.Data.IssueAsync(owner, customer)).Secret);
        }

        sqlite.Clock.SetUtcNow(October.EndsAtUtc(TimeZoneInfo.Utc).AddDays(1));
        var drafts = (await sqlite.Data.Drafter.DraftAsync(owner, October)).Value.Results;

        // Each twice and all concurrently, like impatient users.
        var finalised = await Task.WhenAll(
            drafts.Concat(drafts).Select(d => Task.Run(() => sqlite.Data.Invoices.FinaliseAsync(owner, d.InvoiceId!.Value))));

        Assert.Equal(
            Enumerable.Range(1, 12).Select(n => $"INV-2026-{n:0000}"),
            finalised.Select(f => f.Value.Number!).Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_draft_whose_usage_was_billed_elsewhere_is_refused()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (owner, customer, secret) = await SellAsync(sqlite);
        await sqlite.UseAsync(secret);
        sqlite.Clock.SetUtcNow(October.EndsAtUtc(TimeZoneInfo.Utc).AddDays(1));
        var draft = (await sqlite.Data.Drafter.DraftAsync(owner, October)).Value.Results.Single();
        await using (var db = sqlite.OpenAll())
        {
            await db.Customers.Where(c => c.Id == customer.Id).ExecuteUpdateAsync(set => set.SetProperty(c => c.BilledThroughSequence, 1));
        }

        Assert.Contains(
            "Draft the month again",
            (await sqlite.Data.Invoices.FinaliseAsync(owner, draft.InvoiceId!.Value)).Refusal!.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_resellers_draft_cannot_be_finalised()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (owner, _, secret) = await SellAsync(sqlite);
        var (_, fabrikam) = await sqlite.Data.AddResellerAsync("fabrikam");
        await sqlite.UseAsync(secret);
        sqlite.Clock.SetUtcNow(October.EndsAtUtc(TimeZoneInfo.Utc).AddDays(1));
        var draft = (await sqlite.Data.Drafter.DraftAsync(owner, October)).Value.Results.Single();

        Assert.True((await sqlite.Data.Invoices.FinaliseAsync(fabrikam, draft.InvoiceId!.Value)).IsRefused);
    }

    [Fact]
    public async Task Payments_settle_an_invoice_in_parts_and_never_more_than_is_due()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (owner, _, secret) = await SellAsync(sqlite);
        await sqlite.UseAsync(secret, 100);
        sqlite.Clock.SetUtcNow(October.EndsAtUtc(TimeZoneInfo.Utc).AddDays(1));
        var invoice = await FinaliseAsync(sqlite, owner, October);
        var payments = new InvoicePaymentService(sqlite.Database, new AccountPausePolicy(sqlite.Database, sqlite.Clock), sqlite.Clock);
        var today = new DateOnly(2026, 11, 1);
        var part = new ReceivedPayment(invoice.Id, 1.00m, today, "first", Guid.NewGuid());

        await TestData.Valued(payments.RecordAsync(owner, part));
        await TestData.Valued(payments.RecordAsync(owner, part));
        var tooMuch = await payments.RecordAsync(owner, part with { Amount = 1.00m, IdempotencyKey = Guid.NewGuid() });
        await TestData.Valued(payments.RecordAsync(owner, part with { Amount = 0.82m, IdempotencyKey = Guid.NewGuid() }));

        Assert.True(tooMuch.IsRefused);
        var view = await new InvoiceQueries(sqlite.Database, sqlite.Clock).FindAsync(owner, invoice.Id);
        Assert.Equal((InvoiceState.Paid, 0), (view!.Row.State, view.Row.Due.MinorUnits));
    }

    private static async Task<(Actor Owner, Customer Customer, string Secret)> SellAsync(TestDatabase sqlite)
    {
        var (_, owner) = await sqlite.Data.AddResellerAsync("northwind");
        await sqlite.Data.BuyAsync(owner, 12_000, 180);
        var customer = await sqlite.Data.AddCustomerAsync(owner, "Acme");
        return (owner, customer, (await sqlite.Data.IssueAsync(owner, customer)).Secret);
    }

    private static async Task<Invoice> FinaliseAsync(TestDatabase sqlite, Actor owner, BillingPeriod period)
    {
        var draft = (await sqlite.Data.Drafter.DraftAsync(owner, period)).Value.Results.Single();
        Assert.Equal(DraftOutcome.Drafted, draft.Outcome);
        return await TestData.Valued(sqlite.Data.Invoices.FinaliseAsync(owner, draft.InvoiceId!.Value));
    }
}
