using System.Globalization;
using PdfSharp.Drawing;

namespace ResellerPortal.Documents.Drawing;

internal static class DocumentColors
{
    public static readonly XColor Strong = XColor.FromArgb(23, 26, 33);
    public static readonly XColor Soft = XColor.FromArgb(98, 104, 117);
    public static readonly XColor Hairline = XColor.FromArgb(222, 225, 231);

    /// <summary>A light tint of a colour, for backgrounds behind text.</summary>
    public static XColor Tint(XColor color) => XColor.FromArgb(Lighten(color.R), Lighten(color.G), Lighten(color.B));

    /// <summary>Reads "#rrggbb".</summary>
    public static XColor FromHex(string color) =>
        color.Length == 7
            && color[0] == '#'
            && int.TryParse(color.AsSpan(1), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var rgb)
            ? XColor.FromArgb((rgb >> 16) & 0xff, (rgb >> 8) & 0xff, rgb & 0xff)
            : Strong;

    private static int Lighten(byte part) => 255 - ((255 - part) * 7 / 100);
}
