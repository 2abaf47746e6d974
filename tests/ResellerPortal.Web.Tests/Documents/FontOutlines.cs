using System.Buffers.Binary;
using System.Text;

namespace ResellerPortal.Web.Tests.Documents;

/// <summary>
/// Reads what a TrueType font draws for a glyph, with its parts and their parts (OpenType 1.9, "glyf"); independent of the production code.
/// </summary>
internal sealed class FontOutlines
{
    private readonly byte[] _font;
    private readonly int _glyphs;
    private readonly int _locations;
    private readonly bool _isLong;

    public FontOutlines(byte[] font)
    {
        _font = font;
        (_glyphs, _locations) = (Find("glyf"), Find("loca"));
        _isLong = Word(Find("head") + 50) == 1;
    }

    /// <returns>The points of all contours, in font units.</returns>
    public IReadOnlyList<(double X, double Y)> Read(int glyph)
    {
        var (from, until) = (Locate(glyph), Locate(glyph + 1));
        return from == until ? [] : Signed(_glyphs + from) >= 0 ? ReadSimple(_glyphs + from) : ReadParts(_glyphs + from + 10);
    }

    private List<(double X, double Y)> ReadParts(int at)
    {
        var points = new List<(double, double)>();
        int flags;
        do
        {
            (flags, var part) = (Word(at), Word(at + 2));
            at += 4;
            var (x, y) = (flags & 1) != 0 ? (Signed(at), Signed(at + 2)) : ((sbyte)_font[at], (sbyte)_font[at + 1]);
            at += (flags & 1) != 0 ? 4 : 2;
            var (a, b, c, d) = (1.0, 0.0, 0.0, 1.0);
            if ((flags & 8) != 0)
            {
                a = d = Signed(at) / 16384.0;
                at += 2;
            }
            else if ((flags & 64) != 0)
            {
                (a, d) = (Signed(at) / 16384.0, Signed(at + 2) / 16384.0);
                at += 4;
            }
            else if ((flags & 128) != 0)
            {
                (a, b, c, d) = (Signed(at) / 16384.0, Signed(at + 2) / 16384.0, Signed(at + 4) / 16384.0, Signed(at + 6) / 16384.0);
                at += 8;
            }

            points.AddRange(Read(part).Select(point => ((a * point.X) + (c * point.Y) + x, (b * point.X) + (d * point.Y) + y)));
        }
        while ((flags & 32) != 0);
        return points;
    }

    private List<(double X, double Y)> ReadSimple(int at)
    {
        var contours = Signed(at);
        at += 10;
        var count = contours == 0 ? 0 : Word(at + (2 * contours) - 2) + 1;
        at += 2 * contours;
        at += 2 + Word(at);
        var flags = new List<int>();
        while (flags.Count < count)
        {
            int flag = _font[at++];
            flags.AddRange(Enumerable.Repeat(flag, 1 + ((flag & 8) != 0 ? _font[at++] : 0)));
        }

        var xs = Coordinates(2, 16);
        return [.. xs.Zip(Coordinates(4, 32))];

        List<double> Coordinates(int isShort, int isSame)
        {
            var (value, all) = (0, new List<double>());
            foreach (var flag in flags)
            {
                if ((flag & isShort) != 0)
                {
                    value += (flag & isSame) != 0 ? _font[at] : -_font[at];
                    at++;
                }
                else if ((flag & isSame) == 0)
                {
                    value += Signed(at);
                    at += 2;
                }

                all.Add(value);
            }

            return all;
        }
    }

    private int Find(string table) => Enumerable.Range(0, Word(4))
        .Select(number => 12 + (16 * number))
        .Where(at => Encoding.ASCII.GetString(_font, at, 4) == table)
        .Select(at => BinaryPrimitives.ReadInt32BigEndian(_font.AsSpan(at + 8)))
        .Single();

    private int Locate(int glyph) =>
        _isLong ? BinaryPrimitives.ReadInt32BigEndian(_font.AsSpan(_locations + (4 * glyph))) : 2 * Word(_locations + (2 * glyph));

    private int Word(int at) => BinaryPrimitives.ReadUInt16BigEndian(_font.AsSpan(at));

    private short Signed(int at) => BinaryPrimitives.ReadInt16BigEndian(_font.AsSpan(at));
}
