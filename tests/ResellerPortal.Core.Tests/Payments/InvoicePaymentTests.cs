using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Dunning;
using ResellerPortal.Core.Invoicing;
using ResellerPortal.Core.Payments;
using ResellerPortal.Core.Tests.Invoicing;

namespace ResellerPortal.Core.Tests.Payments;

/// <summary>Payments that a reseller records against an invoice.</summary>
public sealed class InvoicePaymentTests
{
    [Fact]
    public async Task Parts_add_up_to_the_total_and_not_a_cent_more()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var fixture = await InvoicingFixture.OpenAsync(sqlite);
        var invoice = await fixture.InvoiceAsync();
        var total = invoice.Total.Amount;

        Assert.Null((await RecordAsync(sqlite, fixture.Owner, invoice, 0.01m)).Refusal);
        Assert.Equal(InvoiceState.PartlyPaid, await StateAsync(sqlite, invoice));
        Assert.NotNull((await RecordAsync(sqlite, fixture.Owner, invoice, total)).Refusal);
        Assert.NotNull((await RecordAsync(sqlite, fixture.Owner, invoice, 0.001m)).Refusal);
        Assert.NotNull((await RecordAsync(sqlite, fixture.Owner, invoice, 0)).Refusal);
        Assert.Null((await RecordAsync(sqlite, fixture.Owner, invoice, total - 0.01m)).Refusal);
        Assert.Equal(InvoiceState.Paid, await StateAsync(sqlite, invoice));
        Assert.NotNull((await RecordAsync(sqlite, fixture.Owner, invoice, 0.01m)).Refusal);
    }

    [Fact]
    public async Task The_same_key_records_one_payment_however_often_it_comes()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var fixture = await InvoicingFixture.OpenAsync(sqlite);
        var invoice = await fixture.InvoiceAsync();
        var key = Guid.NewGuid();

        var payments = new List<Payment>();
        for (var i = 0; i < 3; i++)
        {
            payments.Add((await RecordAsync(sqlite, fixture.Owner, invoice, 1, key)).Value);
        }

        Assert.Single(payments.DistinctBy(p => p.Id));
        await using var db = sqlite.OpenAll();
        Assert.Equal(100, (await db.Invoices.SingleAsync(i => i.Id == invoice.Id)).PaidMinorUnits);
    }

    [Fact]
    public async Task Another_resellers_invoice_is_not_found()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var fixture = await InvoicingFixture.OpenAsync(sqlite);
        var invoice = await fixture.InvoiceAsync();
        var (_, stranger) = await sqlite.Data.AddResellerAsync("fabrikam");

        Assert.NotNull((await RecordAsync(sqlite, stranger, invoice, 1)).Refusal);
        Assert.NotEqual(InvoiceState.PartlyPaid, await StateAsync(sqlite, invoice));
    }

    private static Task<Outcome<Payment>> RecordAsync(
        TestDatabase database,
        Actor actor,
        Invoice invoice,
        decimal amount,
        Guid? key = null)
    {
        var service = new InvoicePaymentService(
            database.Database, new AccountPausePolicy(database.Database, database.Clock), database.Clock);
        var day = DateOnly.FromDateTime(database.Clock.GetUtcNow().UtcDateTime);
        return service.RecordAsync(actor, new ReceivedPayment(invoice.Id, amount, day, "", key ?? Guid.NewGuid()));
    }

    private static async Task<InvoiceState> StateAsync(TestDatabase database, Invoice invoice)
    {
        await using var db = database.OpenAll();
        return (await db.Invoices.SingleAsync(i => i.Id == invoice.Id)).GetState(
            DateOnly.FromDateTime(database.Clock.GetUtcNow().UtcDateTime));
    }
}
