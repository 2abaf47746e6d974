using System.Globalization;
using System.Text;
using PdfSharp.Drawing;
using PdfSharp.Events;
using PdfSharp.Fonts;
using PdfSharp.Pdf;
using ResellerPortal.Documents.Typography;

namespace ResellerPortal.Documents.Drawing;

/// <summary>
/// Draws lines of text. Plain letters go to PDFsharp as they are; other lines are shaped first, and their glyphs placed one by one, with
/// what they stand for beside them, for those who search, copy or listen.
/// </summary>
internal sealed class PdfTextWriter
{
    private const int FirstPrivate = 0xe000;

    /// <summary>Keeps the last word of a line apart from the first of the next for those who listen.</summary>
    private const string WordEnd = " ";

    private readonly Dictionary<(string Family, double Size, bool IsBold), XFont> _fonts = [];
    private readonly Dictionary<(string Family, bool IsBold, ushort Glyph), int> _characters = [];
    private readonly Dictionary<int, string> _meanings = [];
    private CodePointGlyphIndexPair[]? _glyphs;

    public PdfTextWriter(PdfDocument document) => document.RenderEvents.RenderTextEvent += ReplaceGlyphs;

    /// <summary>What the private characters mean that stand for glyphs in PDFsharp's maps to Unicode.</summary>
    public IReadOnlyDictionary<int, string> Meanings => _meanings;

    /// <param name="x">Where the line starts on the left, in points.</param>
    /// <param name="begin">Begins or continues marked content; takes what the glyphs to come do not tell, or null.</param>
    /// <param name="end">Ends marked content.</param>
    public void Draw(
        XGraphics graphics, string text, XFont font, XColor color, double x, double baseline, Action<string?> begin, Action end)
    {
        var shown = TextLayout.Show(text);
        var brush = new XSolidBrush(color);
        if (FontFile.Load(font).IsPlain(shown))
        {
            begin(null);
            graphics.DrawString(shown + WordEnd, font, brush, x, baseline, XStringFormats.BaseLineLeft);
            return;
        }

        var shaped = TextShaper.Shape(shown, font.FontFamily.Name, font.Bold);
        foreach (var run in shaped.Runs)
        {
            var runFont = GetFont(run.Family, font.Size, font.Bold);
            foreach (var part in Split(run, font.Bold))
            {
                if (part.StartsText)
                {
                    begin(part.ActualText);
                }

                _glyphs = [.. part.Glyphs.Select(glyph => glyph.Pair)];
                var first = part.Glyphs[0].Glyph;
                graphics.DrawString(
                    new string('x', _glyphs.Length),
                    runFont,
                    brush,
                    x + (first.X * font.Size),
                    baseline - (first.Y * font.Size),
                    XStringFormats.BaseLineLeft);
                _glyphs = null;
                if (part.EndsText)
                {
                    end();
                }
            }
        }

        begin(null);
        graphics.DrawString(WordEnd, font, brush, x + (shaped.Width * font.Size), baseline, XStringFormats.BaseLineLeft);
    }

    /// <summary>
    /// Splits a run where glyphs do not stand beside each other. Where a glyph alone does not tell what it stands for, the text is added
    /// for that letter only, since reader programs put letters of languages that run to the left in order by themselves.
    /// </summary>
    private List<Part> Split(GlyphRun run, bool isBold)
    {
        var parts = new List<Part>();
        for (var from = 0; from < run.Glyphs.Count;)
        {
            var until = from + 1;
            while (until < run.Glyphs.Count && run.Glyphs[until].Text.Length == 0)
            {
                until++;
            }

            var text = run.Glyphs[from].Text;
            var shown = run.IsMissing ? TextShaper.Missing.ToString() : text;
            var glyphs = run.Glyphs.Skip(from).Take(until - from)
                .Select(glyph => (Glyph: glyph, Pair: Pair(run.Family, isBold, glyph.Glyph, shown, isAlone: until == from + 1)))
                .ToList();
            var isTold = glyphs.Count == 1 && GetMeaning(glyphs[0].Pair.CodePoint) == text;
            foreach (var (index, glyph) in glyphs.Index())
            {
                if (parts.LastOrDefault() is { } last
                    && last.IsPlain == isTold
                    && (isTold || index > 0)
                    && Follows(last.Glyphs[^1].Glyph, glyph.Glyph))
                {
                    last.Glyphs.Add(glyph);
                }
                else
                {
                    var starts = isTold || index == 0;
                    parts.Add(new Part([glyph], isTold, isTold || index > 0 ? null : text, starts) { EndsText = isTold });
                }
            }

            parts[^1].EndsText = true;
            from = until;
        }

        return parts;
    }

    private string GetMeaning(int character) => _meanings.GetValueOrDefault(character) ?? char.ConvertFromUtf32(character);

    private static bool Follows(PlacedGlyph before, PlacedGlyph glyph) =>
        glyph.Y == before.Y && Math.Abs(before.X + before.Advance - glyph.X) < 0.0001;

    private void ReplaceGlyphs(object sender, RenderTextEventArgs text) =>
        text.CodePointGlyphIndexPairs = _glyphs ?? text.CodePointGlyphIndexPairs;

    /// <summary>
    /// A character for a glyph that PDFsharp knows no other glyph by: the one that the font draws with it, or else a private one, which is
    /// given its meaning in the finished file. A glyph keeps the first.
    /// </summary>
    /// <param name="text">What the glyph stands for, alone or with others.</param>
    private CodePointGlyphIndexPair Pair(string family, bool isBold, ushort glyph, string text, bool isAlone)
    {
        if (!_characters.TryGetValue((family, isBold, glyph), out var character))
        {
            var font = FontFile.Load(ShippedFonts.GetFileName(family, isBold));
            character = text.EnumerateRunes().FirstOrDefault(rune => rune.IsBmp && font.FindGlyph(rune) == glyph).Value;
            character = character == 0 && !isAlone ? font.FindCharacter(glyph) : character;
            if (character == 0)
            {
                character = FirstPrivate + _meanings.Count;
                _meanings.Add(character, isAlone ? text : GetRest(text, font));
            }

            _characters.Add((family, isBold, glyph), character);
        }

        return new CodePointGlyphIndexPair(character, glyph);
    }

    /// <summary>The letters of a cluster that have no glyph of their own, which one that is drawn otherwise stands for.</summary>
    private static string GetRest(string text, FontFile font)
    {
        var rest = string.Concat(text.EnumerateRunes().Where(rune => Rune.GetUnicodeCategory(rune)
            is not (UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark) || !font.Has(rune)));
        return rest.Length == 0 ? "\u200b" : rest;
    }

    private XFont GetFont(string family, double size, bool isBold)
    {
        if (!_fonts.TryGetValue((family, size, isBold), out var font))
        {
            font = new XFont(family, size, isBold ? XFontStyleEx.Bold : XFontStyleEx.Regular, XPdfFontOptions.UnicodeDefault);
            _fonts.Add((family, size, isBold), font);
        }

        return font;
    }

    /// <param name="IsPlain">Whether the glyphs tell what they stand for.</param>
    /// <param name="ActualText">What the glyphs from here on do not tell; null if they do.</param>
    private sealed record Part(
        List<(PlacedGlyph Glyph, CodePointGlyphIndexPair Pair)> Glyphs, bool IsPlain, string? ActualText, bool StartsText)
    {
        public bool EndsText { get; set; }
    }
}
