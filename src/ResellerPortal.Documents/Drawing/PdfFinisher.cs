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
    private const string StreamStart = "\nstream\n";
    private const string StreamEnd = "\nendstream\nendobj\n";

    /// <param name="pdf">As saved by PDFsharp, with only images compressed.</param>
    /// <param name="meanings">What private characters in maps to Unicode mean.</param>
    /// <param name="metadata">Replaces the stream of an object; null to keep all.</param>
    public static byte[] Finish(byte[] pdf, IReadOnlyDictionary<int, string> meanings, (int Number, byte[] Content)? metadata)
    {
        var text = Encoding.Latin1.GetString(pdf);
        var start = int.Parse(
            StartOfTable().Match(text, text.LastIndexOf("startxref", StringComparison.Ordinal)).Groups["offset"].ValueSpan,
            CultureInfo.InvariantCulture);
        var trailer = Trailer().Match(text, start).Groups["entries"].Value;
        var objects = Entry()
            .Matches(text, start)
            .Select(entry => int.Parse(entry.Groups["offset"].ValueSpan, CultureInfo.InvariantCulture))
            .Order()
            .Append(start)
            .ToList();
        var tags = new Dictionary<string, string>();
        using var file = new MemoryStream(pdf.Length);
        file.Write(pdf.AsSpan(0, objects[0]));
        var offsets = new SortedDictionary<int, long>();
        foreach (var (from, until) in objects.Zip(objects.Skip(1)))
        {
            var number = int.Parse(text.AsSpan(from, text.IndexOf(' ', from) - from), CultureInfo.InvariantCulture);
            offsets.Add(number, file.Position);
            var head = text.AsSpan(from, until - from).IndexOf(StreamStart, StringComparison.Ordinal);
            if (head < 0)
            {
                if (text.AsSpan(from, until - from).Contains("/BaseFont/", StringComparison.Ordinal)
                    || text.AsSpan(from, until - from).Contains("/FontName/", StringComparison.Ordinal))
                {
                    Write(file, WithTags(text[from..until], tags));
                }
                else
                {
                    file.Write(pdf.AsSpan(from, until - from));
                }

                continue;
            }

            head += from;
            var entries = text[from..head];
            var length = int.Parse(Length().Match(entries).Groups["length"].ValueSpan, CultureInfo.InvariantCulture);
            var content = pdf.AsSpan(head + StreamStart.Length, length).ToArray();
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
                Length().Replace(WithTags(entries, tags), "/Length " + content.Length.ToString(CultureInfo.InvariantCulture))
                    + StreamStart);
            file.Write(content);
            Write(file, StreamEnd);
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

    private static byte[] WithMeanings(byte[] content, IReadOnlyDictionary<int, string> meanings)
    {
        if (!content.AsSpan().StartsWith("/CIDInit"u8))
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

    private static byte[] Deflate(byte[] content)
    {
        using var packed = new MemoryStream();
        using (var stream = new ZLibStream(packed, CompressionLevel.Optimal))
        {
            stream.Write(content);
        }

        return packed.ToArray();
    }

    private static byte[] Inflate(byte[] content)
    {
        using var packed = new MemoryStream(content);
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
