using Bunit;
using MudBlazor.Services;
using ResellerPortal.Core.Insights;
using ResellerPortal.Core.Invoicing;
using ResellerPortal.Core.Taxes;
using ResellerPortal.Core.Time;
using ResellerPortal.Web.ResellerPages.Invoicing;
using ResellerPortal.Web.Tests.Documents;

namespace ResellerPortal.Web.Tests.Components;

public sealed class VatReportTableTests : BunitContext, IAsyncLifetime
{
    public VatReportTableTests()
    {
        Services.AddMudServices();
        JSInterop.Mode = JSRuntimeMode.Loose;
    }

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task Each_row_is_shown_in_both_currencies_and_the_total_in_the_resellers()
    {
        var dollars = SampleDocuments.Abroad(
            SampleDocuments.Standard() with { Currency = Core.Monetary.Currency.FromCode("USD") }, "EUR", 1_250_000_000);

        var report = await ReportAsync(dollars, SampleDocuments.Standard());

        var table = Render<VatReportTable>(p => p.Add(c => c.Report, report));

        Assert.Equal(
            [
                "Domestic|Germany|21%|1|10.00 EUR|2.10 EUR|10.00 EUR|2.10 EUR",
                "Domestic|Germany|21%|1|10.00 USD|2.10 USD|8.00 EUR|1.68 EUR",
            ],
            table.FindAll("tbody tr").Select(row => string.Join('|', row.QuerySelectorAll("td").Select(cell => cell.TextContent.Trim()))));
        Assert.Equal(
            ["Total", "2", "18.00 EUR", "3.78 EUR"],
            table.FindAll("tfoot td").Select(cell => cell.TextContent.Trim()).Where(text => text.Length > 0));
    }

    [Fact]
    public async Task The_sales_list_names_the_VAT_IDs_and_says_what_it_lacks()
    {
        var document = SampleDocuments.Snapshot(new TaxTerms("AE", 0, null, null), [("docx → pdf", 20, 500_000, 1_000)]);

        var report = await ReportAsync(document, document with { Buyer = document.Buyer with { VatId = null } });

        var list = Render<VatSalesList>(p => p.Add(c => c.Report, report));

        Assert.Equal(
            ["Missing|Acme|Germany|10.00 EUR", "DE136695976|Acme|Germany|10.00 EUR"],
            list.FindAll("tbody tr").Select(row => string.Join('|', row.QuerySelectorAll("td").Select(cell => cell.TextContent.Trim()))));
        Assert.Contains("no VAT ID on their invoices", list.Markup, StringComparison.Ordinal);
        Assert.Contains("20.00", list.Find("tfoot").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_empty_sales_list_says_what_fills_it()
    {
        var report = await ReportAsync(SampleDocuments.Standard());

        var list = Render<VatSalesList>(p => p.Add(c => c.Report, report));

        Assert.Contains("country and VAT ID", list.Find(".rp-empty").TextContent, StringComparison.Ordinal);
        Assert.DoesNotContain("no VAT ID on their invoices", list.Markup, StringComparison.Ordinal);
    }

    private static Task<VatReport> ReportAsync(params IEnumerable<InvoiceSnapshot> documents) => VatReport.CreateAsync(
        ReportingPeriod.ForMonth(new BillingPeriod(2026, 11)),
        Core.Monetary.Currency.FromCode("EUR"),
        documents.Select(SampleJournal.Issue).ToAsyncEnumerable());
}
