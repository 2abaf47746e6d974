using System.Text;
using System.Text.RegularExpressions;
using ResellerPortal.Core.Invoicing;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Documents.Invoices;
using ResellerPortal.Documents.Invoices.Electronic;
using ResellerPortal.Documents.Invoices.Pdf;
using ResellerPortal.Documents.PlainFiles;
using ResellerPortal.Testing;

namespace ResellerPortal.Web.Tests.Documents;

public sealed class InvoicePdfTests
{
    [Fact]
    public void The_document_says_what_the_snapshot_says()
    {
        var text = PdfText.Read(SampleDocuments.Pdf(SampleDocuments.Sample(lines: 2)));

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
        var pdf = SampleDocuments.Pdf(SampleDocuments.Sample(lines: 300));

        var text = PdfText.Read(pdf);
        Assert.True(PdfText.PageCount(pdf) > 5);
        Assert.All(Enumerable.Range(1, 300), i => Assert.Contains($"converter-{i:000}", text, StringComparison.Ordinal));
        Assert.Contains($"page {PdfText.PageCount(pdf)} of {PdfText.PageCount(pdf)}", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Very_long_names_do_not_break_it()
    {
        var snapshot = SampleDocuments.Sample(lines: 1);
        var longName = string.Concat(Enumerable.Repeat("Donaudampfschifffahrtsgesellschaft", 8));

        var pdf = SampleDocuments.Pdf(snapshot with { Buyer = snapshot.Buyer with { Name = longName }, PaymentInstructions = longName });

        Assert.Contains("Donaudampfschifffahrts", PdfText.Read(pdf), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("S", 2100)]
    [InlineData("AE", 0)]
    [InlineData("O", 0)]
    public void No_text_is_drawn_over_another(string taxCategory, int rate)
    {
        var snapshot = SampleDocuments.Sample(lines: 2);
        var pdf = SampleDocuments.Pdf(snapshot with
        {
            Lines = [
                .. snapshot.Lines.Select(l => l with
                {
                    Quantity = 1_234_567,
                    UnitPriceMicros = 1_234_567,
                    AmountMinorUnits = 152_415_577,
                    TaxCategory = taxCategory,
                    TaxRateBasisPoints = rate,
                }),
            ],
            Taxes = [new SnapshotTax(taxCategory, rate, 304_831_154, 0)],
        });

        Assert.Empty(PdfText.Overlaps(pdf));
    }

    [Theory]
    [InlineData("JPY", "JPY")]
    [InlineData("KWD", "0.056")]
    public void Amounts_carry_the_digits_of_their_currency(string code, string expected) =>
        Assert.Contains(
            expected,
            PdfText.Read(
                SampleDocuments.Pdf(SampleDocuments.Sample(lines: 1) with { Currency = Currency.FromCode(code), NetMinorUnits = 56 })),
            StringComparison.Ordinal);

    [Fact]
    public async Task The_same_snapshot_gives_the_same_bytes_on_a_later_day()
    {
        var first = SampleDocuments.Pdf(SampleDocuments.Sample(lines: 40));
        await Task.Delay(TimeSpan.FromSeconds(1.1), TestContext.Current.CancellationToken);

        Assert.Equal(first, SampleDocuments.Pdf(SampleDocuments.Sample(lines: 40)));
        Assert.NotEqual(first, SampleDocuments.Pdf(SampleDocuments.Sample(lines: 40) with { Number = "INV-2026-0043" }));
        Assert.Contains("converter-040", PdfText.Read(first), StringComparison.Ordinal);
    }

    [Fact]
    public void A_total_below_zero_is_not_asked_for()
    {
        var snapshot = SampleDocuments.Sample(lines: 1) with { NetMinorUnits = -5554, TaxMinorUnits = -1166, TotalMinorUnits = -6720 };

        var text = PdfText.Read(SampleDocuments.Pdf(snapshot));

        Assert.Contains("No payment is due. You have a credit of 67.20 EUR", text, StringComparison.Ordinal);
        Assert.DoesNotContain("Please pay", text, StringComparison.Ordinal);
        Assert.DoesNotContain("Payable by", Encoding.UTF8.GetString(SampleDocuments.Ubl(snapshot)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(6720, "Paid from your balance. No payment is due.", "0.00")]
    [InlineData(5000, "Please pay 17.20 EUR by", "17.20")]
    public void What_the_balance_paid_is_not_asked_for_again(long fromBalance, string said, string payable)
    {
        var snapshot = SampleDocuments.Sample(lines: 1) with { FromBalanceMinorUnits = fromBalance };

        var text = PdfText.Read(SampleDocuments.Pdf(snapshot));

        Assert.Contains(said, text, StringComparison.Ordinal);
        Assert.Contains(
            $"Paid from your balance -{fromBalance / 100m:0.00}",
            text.Replace("−", "-", StringComparison.Ordinal),
            StringComparison.Ordinal);
        Assert.Contains(
            $"<cbc:PayableAmount currencyID=\"EUR\">{payable}<",
            Encoding.UTF8.GetString(SampleDocuments.Ubl(snapshot)),
            StringComparison.Ordinal);
        Assert.Contains(
            $"<ram:DuePayableAmount>{payable}<", Encoding.UTF8.GetString(SampleDocuments.Cii(snapshot)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Documents_are_stored_as_files_and_a_disk_error_is_reported()
    {
        var folder = Directory.CreateTempSubdirectory("portal-test-");
        var invoices = Enumerable
            .Range(1, 20)
            .Select(i => SampleDocuments.Sample(lines: 1) with { Number = $"INV/2026/{i:0000}" })
            .ToList();
        await using (var writer = new DocumentWriter(new InvoicePdf(), new ElectronicInvoiceWriter()))
        {
            foreach (var invoice in invoices)
            {
                await writer.WriteAsync(folder, invoice, null);
            }

            // Currencies unknown to EN 16931 have no e-invoice.
            await writer.WriteAsync(folder, invoices[0] with { Number = "KWD-1", Currency = Currency.FromCode("KWD") }, null);
        }

        Assert.Equal(21, folder.GetFiles("*.pdf").Length);
        Assert.Equal(20, folder.GetFiles("*.xml").Length);
        Assert.Equal(SampleDocuments.Pdf(invoices[6]), await File.ReadAllBytesAsync(Path.Combine(folder.FullName, "INV-2026-0007.pdf")));
        var broken = new DocumentWriter(new InvoicePdf(), new ElectronicInvoiceWriter());
        await broken.WriteAsync(new DirectoryInfo(Path.Combine(folder.FullName, "INV-2026-0007.pdf")), invoices[0], null);
        await Assert.ThrowsAnyAsync<IOException>(() => broken.DisposeAsync().AsTask());
        folder.Delete(recursive: true);
    }

    [Theory]
    [InlineData("en", "Invoice", "1 Nov 2026", "1,234", "0.0225", "page 1 of")]
    [InlineData("de", "Rechnung", "01.11.2026", "1.234", "0,0225", "Seite 1 von")]
    [InlineData("fr", "Facture", "01/11/2026", "1 234", "0,0225", "page 1 sur")]
    [InlineData("es", "Factura", "01/11/2026", "1.234", "0,0225", "página 1 de")]
    [InlineData("lt", "Sąskaita faktūra", "2026-11-01", "1 234", "0,0225", "1 psl. iš")]
    public void Each_language_has_its_words_numbers_and_days(string language, params string[] expected)
    {
        var pdf = SampleDocuments.Pdf(SampleDocuments.Sample(lines: 2) with { Language = language });

        var text = PdfText.Read(pdf);
        Assert.All(expected, words => Assert.Contains(words, text, StringComparison.Ordinal));
        Assert.Empty(PdfText.Overlaps(pdf));
        Assert.Empty(ArchiveRules.BrokenBy(pdf));
    }

    [Theory]
    [InlineData(DocumentFont.Inter)]
    [InlineData(DocumentFont.SourceSerif)]
    [InlineData(DocumentFont.PlexSans)]
    public void Each_font_can_write_every_language(DocumentFont font)
    {
        var snapshot = SampleDocuments.Sample(lines: 2) with
        {
            Font = font,
            Language = "lt",
            Buyer = new SnapshotParty("Žąsų ūkis Ñandú & Œuvre ŠĮ ẞ", new PostalAddress("Straße 1", "1", "Åre", "SE"), null, ""),
        };

        var pdf = SampleDocuments.Pdf(snapshot);

        Assert.Equal("Žąsų ūkis Ñandú & Œuvre ŠĮ ẞ", PdfText.Read(pdf).Split('\n').First(l => l.StartsWith("Ž", StringComparison.Ordinal)));
        Assert.Contains("→", PdfText.Read(pdf), StringComparison.Ordinal);
        Assert.Empty(ArchiveRules.BrokenBy(pdf));
    }

    [Fact]
    public void The_invoice_for_machines_is_inside_it()
    {
        var snapshot = SampleDocuments.Sample(lines: 3);
        var pdf = SampleDocuments.Pdf(snapshot);
        Assert.Equal(SampleDocuments.Cii(snapshot), ArchiveRules.FindAttachment(pdf));
        Assert.Empty(ArchiveRules.BrokenBy(pdf));

        // An invoice without an EN 16931 representation is still a valid archive document.
        var without = SampleDocuments.Pdf(snapshot with { Currency = Currency.FromCode("KWD") });
        Assert.Null(ArchiveRules.FindAttachment(without));
        Assert.Empty(ArchiveRules.BrokenBy(without));
    }

    [Fact]
    public void A_PDF_that_breaks_PDF_A_is_detected()
    {
        var text = Encoding.Latin1.GetString(SampleDocuments.Pdf(SampleDocuments.Sample(lines: 1)));
        Assert.Equal(["6.6.4, part 3 level B"], Broken("<pdfaid:part>3<", "<pdfaid:part>2<"));
        Assert.Equal(["6.2.3, output intent"], Broken("/S/GTS_PDFA1", "/S/GTS_PDFX1"));
        Assert.Equal(["6.8, associated file"], Broken("/AFRelationship/Alternative", "/AFRelationship/Alternativx"));

        IReadOnlyList<string> Broken(string what, string by)
        {
            Assert.Contains(what, text, StringComparison.Ordinal);
            return ArchiveRules.BrokenBy(Encoding.Latin1.GetBytes(text.Replace(what, by, StringComparison.Ordinal)));
        }
    }

    [Fact]
    public async Task A_bank_reads_the_transfer_from_the_code()
    {
        var snapshot = SampleDocuments.Sample(lines: 2) with
        {
            Account = new BankAccount("Northwind Übersee", "LT121000011101001000", "CBVILT2X"),
        };

        // EPC069-12: service, version, characters, kind, BIC, name, IBAN, amount, purpose, reference, text.
        Assert.Equal(
            ["BCD", "002", "1", "SCT", "CBVILT2X", "Northwind Übersee", "LT121000011101001000", "EUR67.20", "", "", "INV-2026-0042"],
            (await PdfText.ReadCodeAsync(SampleDocuments.Pdf(snapshot))).Split('\n').Take(11));
        Assert.Contains("LT12 1000 0111 0100 1000", PdfText.Read(SampleDocuments.Pdf(snapshot)), StringComparison.Ordinal);
        foreach (var other in (InvoiceSnapshot[])[
            snapshot with { Currency = Currency.FromCode("USD") }, snapshot with { Account = null }, snapshot with { TotalMinorUnits = 0 },
        ])
        {
            Assert.Equal("", await PdfText.ReadCodeAsync(SampleDocuments.Pdf(other)));
        }
    }

    [Fact]
    public void A_pay_link_leads_there()
    {
        var pdf = SampleDocuments.Pdf(SampleDocuments.Sample(lines: 1) with { PayLink = "https://pay.example/INV-2026-0042" });
        Assert.Contains("/URI(https://pay.example/INV-2026-0042)", Encoding.Latin1.GetString(pdf), StringComparison.Ordinal);
        Assert.Empty(ArchiveRules.BrokenBy(pdf));
        Assert.Equal(pdf, SampleDocuments.Pdf(SampleDocuments.Sample(lines: 1) with { PayLink = "https://pay.example/INV-2026-0042" }));
    }

    /// <summary>A PNG of 389 kB took 1.7 GB and 17 seconds: by its size in pixels, or by what its data inflates to.</summary>
    [Fact]
    public void A_picture_that_is_made_to_take_much_memory_is_refused_before_it_is_decoded()
    {
        byte[][] bombs =
        [
            TestPicture.Png(30_000, 30_000, []),
            TestPicture.Png(3_999, 3_999, []),
            TestPicture.Png(1, 1, new byte[100_000_000]),
            TestPicture.Png(int.MaxValue, 1, []),
            [0xFF, 0xD8, 0xFF, 0xC0, 0, 17, 8, 0xFF, 0xFF, 0xFF, 0xFF, 3, 1, 0x22, 0, 2, 0x11, 1, 3, 0x11, 1],
            [0xFF, 0xD8, 0xFF, 0xE0, 0, 0, 0xFF, 0xE0, 0, 0],
        ];
        var pdf = new InvoicePdf();
        var before = GC.GetAllocatedBytesForCurrentThread();

        Assert.All(bombs, bomb => Assert.False(pdf.CanShow(bomb)));
        Assert.All(bombs, bomb => Assert.Throws<InvalidDataException>(() => PlainFilePdf.Draw("png", "bomb", bomb)));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 50_000_000);
    }

    [Fact]
    public void A_logo_is_shown_and_what_is_no_image_is_not_taken()
    {
        var logo = TestPicture.Png();
        var pdf = SampleDocuments.Pdf(SampleDocuments.Sample(lines: 1), logo);
        Assert.Equal(1, PdfText.ImageCount(pdf));
        Assert.Empty(ArchiveRules.BrokenBy(pdf));
        Assert.True(new InvoicePdf().CanShow(logo));
        Assert.False(new InvoicePdf().CanShow([1, 2, 3]));
        Assert.False(new InvoicePdf().CanShow(logo[..40]));
    }

    [Fact]
    public void Usage_of_each_token_and_day_is_added_and_flows_over_pages()
    {
        var days = Enumerable.Range(0, 31).Select(i => new SnapshotDay(new DateOnly(2026, 10, 1).AddDays(i), 1000 + i)).ToList();
        var snapshot = SampleDocuments.Sample(lines: 1) with
        {
            Tokens = [.. Enumerable.Range(1, 40).Select(i => new SnapshotToken($"environment-{i:00}", "ab12", days))],
        };

        var pdf = SampleDocuments.Pdf(snapshot);

        var text = PdfText.Read(pdf);
        Assert.All(Enumerable.Range(1, 40), i => Assert.Contains($"environment-{i:00} …ab12", text, StringComparison.Ordinal));
        Assert.Equal(40, Regex.Count(text, "1,030"));
        Assert.Contains("31,465 conversions", text, StringComparison.Ordinal);
        Assert.Empty(PdfText.Overlaps(pdf));
    }

    [Fact]
    public void Cost_is_printed_only_where_the_seller_says_so()
    {
        Assert.DoesNotContain("Our cost", PdfText.Read(SampleDocuments.Pdf(SampleDocuments.Sample(lines: 1))), StringComparison.Ordinal);
        Assert.Contains(
            "Our cost for the conversions on this invoice is 1.24 EUR",
            PdfText.Read(SampleDocuments.Pdf(SampleDocuments.Sample(lines: 1) with { CostMicros = 1_235_000 })),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("en", "In SEK: 617.11 SEK before tax, 129.56 SEK tax, at 1 SEK = 0.09 EUR.")]
    [InlineData("de", "In SEK: 617,11 SEK netto, 129,56 SEK Steuer, zum Kurs 1 SEK = 0,09 EUR.")]
    [InlineData("fr", "En SEK : 617,11 SEK hors taxe, 129,56 SEK de taxe, au cours de 1 SEK = 0,09 EUR.")]
    [InlineData("es", "En SEK: 617,11 SEK sin impuestos, 129,56 SEK de impuestos, al cambio 1 SEK = 0,09 EUR.")]
    [InlineData("lt", "SEK valiuta: 617,11 SEK be mokesčio, 129,56 SEK mokesčio, kursas 1 SEK = 0,09 EUR.")]
    public void What_it_is_in_the_sellers_currency_is_said_with_the_rate(string language, string said)
    {
        var snapshot = SampleDocuments.Abroad(SampleDocuments.Sample(2), "SEK", 90_000_000) with
        {
            Language = language,
            CostMicros = 300_000_000,
        };
        var text = PdfText.Read(SampleDocuments.Pdf(snapshot)).Replace('\u00a0', ' ');
        Assert.Contains(said, text, StringComparison.Ordinal);
        Assert.Contains($"300{(language == "en" ? "." : ",")}00 SEK", text, StringComparison.Ordinal);
        Assert.DoesNotContain("SEK", PdfText.Read(SampleDocuments.Pdf(SampleDocuments.Sample(2))), StringComparison.Ordinal);
    }

    [Fact]
    public void A_snapshot_of_the_first_version_is_drawn_as_well()
    {
        var json = System.Text.Json.Nodes.JsonNode.Parse(SampleDocuments.Sample(lines: 2).ToJson())!.AsObject();
        foreach (var later in (string[])[
            "account", "payLink", "font", "logoHash", "language", "electronicProfile", "verifyAt", "tokens", "costMicros",
        ])
        {
            Assert.True(json.Remove(later), later);
        }

        Assert.Contains(
            "Please pay 67.20 EUR",
            PdfText.Read(SampleDocuments.Pdf(InvoiceSnapshot.Parse(json.ToJsonString()))),
            StringComparison.Ordinal);
    }
}
