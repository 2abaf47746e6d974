using System.Globalization;
using CsCheck;
using ResellerPortal.Core.Invoicing;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Testing;
using UglyToad.PdfPig;
using UglyToad.PdfPig.Content;

namespace ResellerPortal.Web.Tests.Documents;

/// <summary>How documents are laid out, whatever their length and their numbers.</summary>
public sealed class PageLayoutTests
{
    [Fact]
    public void Each_page_after_the_first_says_whose_document_it_is_and_carries_the_sum()
    {
        var sample = Sum(SampleDocuments.Sample(lines: 100));

        using var document = PdfDocument.Open(SampleDocuments.Pdf(sample));

        var carried = "";
        foreach (var page in document.GetPages())
        {
            var rows = Rows(page);
            if (page.Number > 1)
            {
                Assert.Contains(rows, row => row.StartsWith("Northwind Invoice INV-2026-0042", StringComparison.Ordinal));
                Assert.Contains(rows, row => row == $"Brought forward {carried}");
            }

            var charges = rows.Where(row => row.StartsWith("converter-", StringComparison.Ordinal)).ToList();
            var last = int.Parse(charges[^1].AsSpan("converter-".Length, 3), CultureInfo.InvariantCulture);
            if (page.Number < document.NumberOfPages)
            {
                carried = sample.Lines.Take(last).Sum(line => line.AmountMinorUnits / 100m).ToString("N2", CultureInfo.InvariantCulture);
                Assert.Contains(rows, row => row == $"Carried over {carried}");
            }
            else
            {
                Assert.DoesNotContain(rows, row => row.StartsWith("Carried over", StringComparison.Ordinal));
                Assert.Equal(100, last);
            }
        }
    }

    [Fact]
    public void What_is_to_pay_is_never_alone_on_a_page()
    {
        foreach (var lines in Enumerable.Range(1, 70))
        {
            using var document = PdfDocument.Open(SampleDocuments.Pdf(Sum(SampleDocuments.Sample(lines)) with
            {
                Account = new BankAccount("Northwind", "LT121000011101001000", ""),
            }));
            var rows = document.GetPages().Select(Rows).Single(rows => rows.Contains("Payment"));
            Assert.Contains(rows, row => row.StartsWith("converter-", StringComparison.Ordinal));
            Assert.Contains(rows, row => row.StartsWith("Please pay", StringComparison.Ordinal));
            Assert.Contains(rows, row => row.Contains("Total EUR", StringComparison.Ordinal));
        }
    }

    [Theory]
    [InlineData("EUR", "en")]
    [InlineData("JPY", "de")]
    [InlineData("KWD", "fr")]
    public void Long_numbers_and_names_stand_beside_each_other(string currency, string language)
    {
        var sample = SampleDocuments.Sample(lines: 2);
        var snapshot = Sum(sample with
        {
            Currency = Currency.FromCode(currency),
            Language = language,
            Number = "NORTHWIND-CONVERSIONS-2026-INVOICE-0000000042",
            Seller = sample.Seller with { Name = string.Join(' ', Enumerable.Repeat("Elektrizitätenhauptbetriebswerk", 5)) },
            BuyerReference = new string('R', 100),
            PayLink = "https://pay.example/" + new string('p', 150),
            Account = new BankAccount("Northwind", "LT121000011101001000", ""),
            Lines =
            [
                sample.Lines[0] with
                {
                    Quantity = 123_456_789_012,
                    UnitPriceMicros = 9_999_999_123_456,
                    AmountMinorUnits = 900_719_925_474_099,
                },
                sample.Lines[1],
            ],
        });

        var pdf = SampleDocuments.Pdf(snapshot);

        Assert.Empty(PdfText.Overlaps(pdf));
        using var document = PdfDocument.Open(pdf);
        Assert.All(document.GetPages().SelectMany(page => page.Letters), letter => Assert.InRange(letter.EndBaseLine.X, 0, 595 - 40));
    }

    [Theory]
    [InlineData("en", "Credit note")]
    [InlineData("de", "Rechnungskorrektur")]
    [InlineData("fr", "Avoir")]
    [InlineData("es", "Factura rectificativa")]
    [InlineData("lt", "Kreditinė sąskaita")]
    public void The_title_is_whole_in_every_language(string language, string title)
    {
        var sample = SampleDocuments.Sample(lines: 1);

        var pdf = SampleDocuments.Pdf(sample with
        {
            Language = language,
            Credits = new SnapshotCredit("INV-0", sample.IssuedOn, "Agreed"),
        });

        Assert.Contains(title, PdfText.Read(pdf), StringComparison.Ordinal);
    }

    /// <summary>What is read aloud has no positions to tell the end of a line by.</summary>
    [Fact]
    public void Words_at_the_ends_of_lines_are_apart()
    {
        var sample = SampleDocuments.Sample(lines: 1);
        using var document = PdfDocument.Open(SampleDocuments.Pdf(sample with { Buyer = sample.Buyer with { Name = "東京" } }));

        var text = document.GetPage(1).Text;

        Assert.Contains("Invoice INV-2026-0042 ", text, StringComparison.Ordinal);
        Assert.Contains("Street 1 01100 Vilnius Lithuania ", text, StringComparison.Ordinal);
        Assert.Contains("東京 Road 2 ", text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_long_reference_is_whole()
    {
        var reference = string.Join('-', Enumerable.Range(10, 33));

        var text = PdfText.Read(SampleDocuments.Pdf(SampleDocuments.Sample(lines: 1) with { BuyerReference = reference }));

        Assert.Contains(reference, text.ReplaceLineEndings("").Replace(" ", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public void No_heading_is_alone_at_the_foot_of_a_page()
    {
        foreach (var lines in Enumerable.Range(0, 30))
        {
            var sample = SampleDocuments.Sample(lines: 40);
            var street = string.Join(' ', Enumerable.Repeat("Elektrizitätenhauptbetriebswerkstraße", lines));
            var seller = sample.Seller with { Address = sample.Seller.Address with { Street = street } };
            using var document = PdfDocument.Open(SampleDocuments.Pdf(Sum(sample) with { Seller = seller }));
            var pages = document.GetPages().Select(Rows).ToList();
            Assert.All(
                pages.Where(rows => rows.Any(row => row.StartsWith("Description", StringComparison.Ordinal))),
                rows => Assert.Contains(rows, row => row.StartsWith("converter-", StringComparison.Ordinal)));
        }
    }

    [Fact]
    public void Unit_prices_are_aligned_at_the_decimal_point_and_amounts_below_nothing_have_a_minus_sign()
    {
        var sample = SampleDocuments.Sample(lines: 3);
        var prices = new[] { 7L, 12_500, 25_000_000 };
        var snapshot = sample with
        {
            Lines = [.. sample.Lines.Zip(prices, (line, price) => line with { UnitPriceMicros = price })],
            NetMinorUnits = -5554,
            Taxes = [],
            TaxMinorUnits = 0,
            TotalMinorUnits = -5554,
        };

        using var document = PdfDocument.Open(SampleDocuments.Pdf(snapshot));

        var words = document.GetPage(1).GetWords().ToList();
        var points = new[] { "0.000007", "0.0125", "25.00" }
            .Select(price => words.Single(word => word.Text == price))
            .Select(word => word.Letters.Single(letter => letter.Value == ".").StartBaseLine.X)
            .ToList();
        Assert.All(points, x => Assert.Equal(points[0], x, tolerance: 0.1));
        Assert.Contains(words, word => word.Text == "−55.54");
        Assert.DoesNotContain(words, word => word.Text.StartsWith('-'));
    }

    [Fact]
    public void Every_random_document_is_accessible_and_archivable() => RandomDocuments.ForProfile(ElectronicProfile.Standard).Sample(
        snapshot =>
        {
            var days = Enumerable.Range(0, 31).Select(day => new SnapshotDay(snapshot.PeriodFrom.AddDays(day), day));
            var pdf = SampleDocuments.Pdf(snapshot with { Tokens = [new SnapshotToken("production", "a1b2", [.. days])] });
            Assert.Empty(AccessibilityRules.BrokenBy(pdf));
            Assert.Empty(ArchiveRules.BrokenBy(pdf));
        },
        iter: 300);

    private static InvoiceSnapshot Sum(InvoiceSnapshot snapshot)
    {
        var net = snapshot.Lines.Sum(line => line.AmountMinorUnits);
        return snapshot with
        {
            Taxes = [new SnapshotTax("S", 2100, net, 0)],
            NetMinorUnits = net,
            TaxMinorUnits = 0,
            TotalMinorUnits = net,
        };
    }

    /// <summary>The words of each line of a page, from left to right.</summary>
    private static List<string> Rows(Page page) =>
    [
        .. page.GetWords()
            .GroupBy(word => Math.Round(word.Letters[0].StartBaseLine.Y))
            .Select(row => string.Join(' ', row.OrderBy(word => word.BoundingBox.Left).Select(word => word.Text))),
    ];
}
