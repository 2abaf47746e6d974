using System.Net;
using ResellerPortal.Core.Insights;
using ResellerPortal.Core.Languages;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Documents.Invoices.Pdf;
using ResellerPortal.Testing;

namespace ResellerPortal.Web.Tests.Documents;

public sealed class StatementPdfTests
{
    private static readonly Currency Eur = Currency.FromCode("EUR");

    public static TheoryData<string> Codes => [.. DocumentLanguage.All.Select(l => l.Code)];

    [Theory]
    [MemberData(nameof(Codes))]
    public void A_statement_states_the_opening_balance_in_every_language_and_is_archivable(string code)
    {
        var language = DocumentLanguage.Get(code);
        var pdf = new StatementPdf().Draw(Statement(code, 5));

        var text = PdfText.Read(pdf);
        Assert.Contains(language.Words.Statement, text, StringComparison.Ordinal);
        Assert.Contains(string.Format(null, language.Words.PaymentFor, "INV-3"), text, StringComparison.Ordinal);
        Assert.Contains(language.Amount(new Money(123_456, Eur)).Replace('\u00a0', ' '), text, StringComparison.Ordinal);
        Assert.Contains("Ąžuolas", text, StringComparison.Ordinal);
        Assert.Empty(PdfText.Overlaps(pdf));
        Assert.Empty(ArchiveRules.BrokenBy(pdf));
        Assert.Empty(AccessibilityRules.BrokenBy(pdf));
        Assert.Equal(pdf, new StatementPdf().Draw(Statement(code, 5)));
    }

    [Fact]
    public void Many_entries_flow_over_pages_and_none_is_lost()
    {
        var pdf = new StatementPdf().Draw(Statement("en", 200));
        var text = PdfText.Read(pdf);
        Assert.True(PdfText.PageCount(pdf) > 3);
        Assert.Empty(AccessibilityRules.BrokenBy(pdf));
        Assert.All(Enumerable.Range(0, 200), i => Assert.Contains($"INV-{i}", text, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_statement_is_visible_only_to_its_customer_and_reseller()
    {
        using var server = PortalServer.Start();
        var (_, owner) = await server.Data.AddResellerAsync("northwind");
        var acme = await server.Data.AddCustomerAsync(owner, "Acme");
        var (_, stranger) = await server.Data.AddResellerAsync("fabrikam");
        await server.Data.AddCustomerAsync(stranger, "Initech");

        Assert.Contains(
            "Acme",
            PdfText.Read(await (await server.SignedInAsync("admin@acme.example")).GetByteArrayAsync("/my/statement.pdf")),
            StringComparison.Ordinal);
        Assert.DoesNotContain(
            "Acme",
            PdfText.Read(await (await server.SignedInAsync("admin@initech.example")).GetByteArrayAsync("/my/statement.pdf")),
            StringComparison.Ordinal);
        var address = $"/reseller/customers/{acme.Id}/statement.pdf";
        Assert.Equal(HttpStatusCode.OK, (await (await server.SignedInAsync("owner@northwind.example")).GetAsync(address)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await (await server.SignedInAsync("owner@fabrikam.example")).GetAsync(address)).StatusCode);
        Assert.Equal(HttpStatusCode.Redirect, (await (await server.SignedInAsync("admin@acme.example")).GetAsync(address)).StatusCode);
    }

    private static AccountStatement Statement(string language, int entries)
    {
        var (seller, buyer) = (SampleDocuments.Standard().Seller, SampleDocuments.Sample(lines: 1).Buyer);
        var kinds = Enum.GetValues<ReceivablesEntryKind>();
        var lines = Enumerable.Range(0, entries).Select(i => new StatementLine(
            new ReceivablesEntry(
                new DateOnly(2026, 1, 1).AddDays(i),
                CustomerId.New(),
                Guid.NewGuid(),
                $"INV-{i}",
                new DateOnly(2026, 2, 1),
                kinds[i % kinds.Length],
                kinds[i % kinds.Length] == ReceivablesEntryKind.Payment ? "bank 1" : $"INV-{i}",
                new Money(123_456, Eur)),
            new Money(123_456 * (i + 1), Eur)));
        return new AccountStatement(
            new StatementStyle(seller, buyer, language, DocumentFont.Inter, "#0f6d62"),
            new DateOnly(2026, 1, 1),
            new DateOnly(2026, 12, 31),
            Eur,
            new Money(0, Eur),
            [.. lines],
            new Money(123_456 * entries, Eur));
    }
}
