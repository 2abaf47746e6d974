using System.Buffers.Binary;
using System.Numerics;

namespace ResellerPortal.Documents.Typography;

/// <summary>
/// Replaces composite glyphs made of other composite glyphs by their simple parts, in a TrueType font (OpenType 1.9, "glyf"). PDFsharp puts
/// only the first level of parts into a subset: of a "%" that is built in two levels nothing but the stroke would remain.
/// </summary>
internal static class CompositeGlyphs
{
    private const ushort WordArguments = 0x0001;
    private const ushort OffsetArguments = 0x0002;
    private const ushort OneScale = 0x0008;
    private const ushort MoreParts = 0x0020;
    private const ushort TwoScales = 0x0040;
    private const ushort Matrix = 0x0080;
    private const int HeaderLength = 10;

    /// <returns>The same bytes if no glyph needs it.</returns>
    public static byte[] Flatten(byte[] font)
    {
        var tables = ReadTables(font);
        if (!tables.TryGetValue("glyf", out var glyf) || !tables.TryGetValue("loca", out var loca))
        {
            return font;
        }

        var isLong = Read16(font, tables["head"].Offset + 50) == 1;
        var count = (loca.Length / (isLong ? 4 : 2)) - 1;
        var glyphs = new byte[count][];
        for (var glyph = 0; glyph < count; glyph++)
        {
            glyphs[glyph] = font[(glyf.Offset + Locate(glyph))..(glyf.Offset + Locate(glyph + 1))];
        }

        var nested = Enumerable.Range(0, count)
            .Where(glyph => ReadParts(glyphs[glyph]).Any(part => IsComposite(glyphs[part.Glyph])))
            .ToList();
        return nested.Count == 0 ? font : Write(font, tables, Replace(glyphs, nested));

        int Locate(int glyph) => isLong ? (int)Read32(font, loca.Offset + (4 * glyph)) : 2 * Read16(font, loca.Offset + (2 * glyph));
    }

    private static byte[][] Replace(byte[][] glyphs, List<int> nested)
    {
        var replaced = glyphs.ToArray();
        foreach (var glyph in nested)
        {
            replaced[glyph] = WriteComposite(glyphs[glyph].AsSpan(0, HeaderLength), [.. Resolve(glyph, Matrix3x2.Identity)]);
        }

        return replaced;

        IEnumerable<Part> Resolve(int glyph, Matrix3x2 outer) => ReadParts(glyphs[glyph]).SelectMany(part =>
            IsComposite(glyphs[part.Glyph])
                ? Resolve(part.Glyph, part.Placement * outer)
                : [part with { Placement = part.Placement * outer }]);
    }

    private static bool IsComposite(byte[] glyph) => glyph.Length > HeaderLength && BinaryPrimitives.ReadInt16BigEndian(glyph) < 0;

    private static List<Part> ReadParts(byte[] glyph)
    {
        var parts = new List<Part>();
        if (!IsComposite(glyph))
        {
            return parts;
        }

        var (at, flags) = (HeaderLength, MoreParts);
        while ((flags & MoreParts) != 0)
        {
            flags = Read16(glyph, at);
            var number = Read16(glyph, at + 2);
            at += 4;
            var isWords = (flags & WordArguments) != 0;
            var (x, y) = isWords ? (Signed(at), Signed(at + 2)) : ((sbyte)glyph[at], (sbyte)glyph[at + 1]);
            at += isWords ? 4 : 2;
            var placement = Matrix3x2.Identity;
            if ((flags & OneScale) != 0)
            {
                placement = Matrix3x2.CreateScale(Fraction(at));
                at += 2;
            }
            else if ((flags & TwoScales) != 0)
            {
                placement = Matrix3x2.CreateScale(Fraction(at), Fraction(at + 2));
                at += 4;
            }
            else if ((flags & Matrix) != 0)
            {
                placement = new Matrix3x2(Fraction(at), Fraction(at + 2), Fraction(at + 4), Fraction(at + 6), 0, 0);
                at += 8;
            }

            if ((flags & OffsetArguments) == 0)
            {
                throw new InvalidDataException("A font that places parts of glyphs by points cannot be drawn.");
            }

            placement.Translation = new Vector2(x, y);
            parts.Add(new Part(number, placement));
        }

        return parts;

        short Signed(int from) => BinaryPrimitives.ReadInt16BigEndian(glyph.AsSpan(from));

        float Fraction(int from) => Signed(from) / 16384f;
    }

    private static byte[] WriteComposite(ReadOnlySpan<byte> header, List<Part> parts)
    {
        using var glyph = new MemoryStream();
        glyph.Write(header);
        foreach (var (index, part) in parts.Index())
        {
            var isScaled = part.Placement with { M31 = 0, M32 = 0 } != Matrix3x2.Identity;
            Word(WordArguments | OffsetArguments | (isScaled ? Matrix : 0) | (index < parts.Count - 1 ? MoreParts : 0));
            Word(part.Glyph);
            Word((int)Math.Round(part.Placement.M31));
            Word((int)Math.Round(part.Placement.M32));
            if (isScaled)
            {
                Scale(part.Placement.M11);
                Scale(part.Placement.M12);
                Scale(part.Placement.M21);
                Scale(part.Placement.M22);
            }
        }

        return glyph.ToArray();

        void Scale(float scale) => Word((int)Math.Round(scale * 16384));

        void Word(int value)
        {
            glyph.WriteByte((byte)(value >> 8));
            glyph.WriteByte((byte)value);
        }
    }

    /// <summary>Writes the font again with other glyphs, located by long offsets.</summary>
    private static byte[] Write(byte[] font, Dictionary<string, (int Offset, int Length)> tables, byte[][] glyphs)
    {
        using var outlines = new MemoryStream();
        var locations = new byte[4 * (glyphs.Length + 1)];
        foreach (var (glyph, outline) in glyphs.Index())
        {
            BinaryPrimitives.WriteInt32BigEndian(locations.AsSpan(4 * glyph), (int)outlines.Position);
            outlines.Write(outline);
            outlines.Write(new byte[-outline.Length & 3]);
        }

        BinaryPrimitives.WriteInt32BigEndian(locations.AsSpan(4 * glyphs.Length), (int)outlines.Position);
        var head = font.AsSpan(tables["head"].Offset, tables["head"].Length).ToArray();
        head[51] = 1;
        var start = 12 + (16 * tables.Count);
        using var file = new MemoryStream();
        file.Write(font.AsSpan(0, start));
        var directory = 12;
        var records = new List<(int At, int Offset, int Length)>();
        for (; directory < start; directory += 16)
        {
            var tag = Tag(font, directory);
            byte[] content = tag switch
            {
                "glyf" => outlines.ToArray(),
                "loca" => locations,
                "head" => head,
                _ => font[tables[tag].Offset..(tables[tag].Offset + tables[tag].Length)],
            };
            records.Add((directory, (int)file.Position, content.Length));
            file.Write(content);
            file.Write(new byte[-content.Length & 3]);
        }

        var written = file.ToArray();
        foreach (var (at, offset, length) in records)
        {
            BinaryPrimitives.WriteInt32BigEndian(written.AsSpan(at + 8), offset);
            BinaryPrimitives.WriteInt32BigEndian(written.AsSpan(at + 12), length);
        }

        return written;
    }

    private static Dictionary<string, (int Offset, int Length)> ReadTables(byte[] font) => Enumerable
        .Range(0, Read16(font, 4))
        .Select(number => 12 + (16 * number))
        .ToDictionary(at => Tag(font, at), at => ((int)Read32(font, at + 8), (int)Read32(font, at + 12)));

    private static string Tag(byte[] font, int at) => System.Text.Encoding.ASCII.GetString(font, at, 4);

    private static ushort Read16(byte[] font, int at) => BinaryPrimitives.ReadUInt16BigEndian(font.AsSpan(at));

    private static uint Read32(byte[] font, int at) => BinaryPrimitives.ReadUInt32BigEndian(font.AsSpan(at));

    /// <param name="Placement">Scale and offset, in font units.</param>
    private readonly record struct Part(ushort Glyph, Matrix3x2 Placement);
}
