using System.Text;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Insights;
using ResellerPortal.Core.Invoicing;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Time;
using ResellerPortal.Documents.Tables;
using ResellerPortal.Testing;

namespace ResellerPortal.Web.Tests.Documents;

public sealed class DatevFileTests
{
    private static readonly DateTimeOffset MidOctober = new(2026, 10, 15, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task A_months_documents_are_bookings_of_each_reseller_alone()
    {
        using var server = PortalServer.Start(MidOctober);
        var (_, owner) = await server.Data.AddResellerAsync("northwind");
        await server.Data.BuyAsync(owner, 12_000, 180);
        var (first, second) = (await server.Data.AddCustomerAsync(owner, "Acme"), await server.Data.AddCustomerAsync(owner, "Birch"));
        var details = new Core.Accounts.CustomerDetails(
            "Birch \"& Söhne", second.Email, second.Address, "DE136695976", TaxTreatment.ReverseCharge, 3, null);
        await TestData.Valued(server.Data.Customers.UpdateAsync(owner, second.Id, details));
        foreach (var customer in new[] { first, second })
        {
            await server.Data.Recorder.RecordAsync(
                owner.Scope, [TestData.Fact(await server.Data.IssueAsync(owner, customer), server.Clock.GetUtcNow(), 100)]);
        }

        server.Clock.MoveTo(new DateTimeOffset(2026, 11, 1, 12, 0, 0, TimeSpan.Zero));
        foreach (var draft in (await server.Data.Drafter.DraftAsync(owner, new BillingPeriod(2026, 10))).Value.Results)
        {
            await TestData.Valued(server.Data.Invoices.FinaliseAsync(owner, draft.InvoiceId!.Value));
        }

        var page = await server.Services.GetRequiredService<InvoiceQueries>().ReadPageAsync(
            owner, draftsOnly: false, unpaidOnly: false, second.Id, 0, 1);
        await TestData.Valued(server.Services.GetRequiredService<CreditNoteService>().IssueAsync(owner, page.Rows[0].Id, [1], "Agreed"));
        var journal = server.Services.GetRequiredService<JournalExport>();
        Assert.Contains(
            "4 digits",
            (await journal.SetAsync(owner, new JournalAccountNumbers(29098, 55003, 440, 8336, 8338, 10_000))).Refusal!.Message,
            StringComparison.Ordinal);
        await TestData.Valued(journal.SetAsync(owner, new JournalAccountNumbers(29098, 55003, 4400, 4336, 4338, 20_000)));
        var (_, stranger) = await server.Data.AddResellerAsync("fabrikam");

        var bytes = await (await server.SignedInAsync("owner@northwind.example")).GetByteArrayAsync("/reseller/journal.csv?month=2026-11");

        Assert.Equal(Encoding.UTF8.GetPreamble(), bytes[..3]);
        var lines = Encoding.UTF8.GetString(bytes[3..]).Split("\r\n");

        // Noon UTC is 14:00 in Vilnius; the server clock keeps running.
        Assert.Matches(
            "^\"EXTF\";700;21;\"Buchungsstapel\";13;202611011400[0-9]{5};;"
                + "\"RP\";\"\";\"\";29098;55003;20260101;4;20261101;20261130;\"Rechnungen 2026-11\"",
            lines[0]);
        Assert.Equal(31, lines[0].Split(';').Length);
        Assert.Equal(14, lines[1].Split(';').Length);
        Assert.Equal(
            [
                "1,82;\"S\";\"EUR\";;;\"\";20000;4400;\"\";0111;\"INV-2026-0001\";\"151126\";;\"Acme\"",
                "1,50;\"S\";\"EUR\";;;\"\";20001;4336;\"\";0111;\"INV-2026-0002\";\"151126\";;\"Birch \"\"& Söhne\"",
                "1,50;\"H\";\"EUR\";;;\"\";20001;4336;\"\";0111;\"CN-2026-0001\";\"\";;\"Birch \"\"& Söhne\"",
                "",
            ],
            lines[2..]);
        Assert.Empty((await journal.ReadMonthAsync(stranger, new BillingPeriod(2026, 11))).Lines);
        Assert.Equal(10_000, (await journal.ReadAsync(stranger)).FirstDebtor);
        await Assert.ThrowsAsync<PermissionDeniedException>(() => journal.ReadAsync(TestData.CreateAdmin(first)));
    }

    [Fact]
    public void A_document_in_another_currency_is_booked_with_its_rate_and_worth()
    {
        var snapshot = SampleDocuments.Abroad(
            SampleDocuments.Standard() with { Currency = Core.Monetary.Currency.FromCode("USD") }, "EUR", 1_095_600_000);
        var document = new IssuedDocument(default, snapshot);
        var batch = new JournalBatch(
            new BillingPeriod(2026, 11), MidOctober.DateTime, new JournalAccounts { ResellerId = default }, document.Booked!.Net.Currency,
            [new JournalLine(document, 10_000, 8400, document.Net + document.Tax, document.Booked.Gross)]);

        // 12.10 USD, of which 10.00 and 2.10 convert to 9.13 and 1.92 EUR.
        Assert.StartsWith(
            "12,10;\"S\";\"USD\";1,095600;11,05;\"EUR\";10000;8400;",
            Encoding.UTF8.GetString(DatevFileWriter.Write(batch)).Split("\r\n")[2],
            StringComparison.Ordinal);
    }
}
