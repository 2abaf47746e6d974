using PdfSharp.Fonts;

namespace ResellerPortal.Documents.Drawing;

/// <summary>The fonts included with the portal, so that PDFs look the same on every machine.</summary>
internal sealed class ShippedFonts : IFontResolver
{
    public const string Text = "Inter";
    public const string Serif = "Source Serif 4";
    public const string Plex = "IBM Plex Sans";
    public const string Mono = "JetBrains Mono";

    private static readonly Lock Gate = new();

    private ShippedFonts()
    {
    }

    /// <summary>Registers the resolver, of which PDFsharp allows one per process; called before drawing.</summary>
    public static void Use()
    {
        lock (Gate)
        {
            GlobalFontSettings.FontResolver ??= new ShippedFonts();
        }
    }

    public FontResolverInfo? ResolveTypeface(string familyName, bool isBold, bool isItalic) => new(
        familyName switch
        {
            Mono => "JetBrainsMono_400Regular.ttf",
            Serif => isBold ? "SourceSerif4_600SemiBold.ttf" : "SourceSerif4_400Regular.ttf",
            Plex => isBold ? "IBMPlexSans_600SemiBold.ttf" : "IBMPlexSans_400Regular.ttf",
            _ => isBold ? "Inter_600SemiBold.ttf" : "Inter_400Regular.ttf",
        },
        mustSimulateBold: familyName == Mono && isBold,
        mustSimulateItalic: isItalic);

    public byte[]? GetFont(string faceName)
    {
        using var resource = typeof(ShippedFonts).Assembly.GetManifestResourceStream(faceName)
            ?? throw new InvalidOperationException($"The font {faceName} is missing from the build.");
        var bytes = new byte[resource.Length];
        resource.ReadExactly(bytes);
        return bytes;
    }
}
