using System.Text;
using CsCheck;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Accounts;
using ResellerPortal.Core.Auditing;
using ResellerPortal.Core.Invoicing;
using ResellerPortal.Core.Metering;
using ResellerPortal.Core.Notifications;
using ResellerPortal.Core.Outbox;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Plans;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Tests.Metering;
using ResellerPortal.Core.Time;
using ResellerPortal.Core.Tokens;
using ResellerPortal.Testing;

namespace ResellerPortal.Core.Tests.Persistence;

/// <summary>
/// Texts that are composed of names fit their columns with the longest names that forms accept. Servers refuse a longer text, and the
/// transaction that writes it would fail for ever.
/// </summary>
public sealed class LongestTextsTests(PostgreSqlFixture postgres) : IClassFixture<PostgreSqlFixture>
{
    private static readonly string[] Letters = ["a", "Ü", "𝔸", "字"];

    private static readonly PostalAddress Address = new("Road 2", "10115", "Berlin", "DE");

    [Theory]
    [InlineData("Ü")]
    [InlineData("𝔸")]
    public async Task Alerts_of_every_kind_are_recorded_and_mailed_with_the_longest_names(string letter)
    {
        await using var database = await postgres.OpenAsync();
        var (owner, customer) = await SellAsync(database, letter);
        var converter = new string('a', 45) + "-to-" + new string('b', 51);
        Assert.Equal(ConverterName.MaxLength, converter.Length);
        var token = await TestData.Valued(database.Data.Tokens.IssueAsync(
            owner, customer.Id, new TokenRequest(Fill("e", 60), 80, null)));

        var held = Assert.IsType<ReserveResult.Held>(
            await database.Meter.ReserveAsync(new ReserveRequest(token.Token.ResellerId, token.Token.SecretHash, converter)));
        Assert.IsType<SettleResult.Recorded>(await database.Meter.SettleAsync(new SettleRequest(held.Key, 100)));

        await using (var db = database.OpenAll())
        {
            Assert.Equal(
                [AlertSubject.CustomerBudget, AlertSubject.Lot, AlertSubject.Overrun, AlertSubject.Token],
                (await db.UsageAlerts.Select(a => a.Subject).ToListAsync()).Order().OrderBy(s => s.ToString()));
        }

        using var alerts = new UsageAlertWorker(
            database.Database, new RecordingMailer(), database.Clock, NullLogger<UsageAlertWorker>.Instance);
        Assert.Equal(4, await alerts.RunAsync());
        await using var all = database.OpenAll();
        Assert.All(await all.OutboxEmails.ToListAsync(), email => Assert.InRange(email.Subject.Length, 1, OutboxEmail.MaxSubject));
        await database.AssertLedgerIsCleanAsync();
    }

    [Fact]
    public async Task History_reports_and_notices_of_any_length_are_recorded()
    {
        await using var database = await postgres.OpenAsync();
        var (owner, _) = await SellAsync(database, "Ü");
        var reseller = owner.Reseller;
        var text = string.Concat(Enumerable.Repeat("𝔸b", 2000));
        var schedules = new InvoiceScheduleService(database.Database, database.Clock);
        await TestData.Valued(schedules.SetAsync(owner, new InvoiceScheduleRequest(true, 1, 6, InvoiceRunMode.Review)));

        await schedules.CompleteAsync(
            new DueInvoiceRun(reseller, BillingPeriod.Containing(new DateOnly(2026, 1, 1)), InvoiceRunMode.Review), text);
        await using (var db = database.OpenAll())
        {
            db.Audit(owner, database.Clock.GetUtcNow(), Permission.HistoryExport, text, reseller);
            db.Notify(reseller, text, text, database.Clock.GetUtcNow());
            await db.SaveChangesAsync();
        }

        await using var all = database.OpenAll();
        var entry = await all.AuditEntries.OrderByDescending(a => a.AtUtc).FirstAsync(a => a.Action == Permission.HistoryExport);
        Assert.Equal(text[..1000], entry.Subject + text[entry.Subject.Length..1000]);
        Assert.InRange((await all.InvoiceSchedules.SingleAsync()).Report!.Length, 399, 400);
        Assert.InRange((await all.OutboxEmails.SingleAsync()).Subject.Length, OutboxEmail.MaxSubject - 1, OutboxEmail.MaxSubject);
    }

    [Fact]
    public void A_text_is_cut_to_its_length_and_never_within_a_letter() =>
        Gen.Select(Gen.Int[0, 3].Select(i => Letters[i]).Array[0, 40].Select(letters => string.Concat(letters)), Gen.Int[1, 45]).Sample(
            (text, length) =>
            {
                var cut = text.Truncate(length);
                Assert.StartsWith(cut, text, StringComparison.Ordinal);
                Assert.InRange(cut.Length, Math.Min(text.Length, length - 1), length);
                Assert.Equal(cut, Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(cut)));
            });

    private static async Task<(Actor Owner, Customer Customer)> SellAsync(TestDatabase database, string letter)
    {
        var (_, owner) = await database.Data.AddResellerAsync("northwind");
        var plan = await TestData.Valued(new BulkPlanService(database.Database, database.Clock).OfferAsync(
            TestData.Operator, new PlanTerms(Fill(letter, 100), 100, 1, "EUR", 365, PlanRenewal.OneOff, null)));
        var order = await TestData.Valued(database.Data.Orders.OrderAsync(owner, plan.Id, Guid.NewGuid()));
        await TestData.Valued(database.Data.OrderPayments.ConfirmAsync(TestData.Operator, order.Id, "paid"));
        var details = new CustomerDetails(
            Fill(letter, 200), "admin@acme.example", Address, null, TaxTreatment.Standard, 3, 500, MonthlyBudget: 90);
        return (owner, (await TestData.Valued(database.Data.Customers.AddAsync(owner, details, TestData.Password))).Customer);
    }

    private static string Fill(string letter, int length) => string.Concat(Enumerable.Repeat(letter, length / letter.Length));
}
