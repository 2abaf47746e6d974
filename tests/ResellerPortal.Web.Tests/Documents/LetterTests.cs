using System.Diagnostics;
using System.Globalization;
using System.IO.Compression;
using System.Text;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Documents.Drawing;
using ResellerPortal.Documents.Invoices.Pdf;
using ResellerPortal.Documents.Typography;
using ResellerPortal.Testing;
using UglyToad.PdfPig;
using UglyToad.PdfPig.Tokens;

namespace ResellerPortal.Web.Tests.Documents;

/// <summary>Whatever people write can be read on documents.</summary>
public sealed class LetterTests
{
    public static TheoryData<string, bool> Faces() =>
    [
        .. ShippedFonts.Families.Select(family => (family, true)),
        .. ShippedFonts.Families.Concat(ShippedFonts.Fallbacks).Distinct().Select(family => (family, false)),
    ];

    /// <summary>A glyph made of parts that have parts themselves would lose them in a subset: a "%" became its stroke.</summary>
    [Theory]
    [MemberData(nameof(Faces))]
    public void Every_letter_of_every_shipped_font_is_drawn_whole_and_read_back(string family, bool isBold)
    {
        var name = ShippedFonts.GetFileName(family, isBold);
        var font = FontFile.Load(name);
        var letters = FontLetters(font, family, isBold);
        var pdf = Draw(flow =>
        {
            foreach (var line in letters.Chunk(30))
            {
                flow.Reserve(20);
                flow.Text(string.Join(" ", line), PdfFlow.Font(10, isBold, family), DocumentColors.Strong, flow.Left, flow.Y);
                flow.Y += 20;
            }
        });

        using var document = PdfDocument.Open(pdf);
        var read = document.GetPages().SelectMany(page => page.Letters).Select(letter => Glyph(letter.Value)).ToHashSet();
        var original = new FontOutlines(ReadShipped(name));
        var embedded = new FontOutlines(ReadEmbedded(document));

        // Letters that look alike share a glyph, which is read back as one of them.
        Assert.All(letters.Where(letter => !char.IsWhiteSpace(letter[0])), letter => Assert.Contains(Glyph(letter), read));
        Assert.All(letters, letter => Assert.Equal(Round(original.Read(Glyph(letter))), Round(embedded.Read(Glyph(letter)))));

        ushort Glyph(string letter) => font.FindGlyph(letter.EnumerateRunes().First());

        static IEnumerable<(double, double)> Round(IEnumerable<(double X, double Y)> points) =>
            points.Select(point => (Math.Round(point.X), Math.Round(point.Y)));
    }

    [Theory]
    [InlineData("شركة الهدف للتحويل المحدودة")]
    [InlineData("שלום בע\"מ")]
    [InlineData("株式会社 山田コンバージョン")]
    [InlineData("北京转换有限公司")]
    [InlineData("주식회사 변환")]
    [InlineData("บริษัท แปลงไฟล์ จำกัด")]
    [InlineData("रूपांतरण प्राइवेट लिमिटेड")]
    [InlineData("შპს გარდაქმნა")]
    [InlineData("Փոխակերպում ՍՊԸ")]
    [InlineData("Façade Ąžuolas Ωμέγα Конверсия")]
    [InlineData("Party 🎉 Ltd 👩‍💻")]
    public async Task A_name_in_any_script_is_drawn_and_can_be_copied(string name)
    {
        var sample = SampleDocuments.Sample(lines: 1);

        var buyer = sample.Buyer with { Name = name, Address = new PostalAddress(name, "1", name, "DE") };
        var pdf = SampleDocuments.Pdf(sample with { Buyer = buyer });

        Assert.Contains(name, await ReadAsync(pdf), StringComparison.Ordinal);
        Assert.Empty(new InvoicePdf().FindUnprintable(name));
        Assert.Empty(ArchiveRules.BrokenBy(pdf));
    }

    [Fact]
    public void Arabic_letters_join_and_Indic_vowels_move()
    {
        var arabic = Assert.Single(TextShaper.Shape("ببب", ShippedFonts.Text, isBold: false).Runs);
        Assert.Equal(3, arabic.Glyphs.Select(glyph => glyph.Glyph).Distinct().Count());
        Assert.Equal("Noto Sans Arabic", arabic.Family);
        var font = FontFile.Load(ShippedFonts.GetFileName("Noto Sans Devanagari", isBold: false));

        var hindi = Assert.Single(TextShaper.Shape("कि", ShippedFonts.Text, isBold: false).Runs);

        // The vowel is written after its consonant and stands before it.
        Assert.Equal(font.FindGlyph(new Rune('क')), hindi.Glyphs[^1].Glyph);
    }

    /// <summary>The line is in the order in which it is written; what is shown from left to right comes after it.</summary>
    [Theory]
    [InlineData("abc", "abc")]
    [InlineData("אבג", "גבא")]
    [InlineData("abc אבג def", "abc גבא def")]
    [InlineData("אבג abc דהו", "והד abc גבא")]
    [InlineData("אבג 123 דהו", "והד 123 גבא")]
    [InlineData("אבג (abc) 12%", "12% (abc) גבא")]
    [InlineData("abc (אבג)", "abc (גבא)")]
    [InlineData("price 12,50 אבג", "price 12,50 גבא")]
    [InlineData("ابج 12-13", "13-12 جبا")]
    [InlineData("אבג, 1.5", "1.5 ,גבא")]
    public void Lines_of_both_directions_are_shown_in_their_order(string line, string shown)
    {
        var levels = BidirectionalText.FindLevels(line);

        var ordered = BidirectionalText.Order([.. Enumerable.Range(0, line.Length)], i => levels[i]);

        Assert.Equal(shown, string.Concat(ordered.Select(i => Mirror(line[i], levels[i]))));

        static char Mirror(char letter, int level) => (letter, level % 2) switch
        {
            ('(', 1) => ')',
            (')', 1) => '(',
            _ => letter,
        };
    }

    [Theory]
    [InlineData("Ko\u030bszeg", "Kőszeg")]
    [InlineData("\ufb01le 𝐁𝐨𝐥𝐝", "file Bold")]
    public void Letters_in_another_form_are_drawn_in_the_one_that_fonts_have(string text, string shown)
    {
        Assert.Empty(new InvoicePdf().FindUnprintable(text));
        Assert.Equal(shown, string.Concat(TextShaper.Shape(text, ShippedFonts.Text, isBold: false).Runs.Select(run => run.Text)));
    }

    [Theory]
    [InlineData("a\u0600b")]
    [InlineData("x\ufff9y\ufffa\ufffbz")]
    [InlineData("a\u070fb")]
    [InlineData("q\U000110bdx")]
    [InlineData("soft\u00adhyphen \u200b\u202etest")]
    public void No_text_is_drawn_with_the_glyph_for_missing_ones(string text) =>
        Assert.All(
            TextShaper.Shape(text, ShippedFonts.Text, isBold: false).Runs.SelectMany(run => run.Glyphs),
            glyph => Assert.NotEqual(0, glyph.Glyph));

    /// <summary>Many readers know nothing but what each glyph stands for.</summary>
    [Fact]
    public void Glyphs_stand_for_their_own_letters_and_a_missing_one_for_none()
    {
        var sample = SampleDocuments.Sample(lines: 1);

        var text = PdfText.Read(SampleDocuments.Pdf(sample with { PaymentInstructions = "น้ำใจ ที่ปรึกษา 𓀀𒀀" }));

        Assert.DoesNotContain("\u200b", text, StringComparison.Ordinal);
        Assert.DoesNotContain("𓀀", text, StringComparison.Ordinal);
        Assert.Contains("□□", text, StringComparison.Ordinal);
        foreach (var letter in "นใจทปรกษ")
        {
            Assert.Contains(letter, text);
        }
    }

    [Fact]
    public void A_wrapped_paragraph_keeps_its_direction()
    {
        var font = PdfFlow.Font(9);
        var lines = TextLayout.Wrap("שלום לכולם וברוכים הבאים PDF הוא תבנית של מסמכים", font, 120);

        Assert.True(lines.Count > 1);
        Assert.All(lines, line => Assert.True(BidirectionalText.IsRightToLeft(line), line));
        Assert.All(
            TextLayout.Wrap("ConvertAPI שלום לכולם וברוכים הבאים לתבנית", font, 90),
            line => Assert.False(BidirectionalText.IsRightToLeft(line)));
    }

    [Fact]
    public async Task A_letter_that_no_font_has_is_named_and_shown_as_missing()
    {
        var sample = SampleDocuments.Sample(lines: 1);

        Assert.Equal(["𓀀", "𒀀"], new InvoicePdf().FindUnprintable("Acme 𓀀𒀀𓀀\nLtd"));

        var pdf = SampleDocuments.Pdf(sample with { Buyer = sample.Buyer with { Name = "Acme 𓀀" } });
        Assert.Contains("Acme 𓀀", await ReadAsync(pdf), StringComparison.Ordinal);
        Assert.Empty(ArchiveRules.BrokenBy(pdf));
    }

    /// <summary>Letters that the font draws by themselves, without those that only exist on others.</summary>
    private static List<string> FontLetters(FontFile font, string family, bool isBold) =>
    [
        .. Enumerable.Range(0x20, 0x1ffff)
            .Where(value => Rune.IsValid(value))
            .Select(value => new Rune(value))
            .Where(rune => StringInfo.GetNextTextElementLength($"x{rune}") == 1)
            .Where(rune => Rune.GetUnicodeCategory(rune)
                is not (UnicodeCategory.Format or UnicodeCategory.Control or UnicodeCategory.PrivateUse))
            .Where(font.Has)
            .Select(rune => rune.ToString())
            .Where(letter => letter.IsNormalized())
            .Where(letter => TextShaper.Shape(letter, family, isBold).Runs is [{ Glyphs: [var glyph] } run]
                && run.Family == family
                && glyph.Glyph == font.FindGlyph(letter.EnumerateRunes().First())),
    ];

    private static byte[] Draw(Action<PdfFlow> draw)
    {
        using var flow = new PdfFlow("Letters", "Tests");
        draw(flow);
        return flow.ToArchive(new PdfArchiveOptions(new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc), "en", Attachment: null));
    }

    private static byte[] ReadShipped(string name)
    {
        using var resource = typeof(InvoicePdf).Assembly.GetManifestResourceStream(name)!;
        var bytes = new byte[resource.Length];
        resource.ReadExactly(bytes);
        return bytes;
    }

    private static byte[] ReadEmbedded(PdfDocument document)
    {
        var file = document.Structure.CrossReferenceTable.ObjectOffsets.Keys
            .Select(reference => document.Structure.GetObject(reference).Data)
            .OfType<StreamToken>()
            .Single(stream => stream.StreamDictionary.ContainsKey(NameToken.Length1));
        using var inflated = new MemoryStream();
        using var packed = new ZLibStream(new MemoryStream(file.Data.ToArray()), CompressionMode.Decompress);
        packed.CopyTo(inflated);
        return inflated.ToArray();
    }

    /// <summary>Reads a PDF as a reader program does that copies text.</summary>
    private static async Task<string> ReadAsync(byte[] pdf)
    {
        var folder = Directory.CreateTempSubdirectory("portal-letters-");
        var file = Path.Combine(folder.FullName, "document.pdf");
        await File.WriteAllBytesAsync(file, pdf);
        using var process = Process.Start(
            new ProcessStartInfo("pdftotext", ["-enc", "UTF-8", file, "-"]) { RedirectStandardOutput = true })!;
        var text = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        folder.Delete(recursive: true);
        return text.Replace("\u202b", "", StringComparison.Ordinal).Replace("\u202c", "", StringComparison.Ordinal);
    }
}
