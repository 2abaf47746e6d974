using System.Globalization;
using PdfSharp.Drawing;

namespace ResellerPortal.Documents.Typography;

/// <summary>Measures text in points and fits it into a width.</summary>
internal static class TextLayout
{
    private const double SmallestSize = 5;
    private const char FirstRightToLeft = '\u0590';

    /// <summary>More letters than a line of a page holds; longer words are measured piece by piece.</summary>
    private const int MaxLineLength = 1_000;

    public static double Measure(string text, XFont font)
    {
        var (shown, file) = (Show(text), FontFile.Load(font));
        return font.Size * (file.IsPlain(shown) ? file.Measure(shown) : TextShaper.Shape(shown, font.FontFamily.Name, font.Bold).Width);
    }

    /// <summary>A no-break space has done its work; it is drawn as a regular one, which all fonts have and readers search for.</summary>
    public static string Show(string text) => text.Replace('\u00a0', ' ');

    /// <summary>Wraps text at spaces, and within words longer than a line.</summary>
    public static IReadOnlyList<string> Wrap(string text, XFont font, double width)
    {
        var lines = new List<string>();
        foreach (var paragraph in text.ReplaceLineEndings("\n").Split('\n'))
        {
            var first = lines.Count;
            var line = "";
            foreach (var word in paragraph.Split(' '))
            {
                var candidate = line.Length == 0 ? word : line + " " + word;
                if (candidate.Length <= MaxLineLength && Measure(candidate, font) <= width)
                {
                    line = candidate;
                    continue;
                }

                if (line.Length > 0)
                {
                    lines.Add(line);
                }

                line = Break(word, font, width, lines);
            }

            lines.Add(line);
            KeepDirection(paragraph, lines, first);
        }

        return lines;
    }

    /// <summary>Marks the lines of a paragraph that would run in another direction than it by themselves.</summary>
    private static void KeepDirection(string paragraph, List<string> lines, int first)
    {
        if (paragraph.All(character => character < FirstRightToLeft))
        {
            return;
        }

        var isRight = BidirectionalText.IsRightToLeft(paragraph);
        for (var i = first; i < lines.Count; i++)
        {
            lines[i] = BidirectionalText.IsRightToLeft(lines[i]) == isRight ? lines[i] : (isRight ? '\u200f' : '\u200e') + lines[i];
        }
    }

    /// <summary>Truncates text that is wider than a cell, with an ellipsis.</summary>
    public static string Fit(string text, XFont font, double width) =>
        Measure(text, font) <= width ? text : text[..CountFitting(text, font, width - Measure("…", font))].TrimEnd() + "…";

    /// <summary>The largest font, of at most the given one's size, in which a text fits.</summary>
    public static XFont Shrink(string text, XFont font, double width)
    {
        var needed = Measure(text, font);

        // A little less, so that rounding does not make it too wide again.
        var size = Math.Max(SmallestSize, font.Size * width / needed * 0.999);
        return needed <= width ? font : new XFont(font.FontFamily.Name, size, font.Style, XPdfFontOptions.UnicodeDefault);
    }

    /// <summary>Adds the lines that a word fills.</summary>
    /// <returns>What is left of it.</returns>
    private static string Break(string word, XFont font, double width, List<string> lines)
    {
        for (var at = 0; ;)
        {
            var head = word.Substring(at, Math.Min(MaxLineLength, word.Length - at));
            var fits = Measure(head, font) <= width ? head.Length : CountFitting(head, font, width);
            if (at + fits == word.Length)
            {
                return head;
            }

            lines.Add(head[..fits]);
            at += fits;
        }
    }

    /// <summary>Counts the characters from a line's start that fit, at least one letter with its marks.</summary>
    private static int CountFitting(string line, XFont font, double width)
    {
        var ends = StringInfo.ParseCombiningCharacters(line).Skip(1).Append(line.Length).ToArray();
        var (low, high) = (0, ends.Length - 1);
        while (low < high)
        {
            var middle = (low + high + 1) / 2;
            (low, high) = Measure(line[..ends[middle]], font) <= width ? (middle, high) : (low, middle - 1);
        }

        return ends[low];
    }
}
