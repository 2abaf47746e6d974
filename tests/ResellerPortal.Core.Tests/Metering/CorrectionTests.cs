using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Credits;
using ResellerPortal.Core.Invoicing;
using ResellerPortal.Core.Metering;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Pricing;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Time;
using ResellerPortal.Core.Tokens;
using ResellerPortal.Testing;

namespace ResellerPortal.Core.Tests.Metering;

public sealed class CorrectionTests
{
    [Fact]
    public async Task A_correction_gives_back_to_the_lots_it_was_drawn_from_and_names_the_first_entry()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (owner, customer, token) = await SellAsync(sqlite, lots: [3, 100]);
        await sqlite.UseAsync(token.Secret, 5);

        var correction = await TestData.Valued(Corrections(sqlite).CorrectAsync(owner, customer.Id, 1, 1, "converted twice by mistake"));

        Assert.Equal(
            (2, EntryKind.Correction, -4, 1L), (correction.Sequence, correction.Kind, correction.Quantity, correction.CorrectsSequence));
        await using var db = sqlite.OpenAll();
        Assert.Equal([1L, 0L], await db.CreditLots.OrderBy(l => l.ExpiresAtUtc).Select(l => l.Used).ToListAsync());
        Assert.Equal(1, await db.ApiTokens.Select(t => t.Used).SingleAsync());
        Assert.Equal(
            (2, 1),
            await db.UsageRollups
                .GroupBy(r => 1)
                .Select(g => ValueTuple.Create(g.Sum(r => r.Entries), g.Sum(r => r.Quantity)))
                .SingleAsync());
        await sqlite.AssertLedgerIsCleanAsync();
    }

    [Fact]
    public async Task An_entry_is_corrected_again_up_or_down_but_never_below_nothing()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (owner, customer, token) = await SellAsync(sqlite, lots: [100]);
        await sqlite.UseAsync(token.Secret, 5);
        var corrections = Corrections(sqlite);

        await TestData.Valued(corrections.CorrectAsync(owner, customer.Id, 1, 0, "not charged upstream"));
        await TestData.Valued(corrections.CorrectAsync(owner, customer.Id, 1, 8, "it was charged after all"));
        await TestData.Valued(corrections.CorrectAsync(owner, customer.Id, 1, 2, "two, says the upstream"));

        Assert.True((await corrections.CorrectAsync(owner, customer.Id, 1, 2, "again")).IsRefused);
        Assert.True((await corrections.CorrectAsync(owner, customer.Id, 1, -1, "below")).IsRefused);
        Assert.True((await corrections.CorrectAsync(owner, customer.Id, 2, 1, "of a correction")).IsRefused);
        Assert.True((await corrections.CorrectAsync(owner, customer.Id, 9, 1, "of nothing")).IsRefused);
        Assert.True((await corrections.CorrectAsync(owner, customer.Id, 1, 1, " ")).IsRefused);
        await using var db = sqlite.OpenAll();
        Assert.Equal(2, await db.LedgerEntries.SumAsync(e => e.Quantity));
        Assert.Equal(2, await db.CreditLots.SumAsync(l => l.Used));
        await sqlite.AssertLedgerIsCleanAsync();
    }

    [Fact]
    public async Task What_is_corrected_after_its_invoice_is_credited_on_the_next_at_its_own_price()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (owner, customer, token) = await SellAsync(sqlite, lots: [100_000]);
        await sqlite.Data.PriceAsync(owner, customer, new Markup.FixedPrice(20_000, Currency.FromCode("EUR")), new DateOnly(2026, 10, 1));
        await sqlite.UseAsync(token.Secret, 1000);
        await InvoiceAsync(sqlite, owner, "2026-11-01T06:00:00Z", new BillingPeriod(2026, 10));
        await sqlite.Data.PriceAsync(owner, customer, new Markup.FixedPrice(50_000, Currency.FromCode("EUR")), new DateOnly(2026, 11, 1));
        await sqlite.UseAsync(token.Secret, 100);

        await TestData.Valued(Corrections(sqlite).CorrectAsync(owner, customer.Id, 1, 900, "a damaged batch"));
        var november = await InvoiceAsync(sqlite, owner, "2026-12-01T06:00:00Z", new BillingPeriod(2026, 11));

        Assert.Equal(
            [("docx → pdf, production (late, from October 2026)", -100L, -200L), ("docx → pdf, production", 100L, 500L)],
            november.Lines.OrderBy(l => l.Position).Select(l => (l.Description, l.Quantity, l.AmountMinorUnits)));
        await sqlite.AssertLedgerIsCleanAsync();
    }

    [Fact]
    public async Task Corrections_larger_than_a_months_usage_make_an_invoice_in_the_customers_favour()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (owner, customer, token) = await SellAsync(sqlite, lots: [100_000]);
        await sqlite.Data.PriceAsync(owner, customer, new Markup.FixedPrice(20_000, Currency.FromCode("EUR")), new DateOnly(2026, 10, 1));
        await sqlite.UseAsync(token.Secret, 1000);
        var october = await InvoiceAsync(sqlite, owner, "2026-11-01T06:00:00Z", new BillingPeriod(2026, 10));
        await sqlite.UseAsync(token.Secret, 100);
        await TestData.Valued(Corrections(sqlite).CorrectAsync(owner, customer.Id, 1, 200, "a damaged batch"));

        var november = await InvoiceAsync(sqlite, owner, "2026-12-01T06:00:00Z", new BillingPeriod(2026, 11));

        // 800 corrected and 100 used at 0.02, with 21% tax on the sum; both months together have 300 conversions.
        Assert.Equal((-1_400L, -294L, -1_694L), (november.NetMinorUnits, november.TaxMinorUnits, november.Total.MinorUnits));
        Assert.Equal(600, october.NetMinorUnits + november.NetMinorUnits);
        Assert.Equal(300, october.Lines.Concat(november.Lines).Sum(l => l.Quantity));
        await sqlite.AssertLedgerIsCleanAsync();
    }

    [Fact]
    public async Task Another_resellers_entry_is_not_corrected()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (_, customer, token) = await SellAsync(sqlite, lots: [10]);
        await sqlite.UseAsync(token.Secret);
        var (_, other) = await sqlite.Data.AddResellerAsync("fabrikam");

        Assert.True((await Corrections(sqlite).CorrectAsync(other, customer.Id, 1, 0, "not mine")).IsRefused);
    }

    private static LedgerCorrectionService Corrections(TestDatabase sqlite) => new(sqlite.Database, sqlite.Clock);

    private static async Task<(Actor Owner, Customer Customer, IssuedToken Token)> SellAsync(TestDatabase sqlite, long[] lots)
    {
        var (_, owner) = await sqlite.Data.AddResellerAsync("northwind");
        for (var i = 0; i < lots.Length; i++)
        {
            await sqlite.Data.BuyAsync(owner, lots[i], lots[i] * 0.01m, validityDays: 100 + i);
        }

        var customer = await sqlite.Data.AddCustomerAsync(owner, "Acme");
        return (owner, customer, await sqlite.Data.IssueAsync(owner, customer));
    }

    private static async Task<Invoice> InvoiceAsync(TestDatabase sqlite, Actor owner, string at, BillingPeriod period)
    {
        sqlite.Clock.SetUtcNow(DateTimeOffset.Parse(at, System.Globalization.CultureInfo.InvariantCulture));
        var result = await TestData.Valued(sqlite.Data.Drafter.DraftAsync(owner, period));
        var draft = Assert.Single(result.Results, r => r.Outcome == DraftOutcome.Drafted);
        return await TestData.Valued(sqlite.Data.Invoices.FinaliseAsync(owner, draft.InvoiceId!.Value));
    }
}
