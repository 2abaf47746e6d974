using System.Globalization;
using System.Text;
using HarfBuzzSharp;
using Buffer = HarfBuzzSharp.Buffer;

namespace ResellerPortal.Documents.Typography;

/// <summary>A glyph and where it stands.</summary>
/// <param name="Text">What the glyph stands for; empty if a glyph before it stands for the whole.</param>
/// <param name="X">From the start of the line, in ems.</param>
/// <param name="Y">Above the baseline, in ems.</param>
/// <param name="Advance">The width that the font gives the glyph, in ems.</param>
internal readonly record struct PlacedGlyph(ushort Glyph, string Text, double X, double Y, double Advance);

/// <summary>Glyphs of one font in one direction.</summary>
/// <param name="Text">What they say, in the order in which it is read.</param>
/// <param name="IsMissing">Whether its glyphs stand for letters that no font has.</param>
internal sealed record GlyphRun(string Family, string Text, IReadOnlyList<PlacedGlyph> Glyphs, bool IsMissing);

/// <param name="Width">In ems.</param>
internal sealed record ShapedText(double Width, IReadOnlyList<GlyphRun> Runs);

/// <summary>
/// Turns a line of any script into glyphs: chooses fonts, puts the runs of both directions in order, and joins, stacks and reorders letters
/// as their script does (HarfBuzz).
/// </summary>
internal static class TextShaper
{
    /// <summary>Stands for a letter that no font has.</summary>
    public static readonly Rune Missing = new('□');

    /// <returns>The letters that no font has, each once.</returns>
    public static IReadOnlyList<string> FindMissing(string text) =>
    [
        .. GetClusters(Compose(text, ShippedFonts.Text, isBold: false))
            .Where(cluster => FindFamily(cluster, ShippedFonts.Text, isBold: false) is null)
            .Distinct(StringComparer.Ordinal),
    ];

    public static ShapedText Shape(string line, string family, bool isBold)
    {
        line = Compose(line, family, isBold);
        var levels = BidirectionalText.FindLevels(line);
        var runs = new List<Run>();
        var at = 0;
        foreach (var cluster in GetClusters(line))
        {
            var font = FindFamily(cluster, family, isBold);
            if (font is not null
                && runs.Count > 0
                && runs[^1] is { IsMissing: false } last
                && last.Family == font
                && last.Level == levels[at])
            {
                runs[^1] = last with { Length = last.Length + cluster.Length };
            }
            else
            {
                runs.Add(new Run(font ?? ShippedFonts.Text, at, cluster.Length, levels[at], IsMissing: font is null));
            }

            at += cluster.Length;
        }

        var (x, placed) = (0.0, new List<GlyphRun>());
        foreach (var run in BidirectionalText.Order(runs, run => run.Level))
        {
            placed.Add(Shape(line, run, isBold, ref x));
        }

        return new ShapedText(x, placed);
    }

    /// <summary>
    /// Letters and their marks as one character where there is one (NFC), and what no font has as the letters that it stands for (NFKC),
    /// such as "fi" for its ligature.
    /// </summary>
    private static string Compose(string text, string family, bool isBold)
    {
        if (text.EnumerateRunes().Contains(Rune.ReplacementChar))
        {
            return text;
        }

        return string.Concat(GetClusters(text.Normalize(NormalizationForm.FormC)).Select(cluster =>
            FindFamily(cluster, family, isBold) is null
            && cluster.Normalize(NormalizationForm.FormKC) is var plain
            && GetClusters(plain).All(letter => FindFamily(letter, family, isBold) is not null)
                ? plain
                : cluster));
    }

    private static GlyphRun Shape(string line, Run run, bool isBold, ref double x)
    {
        var font = FontFile.Load(ShippedFonts.GetFileName(run.Family, isBold));
        var text = line.Substring(run.Start, run.Length);
        using var buffer = new Buffer { Flags = BufferFlags.RemoveDefaultIgnorables };
        if (run.IsMissing)
        {
            buffer.AddUtf16(Missing.ToString());
        }
        else
        {
            buffer.AddUtf16(line.AsSpan(), run.Start, run.Length);
        }

        buffer.Direction = run.Level % 2 == 1 ? Direction.RightToLeft : Direction.LeftToRight;
        buffer.GuessSegmentProperties();
        font.Shaper.Shape(buffer);
        var (infos, positions) = (buffer.GlyphInfos, buffer.GlyphPositions);
        var glyphs = new List<PlacedGlyph>(infos.Length);
        var starts = infos.Select(info => (int)info.Cluster).Distinct().Order().ToList();
        double em = font.UnitsPerEm;
        var told = new HashSet<int>();
        for (var i = 0; i < infos.Length; i++)
        {
            var cluster = (int)infos[i].Cluster;
            var end = starts.Find(start => start > cluster) is > 0 and var next ? next : run.Start + run.Length;
            glyphs.Add(new PlacedGlyph(
                (ushort)infos[i].Codepoint,
                !told.Add(cluster) ? "" : run.IsMissing ? text : line[cluster..end],
                x + (positions[i].XOffset / em),
                positions[i].YOffset / em,
                font.GetAdvance((ushort)infos[i].Codepoint) / em));
            x += positions[i].XAdvance / em;
        }

        return new GlyphRun(run.Family, text, glyphs, run.IsMissing);
    }

    /// <summary>The letters of a text with their marks (UAX #29).</summary>
    private static IEnumerable<string> GetClusters(string text)
    {
        for (var at = 0; at < text.Length;)
        {
            var length = StringInfo.GetNextTextElementLength(text.AsSpan(at));
            yield return text.Substring(at, length);
            at += length;
        }
    }

    /// <returns>The first family that has a letter with its marks; null if none has.</returns>
    private static string? FindFamily(string cluster, string family, bool isBold)
    {
        return Has(family, isBold) ? family : ShippedFonts.Fallbacks.FirstOrDefault(fallback => Has(fallback, isBold));

        bool Has(string name, bool bold)
        {
            var font = FontFile.Load(ShippedFonts.GetFileName(name, bold));
            return cluster.EnumerateRunes().All(
                rune => IsInvisible(rune) || (font.Has(rune) && Rune.GetUnicodeCategory(rune) != UnicodeCategory.PrivateUse));
        }
    }

    /// <summary>Joiners, selectors and marks of direction, which no font needs to have (Default_Ignorable_Code_Point of Unicode).</summary>
    private static bool IsInvisible(Rune rune) => rune.Value is 0xad or 0x34f or 0x61c or 0xfeff or 0x3164 or 0xffa0
        or (>= 0x115f and <= 0x1160) or (>= 0x17b4 and <= 0x17b5) or (>= 0x180b and <= 0x180f) or (>= 0x200b and <= 0x200f)
        or (>= 0x202a and <= 0x202e) or (>= 0x2060 and <= 0x206f) or (>= 0xfe00 and <= 0xfe0f) or (>= 0xfff0 and <= 0xfff8)
        or (>= 0x1bca0 and <= 0x1bca3) or (>= 0x1d173 and <= 0x1d17a) or (>= 0xe0000 and <= 0xe0fff);

    private readonly record struct Run(string Family, int Start, int Length, byte Level, bool IsMissing);
}
