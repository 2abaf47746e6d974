using CsCheck;
using ResellerPortal.Core.Insights;
using ResellerPortal.Core.Invoicing;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Taxes;
using ResellerPortal.Core.Time;

namespace ResellerPortal.Web.Tests.Documents;

public sealed class VatReportTests
{
    private static readonly ReportingPeriod November = ReportingPeriod.ForMonth(new BillingPeriod(2026, 11));
    private static readonly Currency Eur = Currency.FromCode("EUR");

    [Fact]
    public Task Whatever_the_documents_say_the_reports_sums_are_those_of_their_tax_subtotals() =>
        Gen.Select(SampleJournal.Documents, Gen.Bool).SampleAsync(
            async (documents, usesShop) =>
            {
                var settings = new SellerTaxSettings(null, usesShop);
                var report = await VatReport.CreateAsync(
                    November,
                    documents[0].ReportedNet.Currency,
                    documents.Select(d => new IssuedDocument(default, d, settings)).ToAsyncEnumerable());

                var subtotals = documents.SelectMany(d => d.Taxes.Select(t => (
                    Key: (d.Buyer.Address.Country, t.Category, t.RateBasisPoints, d.Currency),
                    Taxable: Sign(d) * t.TaxableMinorUnits,
                    Tax: Sign(d) * t.TaxMinorUnits)));
                Assert.Equal(
                    subtotals.GroupBy(t => t.Key)
                        .Select(g => (g.Key, g.Sum(t => t.Taxable), g.Sum(t => t.Tax)))
                        .OrderBy(g => g.ToString(), StringComparer.Ordinal),
                    report.Rows.GroupBy(r => (r.Country, r.Booked.Category, r.Booked.RateBasisPoints, r.Taxable.Currency))
                        .Select(g => (g.Key, g.Sum(r => r.Taxable.MinorUnits), g.Sum(r => r.Tax.MinorUnits)))
                        .OrderBy(g => g.ToString(), StringComparer.Ordinal));
                Assert.Equal(documents.Sum(d => Sign(d) * d.ReportedNet.MinorUnits), report.Net.MinorUnits);
                Assert.Equal(documents.Sum(d => Sign(d) * d.ReportedTax.MinorUnits), report.Tax.MinorUnits);
                Assert.Equal(documents.Length, report.Rows.Sum(r => r.Documents));
                Assert.Equal(
                    documents.Where(d => d.Taxes[0].Category == "AE"
                        && d.Seller.Address.Country != d.Buyer.Address.Country
                        && TaxRates.IsInTheUnion(d.Seller.Address.Country)
                        && TaxRates.IsInTheUnion(d.Buyer.Address.Country)).Sum(d => Sign(d) * d.ReportedNet.MinorUnits),
                    report.SalesListNet.MinorUnits);
                foreach (var kind in Enum.GetValues<SupplyKind>())
                {
                    Assert.Equal(
                        report.Rows.Where(r => r.Kind == kind).Sum(r => r.Booked.Net.MinorUnits), report.GetNet(kind).MinorUnits);
                }
            },
            iter: 2_000);

    [Fact]
    public async Task Domestic_shop_reverse_charge_and_exports_are_apart_and_credit_notes_reduce()
    {
        var note = Issue("DE", "DE136695976", "AE", 0) with { Credits = new SnapshotCredit("INV-0", default, "Agreed") };

        var report = await ReportAsync(
            Issue("LT", null, "S", 2100),
            Issue("DE", null, "S", 1900),
            Issue("DE", "DE136695976", "AE", 0),
            Issue("DE", "DE136695976", "AE", 0),
            note,
            Issue("US", null, "O", 0));

        Assert.Equal(
            [
                (SupplyKind.Domestic, "LT", 1, 1_000L, 210L),
                (SupplyKind.OneStopShop, "DE", 1, 1_000, 190),
                (SupplyKind.ReverseCharge, "DE", 3, 1_000, 0),
                (SupplyKind.Export, "US", 1, 1_000, 0),
            ],
            report.Rows.Select(r => (r.Kind, r.Country, r.Documents, r.Taxable.MinorUnits, r.Tax.MinorUnits)));
        Assert.Equal([new SalesListRow("DE", "DE136695976", "Acme", new Money(1_000, Eur))], report.SalesList);
    }

    [Fact]
    public async Task The_sales_list_has_a_row_for_each_VAT_ID_and_one_for_each_customer_that_lacks_it()
    {
        var nameless = Issue("FR", null, "AE", 0);

        var report = await ReportAsync(
            Issue("DE", "DE136695976", "AE", 0),
            Issue("DK", "DK13585628", "AE", 0),
            nameless,
            nameless with { Buyer = nameless.Buyer with { Name = "Birch" } },
            Issue("LT", "LT100001919017", "AE", 0));

        Assert.Equal(
            [("DE", "DE136695976", "Acme"), ("DK", "DK13585628", "Acme"), ("FR", null, "Acme"), ("FR", null, "Birch")],
            report.SalesList.Select(row => (row.Country, row.VatId, row.Name)));
    }

    private static int Sign(InvoiceSnapshot document) => document.Credits is null ? 1 : -1;

    private static Task<VatReport> ReportAsync(params IEnumerable<InvoiceSnapshot> documents) =>
        VatReport.CreateAsync(November, Eur, documents.Select(SampleJournal.Issue).ToAsyncEnumerable());

    private static InvoiceSnapshot Issue(string country, string? vatId, string category, int rate)
    {
        var snapshot = SampleDocuments.Snapshot(new TaxTerms(category, rate, null, null), [("docx → pdf", 20, 500_000, 1_000)]);
        return snapshot with
        {
            Buyer = snapshot.Buyer with { Address = snapshot.Buyer.Address with { Country = country }, VatId = vatId },
        };
    }
}
