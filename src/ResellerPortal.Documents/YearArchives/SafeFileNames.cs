using System.Globalization;
using System.Text;

namespace ResellerPortal.Documents.YearArchives;

/// <summary>
/// Gives files names that every file system and <c>sha256sum</c> takes: letters and digits of ASCII, dots and hyphens, no two alike but
/// for case, and none that Windows reserves.
/// </summary>
internal sealed class SafeFileNames
{
    private const int MaxLength = 60;

    private static readonly HashSet<string> Reserved = new(StringComparer.OrdinalIgnoreCase)
    {
        "CON", "PRN", "AUX", "NUL",
        "COM1", "COM2", "COM3", "COM4", "COM5", "COM6", "COM7", "COM8", "COM9",
        "LPT1", "LPT2", "LPT3", "LPT4", "LPT5", "LPT6", "LPT7", "LPT8", "LPT9",
    };

    private readonly HashSet<string> _taken = new(StringComparer.OrdinalIgnoreCase);

    /// <param name="otherwise">The name of what has no letters or digits of ASCII.</param>
    public string Create(string text, string otherwise)
    {
        var name = Simplify(text);
        name = name.Length == 0 || Reserved.Contains(name.Split('.')[0]) ? $"{otherwise}-{name}".TrimEnd('-') : name;
        var unique = name;
        for (var number = 2; !_taken.Add(unique); number++)
        {
            unique = string.Create(CultureInfo.InvariantCulture, $"{name}-{number}");
        }

        return unique;
    }

    private static string Simplify(string text)
    {
        // Accents are left out; a lone surrogate could not be normalised.
        var letters = new string([.. text.Select(c => char.IsSurrogate(c) ? ' ' : c)]).Normalize(NormalizationForm.FormD);
        var name = new StringBuilder();
        foreach (var letter in letters.Where(c => CharUnicodeInfo.GetUnicodeCategory(c) != UnicodeCategory.NonSpacingMark))
        {
            if (char.IsAsciiLetterOrDigit(letter) || letter is '.' or '_')
            {
                name.Append(letter);
            }
            else if (name.Length > 0 && name[^1] != '-')
            {
                name.Append('-');
            }
        }

        var simple = name.ToString().Trim('.', '-', '_');
        return simple.Length > MaxLength ? simple[..MaxLength].TrimEnd('.', '-', '_') : simple;
    }
}
