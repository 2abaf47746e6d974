using System.IO.Compression;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using UglyToad.PdfPig;
using UglyToad.PdfPig.Tokens;

namespace ResellerPortal.Web.Tests.Documents;

/// <summary>
/// Selected rules of PDF/A-3b (ISO 19005-3) and Factur-X 1.0, implemented from the specification and independent of the
/// production code. This is not a complete validator.
/// </summary>
internal static partial class ArchiveRules
{
    /// <returns>The violated rules.</returns>
    public static IReadOnlyList<string> BrokenBy(byte[] pdf)
    {
        var broken = new List<string>();
        using var document = PdfDocument.Open(pdf);
        var catalog = document.Structure.Catalog.CatalogDictionary;
        var text = Encoding.Latin1.GetString(pdf);
        Rule("6.1.2, header", text.StartsWith("%PDF-1.7\n%", StringComparison.Ordinal) && pdf.AsSpan(10, 4).ToArray().All(b => b > 127));
        Rule("6.1.3, id", Regex.IsMatch(text, "trailer.*?/ID\\[<[0-9A-F]{32}><[0-9A-F]{32}>\\]", RegexOptions.Singleline));
        Rule("6.1.3, one trailer", Regex.Count(text, "startxref") == 1);
        Rule("6.1.7, whole streams", Streams(pdf, text).All(IsWhole));
        var intent = Dictionary(catalog, "OutputIntents", 0);
        Rule(
            "6.2.3, output intent",
            intent is not null && Name(intent, "S") == "GTS_PDFA1" && intent.ContainsKey(NameToken.Create("DestOutputProfile")));
        Rule("6.2.11.4, embedded fonts", Regex.Count(text, "/FontDescriptor/") == Regex.Count(text, "/FontFile2 "));
        Rule(
            "6.2.11.7, text can be read",
            Regex.Count(text, "/Subtype/Type0") == Regex.Count(text, "/ToUnicode ")
                && !text.Contains("/Subtype/TrueType", StringComparison.Ordinal));
        Rule("6.2.8, no smoothing", !text.Contains("/Interpolate true", StringComparison.Ordinal));
        Rule(
            "6.3.2, annotations print",
            Regex.Matches(text, "<</Type/Annot(?:(?!endobj).)*", RegexOptions.Singleline).All(
                a => a.Value.Contains("/F 4", StringComparison.Ordinal)));
        Rule("6.1, nothing that runs", !Regex.IsMatch(text, "/JavaScript|/Launch|/AA<<|/Encrypt"));
        var xmp = Xmp(document);
        XNamespace id =
            "http://www.aiim.org/pdfa/ns/id/", dc =
                "http://purl.org/dc/elements/1.1/", fx = "urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#";
        Rule("6.6.4, part 3 level B", Value(id + "part") == "3" && Value(id + "conformance") == "B");
        Rule("6.6.2.3, same title", Value(dc + "title") == document.Information.Title);
        Rule("6.6.2.3, same author", Value(dc + "creator") == document.Information.Author);
        Rule("7.2, language", catalog.ContainsKey(NameToken.Create("Lang")));
        if (document.Advanced.TryGetEmbeddedFiles(out var files) && files.Count > 0)
        {
            var file = Dictionary(catalog, "AF", 0);
            Rule(
                "6.8, associated file",
                file is not null
                    && Name(file, "AFRelationship") == "Alternative"
                    && text.Contains("/Subtype/text#2Fxml", StringComparison.Ordinal));
            Rule(
                "Factur-X, name and profile",
                (files.Single().Name, Value(fx + "ConformanceLevel")) is ("factur-x.xml", "EN 16931") or ("xrechnung.xml", "XRECHNUNG"));
            Rule("Factur-X, name", Value(fx + "DocumentFileName") == files.Single().Name);
            Rule("Factur-X, type", Value(fx + "DocumentType") == "INVOICE");
            Rule("6.6.2.3.3, extension schema", xmp.Descendants().Count(e => e.Name.LocalName == "valueType") == 5);
        }

        return broken;

        void Rule(string name, bool isKept)
        {
            if (!isKept)
            {
                broken.Add(name);
            }
        }

        string? Value(XName name) => xmp.Descendants(name).SingleOrDefault()?.Value.Trim();

        DictionaryToken? Dictionary(DictionaryToken from, string name, int index) =>
            from.TryGet(NameToken.Create(name), out var token) && Resolve(token) is ArrayToken array
                ? Resolve(array[index]) as DictionaryToken
                : null;

        IToken Resolve(IToken token) =>
            token is IndirectReferenceToken reference ? document.Structure.GetObject(reference.Data).Data : token;
    }

    /// <summary>Returns the embedded XML, or null if there is none.</summary>
    public static byte[]? FindAttachment(byte[] pdf)
    {
        using var document = PdfDocument.Open(pdf);
        return document.Advanced.TryGetEmbeddedFiles(out var files) && files.Count > 0 ? files.Single().Memory.ToArray() : null;
    }

    private static XElement Xmp(PdfDocument document)
    {
        if (!document.TryGetXmpMetadata(out var metadata))
        {
            return new XElement("none");
        }

        using var stream = new MemoryStream([.. metadata.GetXmlBytes()]);
        return XDocument.Load(stream).Root!;
    }

    private static string? Name(DictionaryToken dictionary, string key) =>
        dictionary.TryGet(NameToken.Create(key), out var token) ? (token as NameToken)?.Data : null;

    private static IEnumerable<byte[]> Streams(byte[] pdf, string text) =>
        from Match head in Deflated().Matches(text)
        select pdf.AsSpan(head.Index + head.Length, int.Parse(
            head.Groups["length"].ValueSpan, System.Globalization.CultureInfo.InvariantCulture)).ToArray();

    /// <summary>Whether the trailing checksum matches the content (RFC 1950).</summary>
    private static bool IsWhole(byte[] packed)
    {
        using var stream = new ZLibStream(new MemoryStream(packed), CompressionMode.Decompress);
        using var whole = new MemoryStream();
        stream.CopyTo(whole);
        var (a, b) = (1u, 0u);
        foreach (var value in whole.ToArray())
        {
            a = (a + value) % 65521;
            b = (b + a) % 65521;
        }

        return System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(packed.AsSpan(packed.Length - 4)) == ((b << 16) | a);
    }

    [GeneratedRegex(
        "/Filter/FlateDecode[^\n]*?/Length (?<length>[0-9]+)[^\n]*\nstream\n|/Length "
            + "(?<length>[0-9]+)[^\n]*/Filter/FlateDecode[^\n]*\nstream\n")]
    private static partial Regex Deflated();
}
