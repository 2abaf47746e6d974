using ResellerPortal.Core.Access;
using ResellerPortal.Core.Dunning;
using ResellerPortal.Core.Insights;
using ResellerPortal.Core.Invoicing;
using ResellerPortal.Core.Metering;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Payments;
using ResellerPortal.Core.Tests.Invoicing;
using ResellerPortal.Testing;

namespace ResellerPortal.Core.Tests.Insights;

public sealed class InvoiceDetailTests(DatabaseServers databases) : IClassFixture<DatabaseServers>
{
    [Theory]
    [EachProvider]
    public async Task What_is_shown_leads_from_the_total_to_the_amount_due(string provider)
    {
        await using var database = await databases.OpenAsync(provider);
        var fixture = await InvoicingFixture.OpenAsync(database);
        var invoice = await fixture.InvoiceAsync();
        await PayAsync(database, fixture.Owner, invoice, 0.50m);
        var notes = new CreditNoteService(database.Database, database.Clock);
        await TestData.Valued(notes.WriteOffAsync(fixture.Owner, invoice.Id, "Small"));

        var detail = (await Details(database).FindAsync(TestData.CreateAdmin(fixture.Customer), invoice.Id))!;

        Assert.Equal(invoice.Number, detail.Snapshot.Number);
        Assert.Equal([InvoicePaymentKind.Payment], detail.Payments.Select(p => p.Kind));
        Assert.Equal(invoice.Total.MinorUnits - 50, detail.View.WrittenOff.MinorUnits);
        Assert.Equal(detail.View.Row.Due, CalculateDue(detail));
        Assert.Equal(0, detail.View.Row.Due.MinorUnits);
    }

    [Theory]
    [EachProvider]
    public async Task Money_that_a_void_invoice_returns_to_the_balance_pays_the_next(string provider)
    {
        await using var database = await databases.OpenAsync(provider);
        var fixture = await InvoicingFixture.OpenAsync(database);
        var first = await fixture.InvoiceAsync();
        await PayAsync(database, fixture.Owner, first, first.Total.Amount);
        await TestData.Valued(new CreditNoteService(database.Database, database.Clock).VoidAsync(fixture.Owner, first.Id, "Wrong"));
        var second = await fixture.InvoiceAsync();

        var customer = TestData.CreateAdmin(fixture.Customer);
        InvoiceDetail?[] details =
        [
            await Details(database).FindAsync(customer, first.Id), await Details(database).FindAsync(customer, second.Id),
        ];

        Assert.All(details, detail => Assert.Equal(detail!.View.Row.Due, CalculateDue(detail)));
        Assert.Equal(
            [InvoicePaymentKind.Payment, InvoicePaymentKind.ReturnedToBalance], details[0]!.Payments.Select(p => p.Kind).Order());
        Assert.Equal([InvoicePaymentKind.FromBalance], details[1]!.Payments.Select(p => p.Kind));
    }

    [Theory]
    [EachProvider]
    public async Task An_invoice_is_found_by_its_reseller_and_its_customer_alone(string provider)
    {
        await using var database = await databases.OpenAsync(provider);
        var fixture = await InvoicingFixture.OpenAsync(database);
        var invoice = await fixture.InvoiceAsync();
        var neighbour = await database.Data.AddCustomerAsync(fixture.Owner, "Neighbour");
        var (_, rival) = await database.Data.AddResellerAsync("fabrikam");
        var details = Details(database);

        Assert.NotNull(await details.FindAsync(fixture.Owner, invoice.Id));
        Assert.NotNull(await details.FindAsync(TestData.CreateAdmin(fixture.Customer), invoice.Id));
        Assert.Null(await details.FindAsync(TestData.CreateAdmin(neighbour), invoice.Id));
        Assert.Null(await details.FindAsync(rival, invoice.Id));
        Assert.Null(await details.FindAsync(fixture.Owner, Guid.NewGuid()));
        Assert.Empty((await Queries(database).ListUnpaidAsync(TestData.CreateAdmin(neighbour), 5)).Rows);
        await Assert.ThrowsAsync<InvalidOperationException>(() => Queries(database).ListUnpaidAsync(fixture.Owner, 5));
        Assert.Equal(
            invoice.Id, Assert.Single((await Queries(database).ListUnpaidAsync(TestData.CreateAdmin(fixture.Customer), 5)).Rows).Row.Id);
    }

    [Theory]
    [EachProvider]
    public async Task Unpaid_invoices_are_listed_with_the_earliest_due_date_first(string provider)
    {
        await using var database = await databases.OpenAsync(provider);
        var fixture = await InvoicingFixture.OpenAsync(database);
        var (first, second, third) = (await fixture.InvoiceAsync(), await fixture.InvoiceAsync(), await fixture.InvoiceAsync());
        await PayAsync(database, fixture.Owner, first, first.Total.Amount);
        await PayAsync(database, fixture.Owner, second, 0.01m);

        var unpaid = await Queries(database).ListUnpaidAsync(TestData.CreateAdmin(fixture.Customer), 1);

        Assert.Equal([second.Id], unpaid.Rows.Select(i => i.Row.Id));
        Assert.Equal(2, unpaid.TotalCount);
        Assert.Equal([second.Total + third.Total - new Money(1, second.Currency)], unpaid.Dues);
        Assert.Equal(InvoiceState.Overdue, unpaid.Rows[0].Row.State);
    }

    [Theory]
    [EachProvider]
    public async Task The_entries_of_an_invoice_are_listed_alone(string provider)
    {
        await using var database = await databases.OpenAsync(provider);
        var fixture = await InvoicingFixture.OpenAsync(database);
        foreach (var _ in Enumerable.Range(0, 4))
        {
            await database.UseAsync(fixture.Secret, 1);
        }

        var ledger = new CustomerLedgerQueries(database.Database);
        var customer = TestData.CreateAdmin(fixture.Customer);

        var range = await ledger.ReadPageAsync(customer, 0, 2, (2, 4));
        var rest = await ledger.ReadPageAsync(customer, 2, 2, (2, 4));
        var beyond = await ledger.ReadPageAsync(customer, 0, 25, (3, 99));
        var none = await ledger.ReadPageAsync(customer, 0, 25, (50, 99));

        Assert.Equal([4L, 3L], range.Rows.Select(r => r.Sequence));
        Assert.Equal([2L], rest.Rows.Select(r => r.Sequence));
        Assert.Equal([4L, 3L], beyond.Rows.Select(r => r.Sequence));
        Assert.Equal((3L, 2L), (range.TotalCount, beyond.TotalCount));
        Assert.Equal((0, 0L), (none.Rows.Count, none.TotalCount));
    }

    private static Money CalculateDue(InvoiceDetail detail) =>
        detail.View.Row.Total + detail.View.Row.LateFee - detail.View.WrittenOff
            - Money.Sum(detail.Payments.Select(p => p.Amount), detail.View.Currency)
            - Money.Sum(detail.View.Row.CreditNotes.Select(n => n.Total), detail.View.Currency);

    private static InvoiceQueries Queries(TestDatabase database) => new(database.Database, database.Clock);

    private static InvoiceDetailQueries Details(TestDatabase database) => new(database.Database, Queries(database));

    private static Task<Payment> PayAsync(TestDatabase database, Actor owner, Invoice invoice, decimal amount) =>
        TestData.Valued(new InvoicePaymentService(
            database.Database, new AccountPausePolicy(database.Database, database.Clock), database.Clock).RecordAsync(
                owner,
                new ReceivedPayment(
                    invoice.Id, amount, DateOnly.FromDateTime(database.Clock.GetUtcNow().UtcDateTime), "", Guid.NewGuid())));
}
