using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace ResellerPortal.Documents.Drawing;

/// <summary>
/// Rewrites a PDF from PDFsharp 6.2 object by object. PDFsharp truncates compressed streams, generates new font subset tags and document
/// ids every time, adds a comment about its environment, and does not allow setting the metadata. The rewritten file has complete streams,
/// sequential tags and content-based ids, so the same drawing gives the same bytes.
/// </summary>
internal static partial class PdfFinisher
{
    private static ReadOnlySpan<byte> StreamStart => "\nstream\n"u8;

    /// <param name="pdf">As saved by PDFsharp, with only images compressed.</param>
    /// <param name="meanings">What private characters in maps to Unicode mean.</param>
    /// <param name="metadata">Replaces the stream of an object; null to keep all.</param>
    public static byte[] Finish(
        ReadOnlySpan<byte> pdf, IReadOnlyDictionary<int, string> meanings, (int Number, byte[] Content)? metadata)
    {
        var start = int.Parse(
            StartOfTable().Match(Encoding.Latin1.GetString(pdf[^Math.Min(64, pdf.Length)..])).Groups["offset"].ValueSpan,
            CultureInfo.InvariantCulture);
        var end = Encoding.Latin1.GetString(pdf[start..]);
        var trailer = Trailer().Match(end).Groups["entries"].Value;
        var objects = Entry()
            .Matches(end)
            .Select(entry => int.Parse(entry.Groups["offset"].ValueSpan, CultureInfo.InvariantCulture))
            .Order()
            .Append(start)
            .ToList();
        var tags = new Dictionary<string, string>();
        using var rented = ReusableStream.Rent(pdf.Length);
        var file = rented.Stream;
        file.Write(pdf[..objects[0]]);
        var offsets = new SortedDictionary<int, long>();
        foreach (var (from, until) in objects.Zip(objects.Skip(1)))
        {
            var written = pdf[from..until];
            var number = int.Parse(written[..written.IndexOf((byte)' ')], CultureInfo.InvariantCulture);
            offsets.Add(number, file.Position);
            var head = written.IndexOf(StreamStart);
            if (head < 0)
            {
                if (written.IndexOf("/BaseFont/"u8) < 0 && written.IndexOf("/FontName/"u8) < 0)
                {
                    file.Write(written);
                }
                else
                {
                    Write(file, WithTags(Encoding.Latin1.GetString(written), tags));
                }

                continue;
            }

            var entries = Encoding.Latin1.GetString(written[..head]);
            var length = int.Parse(Length().Match(entries).Groups["length"].ValueSpan, CultureInfo.InvariantCulture);
            var content = written.Slice(head + StreamStart.Length, length);
            if (number == metadata?.Number)
            {
                content = metadata.Value.Content;
            }
            else if (entries.Contains("/FlateDecode", StringComparison.Ordinal))
            {
                content = Deflate(Inflate(content));
            }
            else if (!entries.Contains("/Filter", StringComparison.Ordinal) && !entries.Contains("/Metadata", StringComparison.Ordinal))
            {
                content = Deflate(meanings.Count > 0 ? WithMeanings(content, meanings) : content);
                entries = entries.Replace("<<", "<</Filter/FlateDecode", StringComparison.Ordinal);
            }

            Write(
                file,
                Length().Replace(WithTags(entries, tags), "/Length " + content.Length.ToString(CultureInfo.InvariantCulture)));
            file.Write(StreamStart);
            file.Write(content);
            file.Write("\nendstream\nendobj\n"u8);
        }

        var table = file.Position;
        var id = Convert.ToHexString(SHA256.HashData(file.GetBuffer().AsSpan(0, (int)table)).AsSpan(0, 16));
        Write(file, $"xref\n0 {(offsets.Count + 1).ToString(CultureInfo.InvariantCulture)}\n0000000000 65535 f \n");
        foreach (var offset in offsets.Values)
        {
            Write(file, offset.ToString("0000000000", CultureInfo.InvariantCulture) + " 00000 n \n");
        }

        Write(
            file,
            $"trailer\n<<{Ids().Replace(
                trailer, $"/ID[<{id}><{id}>]")}>>\nstartxref\n{table.ToString(CultureInfo.InvariantCulture)}\n%%EOF\n");
        return file.ToArray();
    }

    private static string WithTags(string entries, Dictionary<string, string> tags) => FontTag().Replace(entries, match =>
    {
        var made = match.Groups["tag"].Value;
        if (!tags.TryGetValue(made, out var tag))
        {
            tag = $"AAAA{(char)('A' + (tags.Count / 26))}{(char)('A' + (tags.Count % 26))}";
            tags.Add(made, tag);
        }

        return $"/{match.Groups["key"].Value}/{tag}+";
    });

    private static ReadOnlySpan<byte> WithMeanings(ReadOnlySpan<byte> content, IReadOnlyDictionary<int, string> meanings)
    {
        if (!content.StartsWith("/CIDInit"u8))
        {
            return content;
        }

        var map = PrivateCharacter().Replace(Encoding.Latin1.GetString(content), match =>
        {
            var character = int.Parse(match.Groups["character"].ValueSpan, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            return meanings.TryGetValue(character, out var meaning)
                ? Convert.ToHexString(Encoding.BigEndianUnicode.GetBytes(meaning))
                : match.Value;
        });
        return Encoding.Latin1.GetBytes(map);
    }

    private static byte[] Deflate(ReadOnlySpan<byte> content)
    {
        using var rented = ReusableStream.Rent(content.Length);
        using (var stream = new ZLibStream(rented.Stream, CompressionLevel.Optimal, leaveOpen: true))
        {
            stream.Write(content);
        }

        return rented.Stream.ToArray();
    }

    private static byte[] Inflate(ReadOnlySpan<byte> content)
    {
        using var packed = new MemoryStream(content.ToArray());
        using var stream = new ZLibStream(packed, CompressionMode.Decompress);
        using var whole = new MemoryStream();
        stream.CopyTo(whole);
        return whole.ToArray();
    }

    private static void Write(MemoryStream file, string text) => file.Write(Encoding.Latin1.GetBytes(text));

    [GeneratedRegex("startxref\\s+(?<offset>[0-9]+)")]
    private static partial Regex StartOfTable();

    [GeneratedRegex("(?<offset>[0-9]{10}) [0-9]{5} n")]
    private static partial Regex Entry();

    [GeneratedRegex("trailer\\s*<<(?<entries>.*?)>>[^\\n]*\\nstartxref", RegexOptions.Singleline)]
    private static partial Regex Trailer();

    [GeneratedRegex("/ID\\[<[0-9A-F]{32}><[0-9A-F]{32}>\\]")]
    private static partial Regex Ids();

    [GeneratedRegex("/Length (?<length>[0-9]+)")]
    private static partial Regex Length();

    /// <summary>The last of the three values of a range, which is what the glyphs mean.</summary>
    [GeneratedRegex("(?<=><)(?<character>[0-9A-F]{4})(?=>\\s)")]
    private static partial Regex PrivateCharacter();

    [GeneratedRegex("/(?<key>BaseFont|FontName)/(?<tag>[A-Z]{6})\\+")]
    private static partial Regex FontTag();
}
