using System.IO.Compression;
using System.Text;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Accounts;
using ResellerPortal.Core.Insights;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Time;
using ResellerPortal.Testing;

namespace ResellerPortal.Web.Tests.Access;

public sealed class AccountingAccessTests
{
    private static readonly DateTimeOffset MidOctober = new(2026, 10, 15, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("/reseller/journal/xero?month=2026-11")]
    [InlineData("/reseller/journal/quickbooks?month=2026-11")]
    [InlineData("/reseller/journal/lexware-office?month=2026-11")]
    [InlineData("/reseller/journal.csv?month=2026-11")]
    [InlineData("/reseller/general-ledger.csv?month=2026-11")]
    [InlineData("/reseller/ec-sales-list.csv?period=2026-11")]
    [InlineData("/reseller/ec-sales-list.json?period=2026-Q4")]
    public async Task A_download_holds_the_resellers_own_documents_alone(string address)
    {
        using var server = PortalServer.Start(MidOctober);
        await InvoiceAsync(server, "northwind", "Acme", "DE136695976");
        await InvoiceAsync(server, "fabrikam", "Initech", "DK13585628");

        var own = await ReadAsync(await server.SignedInAsync("owner@northwind.example"), address);
        var others = await ReadAsync(await server.SignedInAsync("owner@fabrikam.example"), address);

        Assert.Contains("Acme", own, StringComparison.Ordinal);
        Assert.DoesNotContain("Initech", own, StringComparison.Ordinal);
        Assert.Contains("Initech", others, StringComparison.Ordinal);
        Assert.DoesNotContain("Acme", others, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_VAT_report_of_a_period_holds_the_resellers_own_documents_of_it_alone()
    {
        using var server = PortalServer.Start(MidOctober);
        var (owner, customer) = await InvoiceAsync(server, "northwind", "Acme", "DE136695976");
        await InvoiceAsync(server, "fabrikam", "Initech", "DK13585628");
        using var client = await server.SignedInAsync("owner@northwind.example");

        foreach (var period in (string[])["2026-11", "2026-Q4", "2026"])
        {
            Assert.Equal(
                "section,country,tax_category,tax_rate_percent,documents,taxable,tax,currency,taxable_booked,tax_booked,currency_booked\r\n"
                    + "reverse_charge,DE,AE,0,1,1.5,0,EUR,1.5,0,EUR\r\n",
                await client.GetStringAsync($"/reseller/vat-report.csv?period={period}"));
        }

        foreach (var period in (string[])["2026-10", "2026-12", "2026-Q3", "2025"])
        {
            var empty = await client.GetStringAsync($"/reseller/vat-report.csv?period={period}");
            Assert.Single(empty.Split("\r\n", StringSplitOptions.RemoveEmptyEntries));
        }

        using var wrong = await client.GetAsync("/reseller/vat-report.csv?period=2026-Q5");
        Assert.Equal(System.Net.HttpStatusCode.BadRequest, wrong.StatusCode);
        Assert.Single((await ReadReportAsync(server, owner)).Rows);
        await Assert.ThrowsAsync<PermissionDeniedException>(() => ReadReportAsync(server, TestData.CreateAdmin(customer)));
    }

    private static Task<VatReport> ReadReportAsync(PortalServer server, Actor actor) =>
        server.Services.GetRequiredService<VatReportQueries>().ReadAsync(actor, ReportingPeriod.ForYear(new BillingPeriod(2026, 1)));

    /// <summary>Issues an invoice of 1.50 EUR under reverse charge on 1 November.</summary>
    private static async Task<(Actor Owner, Customer Customer)> InvoiceAsync(PortalServer server, string slug, string name, string vatId)
    {
        server.Clock.MoveTo(MidOctober);
        var (_, owner) = await server.Data.AddResellerAsync(slug);
        await server.Data.BuyAsync(owner, 12_000, 180);
        var customer = await server.Data.AddCustomerAsync(owner, name);
        await TestData.Valued(server.Data.Customers.UpdateAsync(owner, customer.Id, new CustomerDetails(
            name, customer.Email, customer.Address with { Country = vatId[..2] }, vatId, TaxTreatment.ReverseCharge, 3, null)));
        await server.Data.Recorder.RecordAsync(
            owner.Scope, [TestData.Fact(await server.Data.IssueAsync(owner, customer), server.Clock.GetUtcNow(), 100)]);
        server.Clock.MoveTo(new DateTimeOffset(2026, 11, 1, 12, 0, 0, TimeSpan.Zero));
        foreach (var draft in (await server.Data.Drafter.DraftAsync(owner, new BillingPeriod(2026, 10))).Value.Results)
        {
            await TestData.Valued(server.Data.Invoices.FinaliseAsync(owner, draft.InvoiceId!.Value));
        }

        return (owner, customer);
    }

    /// <summary>The text of a file, and of the files in a ZIP with the text of PDFs.</summary>
    private static async Task<string> ReadAsync(HttpClient client, string address)
    {
        using var answer = await client.GetAsync(address);
        Assert.Equal("attachment", answer.Content.Headers.ContentDisposition!.DispositionType);
        if (answer.Content.Headers.ContentType!.MediaType != "application/zip")
        {
            return await answer.Content.ReadAsStringAsync();
        }

        var text = new StringBuilder();
        await using var zip = new ZipArchive(await answer.Content.ReadAsStreamAsync());
        foreach (var entry in zip.Entries)
        {
            using var copy = new MemoryStream();
            await using var file = await entry.OpenAsync();
            await file.CopyToAsync(copy);
            using var pdf = UglyToad.PdfPig.PdfDocument.Open(copy.ToArray());
            text.Append(entry.FullName).AppendJoin(' ', pdf.GetPages().SelectMany(page => page.GetWords()).Select(word => word.Text));
        }

        return text.ToString();
    }
}
