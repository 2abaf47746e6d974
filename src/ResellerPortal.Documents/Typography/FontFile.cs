using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using HarfBuzzSharp;
using PdfSharp.Drawing;

namespace ResellerPortal.Documents.Typography;

/// <summary>A shipped font: its bytes for PDFs and its tables for shaping. Loaded once per process and safe for several threads.</summary>
internal sealed class FontFile
{
    private const int EndOfPlain = 0x2c00;

    private static readonly ConcurrentDictionary<string, Lazy<FontFile>> Loaded = new(StringComparer.Ordinal);

    /// <summary>The advance of each plain letter in font units; -1 for what is not plain.</summary>
    private readonly Lazy<int[]> _plain;

    private readonly Lazy<Dictionary<ushort, int>> _characters;

    private FontFile(byte[] bytes)
    {
        Bytes = CompositeGlyphs.Flatten(bytes);
        var pinned = GCHandle.Alloc(Bytes, GCHandleType.Pinned);
        var face = new Face(new Blob(pinned.AddrOfPinnedObject(), Bytes.Length, MemoryMode.ReadOnly), 0);
        face.MakeImmutable();
        UnitsPerEm = face.UnitsPerEm;
        Shaper = new Font(face);
        Shaper.SetScale(UnitsPerEm, UnitsPerEm);
        _characters = new Lazy<Dictionary<ushort, int>>(() => Enumerable.Range(0, 0x10000)
            .Where(character => Rune.IsValid(character) && Has(new Rune(character)))
            .GroupBy(character => FindGlyph(new Rune(character)))
            .ToDictionary(glyph => glyph.Key, glyph => glyph.First()));
        _plain = new Lazy<int[]>(() =>
            [.. Enumerable.Range(0, EndOfPlain).Select(character => IsPlain(character) ? GetAdvance(FindGlyph(new Rune(character))) : -1)]);
    }

    public byte[] Bytes { get; }

    public int UnitsPerEm { get; }

    /// <summary>The font as HarfBuzz knows it, in font units.</summary>
    public Font Shaper { get; }

    /// <param name="name">The name of the file.</param>
    public static FontFile Load(string name) => Loaded.GetOrAdd(name, _ => new Lazy<FontFile>(() =>
    {
        using var resource = typeof(FontFile).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"The font {name} is missing from the build.");
        var bytes = new byte[resource.Length];
        resource.ReadExactly(bytes);
        return new FontFile(bytes);
    })).Value;

    public static FontFile Load(XFont font) => Load(ShippedFonts.GetFileName(font.FontFamily.Name, font.Bold));

    public bool Has(Rune character) => FindGlyph(character) != 0;

    /// <returns>The glyph that the font has for a character by itself; 0 if it has none.</returns>
    public ushort FindGlyph(Rune character) => Shaper.TryGetGlyph((uint)character.Value, out var glyph) ? (ushort)glyph : (ushort)0;

    /// <returns>A character that the font draws with a glyph by itself; 0 if there is none.</returns>
    public int FindCharacter(ushort glyph) => _characters.Value.GetValueOrDefault(glyph);

    /// <returns>The width of a glyph, in font units.</returns>
    public int GetAdvance(ushort glyph)
    {
        Shaper.GetGlyphAdvanceForDirection(glyph, Direction.LeftToRight, out var advance, out _);
        return advance;
    }

    /// <summary>Whether a text is a row of this font's letters from left to right, of which each is drawn by itself.</summary>
    public bool IsPlain(string text)
    {
        var plain = _plain.Value;
        foreach (var character in text)
        {
            if (character >= EndOfPlain || plain[character] < 0)
            {
                return false;
            }
        }

        return true;
    }

    /// <returns>The width of a plain text, in ems.</returns>
    public double Measure(string plainText)
    {
        var plain = _plain.Value;
        var width = 0L;
        foreach (var character in plainText)
        {
            width += plain[character];
        }

        return (double)width / UnitsPerEm;
    }

    private bool IsPlain(int character) =>
        character is < 0x0590 or >= 0x1d00
            && !(character is >= 0xd800 and <= 0xdfff)
            && Has(new Rune(character))
            && Rune.GetUnicodeCategory(new Rune(character)) is not (UnicodeCategory.NonSpacingMark
                or UnicodeCategory.SpacingCombiningMark
                or UnicodeCategory.EnclosingMark
                or UnicodeCategory.Format
                or UnicodeCategory.Control);
}
