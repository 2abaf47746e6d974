using PdfSharp.Fonts;

namespace ResellerPortal.Documents.Typography;

/// <summary>The fonts included with the portal, so that PDFs look the same on every machine.</summary>
internal sealed class ShippedFonts : IFontResolver
{
    public const string Text = "Inter";
    public const string Serif = "Source Serif 4";
    public const string Plex = "IBM Plex Sans";
    public const string Mono = "JetBrains Mono";

    /// <summary>The fonts for letters that a document's own font lacks, in the order in which they are tried.</summary>
    public static IReadOnlyList<string> Fallbacks { get; } =
    [
        Text,
        "Noto Sans Arabic",
        "Noto Sans Hebrew",
        "Noto Sans Devanagari",
        "Noto Sans Thai",
        "Noto Sans Georgian",
        "Noto Sans Armenian",
        "Noto Sans Bengali",
        "Noto Sans Ethiopic",
        "Noto Sans Gujarati",
        "Noto Sans Gurmukhi",
        "Noto Sans Kannada",
        "Noto Sans Khmer",
        "Noto Sans Lao",
        "Noto Sans Malayalam",
        "Noto Sans Myanmar",
        "Noto Sans Sinhala",
        "Noto Sans Tamil",
        "Noto Sans Telugu",
        "Droid Sans Fallback",
        "Nanum Gothic Coding",
        "Noto Emoji",
        "Noto Sans Symbols2",
    ];

    private static readonly Lock Gate = new();

    private ShippedFonts()
    {
    }

    /// <summary>The families that a document can be set in.</summary>
    public static IReadOnlyList<string> Families { get; } = [Text, Serif, Plex, Mono];

    /// <summary>Registers the resolver, of which PDFsharp allows one per process; called before drawing.</summary>
    public static void Use()
    {
        lock (Gate)
        {
            GlobalFontSettings.FontResolver ??= new ShippedFonts();
        }
    }

    /// <summary>The file that a family is drawn with. Fonts that have one weight only are made bold by stroking their outlines.</summary>
    public static string GetFileName(string family, bool isBold) => family switch
    {
        Mono => "JetBrainsMono_400Regular.ttf",
        Serif => isBold ? "SourceSerif4_600SemiBold.ttf" : "SourceSerif4_400Regular.ttf",
        Plex => isBold ? "IBMPlexSans_600SemiBold.ttf" : "IBMPlexSans_400Regular.ttf",
        Text => isBold ? "Inter_600SemiBold.ttf" : "Inter_400Regular.ttf",
        _ => family.Replace(" ", "", StringComparison.Ordinal) + "_400Regular.ttf",
    };

    public FontResolverInfo? ResolveTypeface(string familyName, bool isBold, bool isItalic)
    {
        var name = GetFileName(familyName, isBold);
        return new FontResolverInfo(name, isBold && name == GetFileName(familyName, isBold: false), isItalic);
    }

    public byte[]? GetFont(string faceName) => FontFile.Load(faceName).Bytes;
}
