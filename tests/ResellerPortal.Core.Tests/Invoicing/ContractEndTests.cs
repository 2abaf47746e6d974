using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Invoicing;
using ResellerPortal.Core.Metering;
using ResellerPortal.Core.Pricing;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Time;
using ResellerPortal.Core.Tokens;
using ResellerPortal.Testing;

namespace ResellerPortal.Core.Tests.Invoicing;

public sealed class ContractEndTests
{
    private static readonly BillingPeriod October = new(2026, 10);
    private static readonly DateOnly Tenth = new(2026, 10, 10);
    private static readonly DateTimeOffset Second = new(2026, 10, 2, 9, 0, 0, TimeSpan.Zero);

    /// <summary>The tenth ends at midnight in Vilnius, the reseller's time zone.</summary>
    private static readonly DateTimeOffset AfterTenth = new(2026, 10, 10, 21, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task The_last_invoice_comes_on_the_day_after_with_the_fee_shared_out()
    {
        await using var sqlite = await OpenAsync();
        var (owner, acme, token) = await SellAsync(sqlite);
        await sqlite.UseAsync(token.Secret, 50);
        var unended = await sqlite.Data.Drafter.DraftFinalAsync(owner, acme.Id);
        await TestData.Valued(sqlite.Data.ContractEnds.SetAsync(owner, acme.Id, Tenth));
        sqlite.Clock.SetUtcNow(AfterTenth.AddTicks(-1));
        var early = await sqlite.Data.Drafter.DraftFinalAsync(owner, acme.Id);
        sqlite.Clock.SetUtcNow(AfterTenth);

        var last = await FinaliseFinalAsync(sqlite, owner, acme);

        Assert.Contains("has no end", unended.Refusal!.Message, StringComparison.Ordinal);
        Assert.Contains("2026-10-10", early.Refusal!.Message, StringComparison.Ordinal);

        // 50 × 0.10, and 9 of 31 days (2 to 10 October) of 31.00.
        Assert.Equal([500, 900], last.Lines.OrderBy(l => l.Position).Select(l => l.AmountMinorUnits));
        Assert.Equal(October, last.Period);
    }

    [Fact]
    public async Task Usage_reported_after_the_final_invoice_is_billed_next_month_without_a_fee()
    {
        await using var sqlite = await OpenAsync();
        var (owner, acme, token) = await SellAsync(sqlite);
        await TestData.Valued(sqlite.Data.ContractEnds.SetAsync(owner, acme.Id, Tenth));
        sqlite.Clock.SetUtcNow(AfterTenth);
        await FinaliseFinalAsync(sqlite, owner, acme);
        await sqlite.Data.Recorder.RecordAsync(owner.Scope, [TestData.Fact(token, Second.AddDays(3), 20)]);
        sqlite.Clock.SetUtcNow(October.Next.EndsAtUtc(TimeZoneInfo.Utc));

        var october = (await sqlite.Data.Drafter.DraftAsync(owner, October)).Value.Results.Single();
        var november = (await sqlite.Data.Drafter.DraftAsync(owner, October.Next)).Value.Results.Single();
        var late = await TestData.Valued(sqlite.Data.Invoices.FinaliseAsync(owner, november.InvoiceId!.Value));
        sqlite.Clock.SetUtcNow(October.Next.Next.EndsAtUtc(TimeZoneInfo.Utc));
        var december = (await sqlite.Data.Drafter.DraftAsync(owner, October.Next.Next)).Value.Results.Single();

        Assert.Equal(DraftOutcome.AlreadyFinalised, october.Outcome);
        Assert.Equal([(20, 200)], late.Lines.Select(l => (l.Quantity, l.AmountMinorUnits)));
        Assert.Equal(DraftOutcome.NothingToBill, december.Outcome);
        await sqlite.AssertLedgerIsCleanAsync();
    }

    [Fact]
    public async Task Tokens_are_refused_from_the_end_of_the_last_day_and_none_outlives_it()
    {
        await using var sqlite = await OpenAsync();
        var (owner, acme, endless) = await SellAsync(sqlite);
        var shorter = await TestData.Valued(
            sqlite.Data.Tokens.IssueAsync(owner, acme.Id, new TokenRequest("shorter", null, Second.AddDays(2))));
        await TestData.Valued(sqlite.Data.ContractEnds.SetAsync(owner, acme.Id, Tenth));
        var later = await TestData.Valued(
            sqlite.Data.Tokens.IssueAsync(owner, acme.Id, new TokenRequest("later", null, Second.AddYears(1))));
        var never = await TestData.Valued(sqlite.Data.Tokens.IssueAsync(owner, acme.Id, new TokenRequest("never", null, null)));

        await using (var db = sqlite.OpenAll())
        {
            var expiries = await db.ApiTokens.ToDictionaryAsync(t => t.Id, t => t.ExpiresAtUtc);
            Assert.Equal(
                [AfterTenth, Second.AddDays(2), AfterTenth, AfterTenth],
                new[] { endless, shorter, later, never }.Select(t => expiries[t.Token.Id]));
        }

        sqlite.Clock.SetUtcNow(AfterTenth.AddTicks(-10));
        Assert.IsType<ReserveResult.Held>(await sqlite.ReserveAsync(endless.Secret));
        sqlite.Clock.SetUtcNow(AfterTenth);
        Assert.IsType<ReserveResult.TokenExpired>(await sqlite.ReserveAsync(endless.Secret));
        Assert.Contains(
            "contract ended",
            (await sqlite.Data.Tokens.IssueAsync(owner, acme.Id, new TokenRequest("after", null, null))).Refusal!.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Days_that_an_invoice_has_settled_stay_as_they_are()
    {
        await using var sqlite = await OpenAsync();
        var (owner, acme, _) = await SellAsync(sqlite);
        sqlite.Clock.SetUtcNow(October.EndsAtUtc(TimeZoneInfo.Utc));
        var draft = (await sqlite.Data.Drafter.DraftAsync(owner, October)).Value.Results.Single();
        await TestData.Valued(sqlite.Data.Invoices.FinaliseAsync(owner, draft.InvoiceId!.Value));

        var within = await sqlite.Data.ContractEnds.SetAsync(owner, acme.Id, Tenth);
        var atItsEnd = await sqlite.Data.ContractEnds.SetAsync(owner, acme.Id, October.LastDay);
        var takenBack = await sqlite.Data.ContractEnds.SetAsync(owner, acme.Id, null);

        Assert.Contains("October 2026 is already invoiced", within.Refusal!.Message, StringComparison.Ordinal);
        Assert.Equal((false, false), (atItsEnd.IsRefused, takenBack.IsRefused));
    }

    [Fact]
    public async Task A_draft_with_fees_of_days_that_are_gone_is_removed()
    {
        await using var sqlite = await OpenAsync();
        var (owner, acme, _) = await SellAsync(sqlite);
        sqlite.Clock.SetUtcNow(October.EndsAtUtc(TimeZoneInfo.Utc));
        var draft = (await sqlite.Data.Drafter.DraftAsync(owner, October)).Value.Results.Single();

        await TestData.Valued(sqlite.Data.ContractEnds.SetAsync(owner, acme.Id, Tenth));

        Assert.True((await sqlite.Data.Invoices.FinaliseAsync(owner, draft.InvoiceId!.Value)).IsRefused);
        Assert.Equal(900, (await FinaliseFinalAsync(sqlite, owner, acme)).NetMinorUnits);
    }

    [Fact]
    public async Task Another_resellers_customer_cannot_be_ended_or_drafted()
    {
        await using var sqlite = await OpenAsync();
        var (_, acme, _) = await SellAsync(sqlite);
        var (_, stranger) = await sqlite.Data.AddResellerAsync("fabrikam");

        Assert.True((await sqlite.Data.ContractEnds.SetAsync(stranger, acme.Id, Tenth)).IsRefused);
        Assert.True((await sqlite.Data.Drafter.DraftFinalAsync(stranger, acme.Id)).IsRefused);
        await using var db = sqlite.OpenAll();
        Assert.Null((await db.Customers.SingleAsync()).LastDay);
    }

    [Fact]
    public async Task A_contract_does_not_end_before_it_began()
    {
        await using var sqlite = await OpenAsync();
        var (owner, acme, _) = await SellAsync(sqlite);

        Assert.Contains(
            "2026-10-02",
            (await sqlite.Data.ContractEnds.SetAsync(owner, acme.Id, new DateOnly(2026, 10, 1))).Refusal!.Message,
            StringComparison.Ordinal);
    }

    private static Task<TestDatabase> OpenAsync() => TestDatabaseOnSqlite.OpenAsync(Second.ToString("O"));

    /// <summary>Ten cents per conversion and 31.00 per month, so one day of October costs 1.00.</summary>
    private static async Task<(Actor Owner, Customer Acme, IssuedToken Token)> SellAsync(TestDatabase sqlite)
    {
        var (reseller, owner) = await sqlite.Data.AddResellerAsync("northwind");
        await sqlite.Data.BuyAsync(owner, 12_000, 180);
        var acme = await sqlite.Data.AddCustomerAsync(owner, "Acme");
        await sqlite.Data.PriceAsync(
            owner,
            acme,
            CardTerms.FromPrice(new Markup.FixedPrice(100_000, reseller.Currency)) with { MonthlyFeeMinorUnits = 3100 },
            October.FirstDay);
        return (owner, acme, await sqlite.Data.IssueAsync(owner, acme));
    }

    private static async Task<Invoice> FinaliseFinalAsync(TestDatabase sqlite, Actor owner, Customer customer)
    {
        var draft = await TestData.Valued(sqlite.Data.Drafter.DraftFinalAsync(owner, customer.Id));
        return await TestData.Valued(sqlite.Data.Invoices.FinaliseAsync(owner, draft.InvoiceId!.Value));
    }
}
