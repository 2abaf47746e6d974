using ResellerPortal.Core.Invoicing;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Documents.Invoices;
using ResellerPortal.Documents.Invoices.Electronic;
using ResellerPortal.Documents.Invoices.Pdf;
using ResellerPortal.Testing;

namespace ResellerPortal.Web.Tests.Documents;

public sealed class InvoicePdfTests
{
    [Fact]
    public void The_document_says_what_the_snapshot_says()
    {
        var text = PdfText.Of(Papers.Pdf(Snapshot(lines: 2)));

        Assert.Contains("INV-2026-0042", text, StringComparison.Ordinal);
        Assert.Contains("Ąžuolas ir Grüße OÜ", text, StringComparison.Ordinal);
        Assert.Contains("1,234", text, StringComparison.Ordinal);
        Assert.Contains("0.0225", text, StringComparison.Ordinal);
        Assert.Contains("67.20", text, StringComparison.Ordinal);
        Assert.Contains("1 Nov 2026", text, StringComparison.Ordinal);
        Assert.Contains(new string('a', 64), text, StringComparison.Ordinal);
    }

    [Fact]
    public void Three_hundred_lines_flow_over_pages_and_none_is_lost()
    {
        var pdf = Papers.Pdf(Snapshot(lines: 300));

        var text = PdfText.Of(pdf);
        Assert.True(PdfText.PageCount(pdf) > 5);
        Assert.All(Enumerable.Range(1, 300), i => Assert.Contains($"converter-{i:000}", text, StringComparison.Ordinal));
        Assert.Contains($"page {PdfText.PageCount(pdf)} of {PdfText.PageCount(pdf)}", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Very_long_names_do_not_break_it()
    {
        var snapshot = Snapshot(lines: 1);
        var longName = string.Concat(Enumerable.Repeat("Donaudampfschifffahrtsgesellschaft", 8));

        var pdf = Papers.Pdf(snapshot with { Buyer = snapshot.Buyer with { Name = longName }, PaymentInstructions = longName });

        Assert.Contains("Donaudampfschifffahrts", PdfText.Of(pdf), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("S", 2100)]
    [InlineData("AE", 0)]
    [InlineData("O", 0)]
    public void No_text_is_drawn_over_another(string taxCategory, int rate)
    {
        var snapshot = Snapshot(lines: 2);
        var pdf = Papers.Pdf(snapshot with
        {
            Lines = [.. snapshot.Lines.Select(l => l with { Quantity = 1_234_567, UnitPriceMicros = 1_234_567, AmountMinorUnits = 152_415_577, TaxCategory = taxCategory, TaxRateBasisPoints = rate })],
            Taxes = [new SnapshotTax(taxCategory, rate, 304_831_154, 0)],
        });

        Assert.Empty(PdfText.Overlaps(pdf));
    }

    [Theory]
    [InlineData("JPY", "JPY")]
    [InlineData("KWD", "0.056")]
    public void Amounts_carry_the_digits_of_their_currency(string code, string expected) =>
        Assert.Contains(expected, PdfText.Of(Papers.Pdf(Snapshot(lines: 1) with { Currency = Currency.Of(code), NetMinorUnits = 56 })), StringComparison.Ordinal);

    [Fact]
    public async Task The_same_snapshot_gives_the_same_bytes_on_a_later_day()
    {
        var first = Papers.Pdf(Snapshot(lines: 40));
        await Task.Delay(TimeSpan.FromSeconds(1.1), TestContext.Current.CancellationToken);

        Assert.Equal(first, Papers.Pdf(Snapshot(lines: 40)));
        Assert.NotEqual(first, Papers.Pdf(Snapshot(lines: 40) with { Number = "INV-2026-0043" }));
        Assert.Contains("converter-040", PdfText.Of(first), StringComparison.Ordinal);
    }

    [Fact]
    public void A_total_below_zero_is_not_asked_for()
    {
        var snapshot = Snapshot(lines: 1) with { NetMinorUnits = -5554, TaxMinorUnits = -1166, TotalMinorUnits = -6720 };

        var text = PdfText.Of(Papers.Pdf(snapshot));

        Assert.Contains("Nothing is to be paid. 67.20 EUR are in your favour", text, StringComparison.Ordinal);
        Assert.DoesNotContain("Please pay", text, StringComparison.Ordinal);
        Assert.DoesNotContain("Payable by", System.Text.Encoding.UTF8.GetString(Papers.Ubl(snapshot)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Documents_are_written_as_files_and_a_fault_of_the_disk_is_told()
    {
        var folder = Directory.CreateTempSubdirectory("portal-test-");
        var invoices = Enumerable.Range(1, 20).Select(i => Snapshot(lines: 1) with { Number = $"INV/2026/{i:0000}" }).ToList();
        await using (var writer = new DocumentWriter(new InvoicePdf(), new ElectronicInvoice()))
        {
            foreach (var invoice in invoices)
            {
                await writer.WriteAsync(folder, invoice, null);
            }

            // A currency that EN 16931 does not know has no e-invoice.
            await writer.WriteAsync(folder, invoices[0] with { Number = "KWD-1", Currency = Currency.Of("KWD") }, null);
        }

        Assert.Equal(21, folder.GetFiles("*.pdf").Length);
        Assert.Equal(20, folder.GetFiles("*.xml").Length);
        Assert.Equal(Papers.Pdf(invoices[6]), await File.ReadAllBytesAsync(Path.Combine(folder.FullName, "INV-2026-0007.pdf")));
        var broken = new DocumentWriter(new InvoicePdf(), new ElectronicInvoice());
        await broken.WriteAsync(new DirectoryInfo(Path.Combine(folder.FullName, "INV-2026-0007.pdf")), invoices[0], null);
        await Assert.ThrowsAnyAsync<IOException>(() => broken.DisposeAsync().AsTask());
        folder.Delete(recursive: true);
    }

    private static InvoiceSnapshot Snapshot(int lines) => new()
    {
        Version = InvoiceSnapshot.CurrentVersion,
        Number = "INV-2026-0042",
        IssuedOn = new DateOnly(2026, 11, 1),
        DueOn = new DateOnly(2026, 11, 15),
        PeriodFrom = new DateOnly(2026, 10, 1),
        PeriodTo = new DateOnly(2026, 10, 31),
        Currency = Currency.Of("EUR"),
        Seller = new SnapshotParty("Northwind", new PostalAddress("Street 1", "01100", "Vilnius", "LT"), "LT100000000019", "billing@northwind.example"),
        Buyer = new SnapshotParty("Ąžuolas ir Grüße OÜ", new PostalAddress("Road 2", "10115", "Berlin", "DE"), null, "pay@buyer.example"),
        Lines = [.. Enumerable.Range(1, lines).Select(i => new SnapshotLine($"converter-{i:000} → pdf, production", 1234, 22_500, 2777, "S", 2100))],
        Taxes = [new SnapshotTax("S", 2100, 5554, 1166)],
        NetMinorUnits = 5554,
        TaxMinorUnits = 1166,
        TotalMinorUnits = 6720,
        PaymentInstructions = "IBAN LT12 1000 0111 0100 1000",
        AccentColor = "#0f6d62",
        Ledger = new SnapshotLedgerRange(1, 1234, new string('a', 64)),
        Days = [new SnapshotDay(new DateOnly(2026, 10, 3), 1234)],
    };
}
