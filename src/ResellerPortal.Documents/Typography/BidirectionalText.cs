using System.Globalization;
using System.Text;

namespace ResellerPortal.Documents.Typography;

/// <summary>
/// The order in which a line that mixes directions is shown: the Unicode Bidirectional Algorithm (UAX #9) by its implicit rules. Controls
/// that embed or isolate are ignored.
/// </summary>
internal static class BidirectionalText
{
    private const string Opening = "([{<（［｛「『【〈《";
    private const string Closing = ")]}>）］｝」』】〉》";

    private enum Kind : byte
    {
        Left,
        Right,
        Arabic,
        European,
        EuropeanSeparator,
        EuropeanTerminator,
        ArabicNumber,
        CommonSeparator,
        Mark,
        Neutral,
    }

    /// <summary>P2 and P3: whether the first letter of a text that has a direction runs from right to left.</summary>
    public static bool IsRightToLeft(string text) => FindDirection(Classify(text)) != Kind.Left;

    /// <summary>Embedding levels, one per UTF-16 code unit; odd ones run from right to left.</summary>
    public static byte[] FindLevels(string line)
    {
        var kinds = Classify(line);
        var isRight = FindDirection(kinds) != Kind.Left;
        var (paragraph, outer) = isRight ? ((byte)1, Kind.Right) : ((byte)0, Kind.Left);
        ResolveWeak(kinds, outer);
        ResolveBrackets(line, kinds, outer);
        ResolveNeutral(kinds, outer);
        var levels = new byte[line.Length];
        for (var i = 0; i < kinds.Length; i++)
        {
            levels[i] = (byte)(paragraph + (kinds[i], paragraph) switch
            {
                (Kind.Left, 1) => 1,
                (Kind.Right, 0) => 1,
                (Kind.European or Kind.ArabicNumber, 0) => 2,
                (Kind.European or Kind.ArabicNumber, _) => 1,
                _ => 0,
            });
        }

        // L1: spaces at the end stand at the end of the line.
        for (var i = line.Length - 1; i >= 0 && char.IsWhiteSpace(line[i]); i--)
        {
            levels[i] = paragraph;
        }

        return levels;
    }

    /// <summary>L2: the runs of a line in the order in which they are shown, from left to right.</summary>
    public static IReadOnlyList<T> Order<T>(IReadOnlyList<T> runs, Func<T, int> level)
    {
        var ordered = runs.ToArray();
        for (var highest = runs.Select(level).DefaultIfEmpty().Max(); highest > 0; highest--)
        {
            for (var from = 0; from < ordered.Length; from++)
            {
                var until = from;
                while (until < ordered.Length && level(ordered[until]) >= highest)
                {
                    until++;
                }

                Array.Reverse(ordered, from, until - from);
                from = Math.Max(from, until - 1);
            }
        }

        return ordered;
    }

    private static Kind FindDirection(Kind[] kinds) =>
        kinds.FirstOrDefault(kind => kind is Kind.Left or Kind.Right or Kind.Arabic, Kind.Left);

    /// <summary>W1 to W7.</summary>
    private static void ResolveWeak(Kind[] kinds, Kind outer)
    {
        var (previous, strong) = (outer, outer);
        for (var i = 0; i < kinds.Length; i++)
        {
            kinds[i] = kinds[i] switch
            {
                Kind.Mark => previous,
                Kind.European when strong == Kind.Arabic => Kind.ArabicNumber,
                var kind => kind,
            };
            previous = kinds[i];
            strong = kinds[i] is Kind.Left or Kind.Right or Kind.Arabic ? kinds[i] : strong;
        }

        for (var i = 0; i < kinds.Length; i++)
        {
            var (before, after) = (i == 0 ? outer : kinds[i - 1], i + 1 < kinds.Length ? kinds[i + 1] : outer);
            if (kinds[i] is Kind.EuropeanSeparator or Kind.CommonSeparator)
            {
                kinds[i] = before == Kind.European && after == Kind.European ? Kind.European
                    : kinds[i] == Kind.CommonSeparator && before == Kind.ArabicNumber && after == Kind.ArabicNumber ? Kind.ArabicNumber
                    : Kind.Neutral;
            }
            else if (kinds[i] == Kind.EuropeanTerminator)
            {
                var until = i;
                while (until < kinds.Length && kinds[until] == Kind.EuropeanTerminator)
                {
                    until++;
                }

                var isNumber = before == Kind.European || (until < kinds.Length && kinds[until] == Kind.European);
                Array.Fill(kinds, isNumber ? Kind.European : Kind.Neutral, i, until - i);
            }
        }

        strong = outer;
        for (var i = 0; i < kinds.Length; i++)
        {
            kinds[i] = kinds[i] switch
            {
                Kind.Arabic => Kind.Right,
                Kind.European when strong == Kind.Left => Kind.Left,
                var kind => kind,
            };
            strong = kinds[i] is Kind.Left or Kind.Right ? kinds[i] : strong;
        }
    }

    /// <summary>N0: a pair of brackets has the direction of the line if anything inside has, or else that of what it follows.</summary>
    private static void ResolveBrackets(string line, Kind[] kinds, Kind outer)
    {
        foreach (var (open, close) in FindBrackets(line, kinds))
        {
            var inside = kinds[(open + 1)..close].Where(kind => kind != Kind.Neutral).Select(Direction).ToHashSet();
            if (inside.Count == 0)
            {
                continue;
            }

            var before = kinds[..open].Where(kind => kind != Kind.Neutral).Select(Direction).LastOrDefault(outer);
            (kinds[open], kinds[close]) = inside.Contains(outer) || before == outer ? (outer, outer) : (before, before);
        }
    }

    /// <summary>BD16: brackets that belong together, by where they open.</summary>
    private static IEnumerable<(int Open, int Close)> FindBrackets(string line, Kind[] kinds)
    {
        var (open, pairs) = (new List<int>(), new List<(int Open, int Close)>());
        for (var i = 0; i < line.Length; i++)
        {
            if (kinds[i] != Kind.Neutral)
            {
                continue;
            }

            if (Opening.Contains(line[i], StringComparison.Ordinal))
            {
                open.Add(i);
            }
            else if (Closing.IndexOf(line[i], StringComparison.Ordinal) is >= 0 and var bracket
                && open.FindLastIndex(at => line[at] == Opening[bracket]) is >= 0 and var match)
            {
                pairs.Add((open[match], i));
                open.RemoveRange(match, open.Count - match);
            }
        }

        return pairs.OrderBy(pair => pair.Open);
    }

    private static Kind Direction(Kind kind) => kind == Kind.Left ? Kind.Left : Kind.Right;

    /// <summary>N1 and N2.</summary>
    private static void ResolveNeutral(Kind[] kinds, Kind outer)
    {
        for (var i = 0; i < kinds.Length; i++)
        {
            if (kinds[i] != Kind.Neutral)
            {
                continue;
            }

            var until = i;
            while (until < kinds.Length && kinds[until] == Kind.Neutral)
            {
                until++;
            }

            var before = i == 0 ? outer : Direction(kinds[i - 1]);
            var after = until == kinds.Length ? outer : Direction(kinds[until]);
            Array.Fill(kinds, before == after ? before : outer, i, until - i);
            i = until - 1;
        }
    }

    private static Kind[] Classify(string line)
    {
        var kinds = new Kind[line.Length];
        for (var i = 0; i < line.Length; i++)
        {
            var isWhole = Rune.TryGetRuneAt(line, i, out var rune);
            kinds[i] = isWhole ? Classify(rune) : Kind.Neutral;
            if (isWhole && rune.Utf16SequenceLength == 2)
            {
                kinds[i + 1] = kinds[i];
                i++;
            }
        }

        return kinds;
    }

    /// <summary>The class of a character by its block and category, as in DerivedBidiClass of the Unicode Character Database.</summary>
    private static Kind Classify(Rune rune)
    {
        var (value, category) = (rune.Value, Rune.GetUnicodeCategory(rune));
        return (value, category) switch
        {
            (0x200e, _) => Kind.Left,
            (0x200f, _) => Kind.Right,
            (0x061c, _) => Kind.Arabic,
            (_, UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark) => Kind.Mark,
            ((>= '0' and <= '9') or 0xb2 or 0xb3 or 0xb9 or (>= 0x06f0 and <= 0x06f9), _) => Kind.European,
            ((>= 0x2070 and <= 0x2079) or (>= 0x2080 and <= 0x2089), _) => Kind.European,
            ((>= 0x0660 and <= 0x0669) or 0x066b or 0x066c or (>= 0x0600 and <= 0x0605) or 0x06dd, _) => Kind.ArabicNumber,
            ('+' or '-' or 0x207a or 0x207b or 0x2212, _) => Kind.EuropeanSeparator,
            (',' or '.' or ':' or '/' or 0xa0 or 0x060c or 0x202f or 0x2044, _) => Kind.CommonSeparator,
            ('#' or '%' or 0xb0 or 0xb1 or 0x066a or (>= 0x2030 and <= 0x2034), _) or (_, UnicodeCategory.CurrencySymbol) =>
                Kind.EuropeanTerminator,
            (_, UnicodeCategory.Format or UnicodeCategory.Control) => Kind.Mark,
            (0x0606 or 0x0607 or 0x060e or 0x060f or 0x06de or 0x06e9, _) => Kind.Neutral,
            ((>= 0x0600 and <= 0x07bf) or (>= 0x0860 and <= 0x08ff) or (>= 0xfb50 and <= 0xfdff) or (>= 0xfe70 and <= 0xfeff)
                or (>= 0x1ec70 and <= 0x1eeff), _) => Kind.Arabic,
            ((>= 0x0590 and <= 0x085f) or (>= 0xfb1d and <= 0xfb4f) or (>= 0x10800 and <= 0x10fff) or (>= 0x1e800 and <= 0x1efff), _) =>
                Kind.Right,
            _ when Rune.IsLetterOrDigit(rune) || category == UnicodeCategory.SpacingCombiningMark => Kind.Left,
            _ => Kind.Neutral,
        };
    }
}
