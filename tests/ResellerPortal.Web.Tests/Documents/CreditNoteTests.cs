using System.Net;
using System.Text;
using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Invoicing;
using ResellerPortal.Core.Payments;
using ResellerPortal.Core.Pricing;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Time;
using ResellerPortal.Testing;

namespace ResellerPortal.Web.Tests.Documents;

/// <summary>Credited and written-off invoices with their documents.</summary>
public sealed class CreditNoteTests
{
    private static readonly BillingPeriod October = new(2026, 10);

    [Fact]
    public async Task Line_by_line_or_at_once_an_invoice_is_credited_to_the_last_cent()
    {
        using var server = PortalServer.Start(new DateTimeOffset(2026, 10, 15, 12, 0, 0, TimeSpan.Zero));
        var (owner, invoice) = await InvoiceAsync(server, "northwind");

        // Three lines of 0.33 with 21%: 0.21 tax on the total, but 3 × 0.07 line by line.
        Assert.Equal((99L, 21L, 3), (invoice.NetMinorUnits, invoice.TaxMinorUnits, invoice.Lines.Count));
        var first = await TestData.Valued(Service(server).IssueAsync(owner, invoice.Id, [2], "Agreed"));
        Assert.Equal(("CN-2026-0001", 33L, 7L), (first.Number, first.NetMinorUnits, first.TaxMinorUnits));
        Assert.Contains(
            "already been credited",
            (await Service(server).IssueAsync(owner, invoice.Id, [2, 3], "Again")).Refusal!.Message,
            StringComparison.Ordinal);
        Assert.Equal((InvoiceState.Open, 80L), await StandingAsync(server, owner, invoice.Id));

        var rest = await TestData.Valued(Service(server).IssueAsync(owner, invoice.Id, [1, 3], "All of it"));

        Assert.Equal(("CN-2026-0002", 66L, 14L), (rest.Number, rest.NetMinorUnits, rest.TaxMinorUnits));
        Assert.Equal((InvoiceState.Credited, 0L), await StandingAsync(server, owner, invoice.Id));
        Assert.True((await Service(server).IssueAsync(owner, invoice.Id, [1, 2, 3], "Once more")).IsRefused);
        foreach (var note in (CreditNote[])[first, rest])
        {
            var snapshot = InvoiceSnapshot.Parse(note.Snapshot);
            Assert.Empty(En16931Rules.BrokenBy(SampleDocuments.Ubl(snapshot)));
            Assert.Empty(CiiSchema.FindFaults(SampleDocuments.Cii(snapshot)));
            Assert.Empty(ArchiveRules.BrokenBy(SampleDocuments.Pdf(snapshot)));
            var text = PdfText.Read(SampleDocuments.Pdf(snapshot));
            Assert.Contains("Credit note", text, StringComparison.Ordinal);
            Assert.Contains($"of invoice {invoice.Number}", text, StringComparison.Ordinal);
            Assert.Contains(note.Reason, text, StringComparison.Ordinal);
            Assert.DoesNotContain("Please pay", text, StringComparison.Ordinal);
            Assert.Empty(PdfText.Overlaps(SampleDocuments.Pdf(snapshot)));
        }
    }

    [Fact]
    public async Task Two_people_who_credit_the_same_line_at_once_credit_it_once()
    {
        using var server = PortalServer.Start(new DateTimeOffset(2026, 10, 15, 12, 0, 0, TimeSpan.Zero));
        var (owner, invoice) = await InvoiceAsync(server, "northwind");

        var outcomes = await Task.WhenAll(
            Enumerable.Range(0, 4).Select(_ => Task.Run(() => Service(server).IssueAsync(owner, invoice.Id, [1, 2, 3], "At once"))));

        Assert.Single(outcomes, o => !o.IsRefused);
        await using var db = server.Data.Database.Open(TenantScope.CrossTenants("test"));
        Assert.Equal(["CN-2026-0001"], await db.CreditNotes.Select(n => n.Number).ToListAsync());
        Assert.Equal(invoice.Total.MinorUnits, (await db.Invoices.SingleAsync()).CreditedMinorUnits);
    }

    [Fact]
    public async Task An_amount_due_is_written_off_once_and_cannot_be_paid_afterwards()
    {
        using var server = PortalServer.Start(new DateTimeOffset(2026, 10, 15, 12, 0, 0, TimeSpan.Zero));
        var (owner, invoice) = await InvoiceAsync(server, "northwind");
        var payments = server.Services.GetRequiredService<InvoicePaymentService>();
        var payment = new ReceivedPayment(invoice.Id, 0.20m, new DateOnly(2026, 11, 1), "", Guid.NewGuid());
        await TestData.Valued(payments.RecordAsync(owner, payment));

        Assert.Contains("reason", (await Service(server).WriteOffAsync(owner, invoice.Id, " ")).Refusal!.Message, StringComparison.Ordinal);
        Assert.Equal(100, (await TestData.Valued(Service(server).WriteOffAsync(owner, invoice.Id, "Insolvent"))).WrittenOffMinorUnits);

        Assert.Equal((InvoiceState.Uncollectible, 0L), await StandingAsync(server, owner, invoice.Id));
        Assert.True((await Service(server).WriteOffAsync(owner, invoice.Id, "Again")).IsRefused);
        Assert.True((await payments.RecordAsync(owner, payment with { IdempotencyKey = Guid.NewGuid() })).IsRefused);
        Assert.Empty(
            (await server.Services.GetRequiredService<InvoiceQueries>().ReadPageAsync(
                owner, new InvoiceFilter(InvoiceShow.Unpaid), InvoiceSort.Month, true, 0, 10)).Rows);
    }

    [Fact]
    public async Task Credit_notes_are_seen_by_their_own_customer_and_reseller_alone()
    {
        using var server = PortalServer.Start(new DateTimeOffset(2026, 10, 15, 12, 0, 0, TimeSpan.Zero));
        var (owner, invoice) = await InvoiceAsync(server, "northwind");
        var (stranger, _) = await InvoiceAsync(server, "fabrikam", "Initech");
        await server.Data.AddCustomerAsync(owner, "Neighbour");
        Assert.True((await Service(server).IssueAsync(stranger, invoice.Id, [1], "Mine")).IsRefused);
        Assert.True((await Service(server).WriteOffAsync(stranger, invoice.Id, "Mine")).IsRefused);
        await using (var db = server.Data.Database.Open(TenantScope.CrossTenants("test")))
        {
            var customer = await db.Customers.SingleAsync(c => c.Id == invoice.CustomerId);
            await Assert.ThrowsAsync<PermissionDeniedException>(
                () => Service(server).IssueAsync(TestData.CreateAdmin(customer), invoice.Id, [1], "Mine"));
        }

        var note = await TestData.Valued(Service(server).IssueAsync(owner, invoice.Id, [1], "Agreed"));

        foreach (var kind in (string[])["pdf", "xml", "cii.xml"])
        {
            Assert.Equal(HttpStatusCode.OK, await StatusAsync("owner@northwind.example", $"/reseller/credit-notes/{note.Id}.{kind}"));
            Assert.Equal(HttpStatusCode.OK, await StatusAsync("admin@acme.example", $"/my/credit-notes/{note.Id}.{kind}"));
            Assert.Equal(HttpStatusCode.NotFound, await StatusAsync("owner@fabrikam.example", $"/reseller/credit-notes/{note.Id}.{kind}"));
            Assert.Equal(HttpStatusCode.NotFound, await StatusAsync("admin@initech.example", $"/my/credit-notes/{note.Id}.{kind}"));
            Assert.Equal(HttpStatusCode.NotFound, await StatusAsync("admin@neighbour.example", $"/my/credit-notes/{note.Id}.{kind}"));
        }

        // The lot cost 0.015 per conversion.
        var xml = Encoding.UTF8.GetString(
            await (await server.SignedInAsync("admin@acme.example")).GetByteArrayAsync($"/my/credit-notes/{note.Id}.xml"));
        Assert.DoesNotContain("0.015", xml, StringComparison.Ordinal);

        async Task<HttpStatusCode> StatusAsync(string email, string path) =>
            (await (await server.SignedInAsync(email)).GetAsync(path)).StatusCode;
    }

    private static CreditNoteService Service(PortalServer server) => server.Services.GetRequiredService<CreditNoteService>();

    private static async Task<(InvoiceState State, long Due)> StandingAsync(PortalServer server, Actor owner, Guid invoiceId)
    {
        var row = (await server.Services.GetRequiredService<InvoiceQueries>().FindAsync(owner, invoiceId))!.Row;
        return (row.State, row.Due.MinorUnits);
    }

    private static async Task<(Actor Owner, Invoice Invoice)> InvoiceAsync(PortalServer server, string slug, string customerName = "Acme")
    {
        server.Clock.MoveTo(new DateTimeOffset(2026, 10, 15, 12, 0, 0, TimeSpan.Zero));
        var (reseller, owner) = await server.Data.AddResellerAsync(slug);
        await server.Data.BuyAsync(owner, 12_000, 180);
        await server.Data.PriceAsync(owner, null, new Markup.FixedPrice(330_000, reseller.Currency), October.FirstDay);
        var token = await server.Data.IssueAsync(owner, await server.Data.AddCustomerAsync(owner, customerName));
        await server.Data.Recorder.RecordAsync(
            owner.Scope,
            [.. new[] { "docx-to-pdf", "html-to-pdf", "png-to-pdf" }.Select(c => TestData.Fact(token, server.Clock.GetUtcNow(), 1, c))]);
        server.Clock.MoveTo(new DateTimeOffset(2026, 11, 1, 12, 0, 0, TimeSpan.Zero));
        var draft = (await server.Data.Drafter.DraftAsync(owner, October)).Value.Results.Single();
        return (owner, await TestData.Valued(server.Data.Invoices.FinaliseAsync(owner, draft.InvoiceId!.Value)));
    }
}
