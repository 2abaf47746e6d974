using System.Globalization;
using System.Text;

namespace ResellerPortal.Core.Languages;

/// <summary>
/// Texts that documents can show and XML can carry (XML 1.0, section 2.2): no control characters, no halves of surrogate pairs, no
/// code points that are no characters.
/// </summary>
public static class DocumentText
{
    public static bool IsClean(string text) => Clean(text) == text;

    /// <summary>Whether a text of several lines is clean.</summary>
    public static bool AreLinesClean(string text) => CleanLines(text) == text.ReplaceLineEndings("\n");

    /// <summary>Without whatever cannot be shown; line breaks and tabs become spaces.</summary>
    public static string Clean(string text) => Filter(text, keepsLines: false);

    /// <summary>Without whatever cannot be shown, with each line break as "\n".</summary>
    public static string CleanLines(string text) => Filter(text.ReplaceLineEndings("\n"), keepsLines: true);

    private static string Filter(string text, bool keepsLines)
    {
        if (text.All(c => c is >= ' ' and < '\u007f'))
        {
            return text;
        }

        var clean = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i += 1)
        {
            if (!Rune.TryGetRuneAt(text, i, out var rune))
            {
                continue;
            }

            i += rune.Utf16SequenceLength - 1;
            if (rune.Value is '\n' or '\r' or '\t')
            {
                clean.Append(keepsLines && rune.Value == '\n' ? '\n' : ' ');
            }
            else if (Rune.GetUnicodeCategory(rune) != UnicodeCategory.Control && (rune.Value & 0xFFFE) != 0xFFFE
                && rune.Value is not (>= 0xFDD0 and <= 0xFDEF))
            {
                clean.Append(rune);
            }
        }

        return clean.ToString();
    }
}
