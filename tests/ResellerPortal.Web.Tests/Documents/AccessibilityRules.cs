using System.Text;
using System.Text.RegularExpressions;
using UglyToad.PdfPig;
using UglyToad.PdfPig.Core;
using UglyToad.PdfPig.Tokens;

namespace ResellerPortal.Web.Tests.Documents;

/// <summary>
/// Selected rules of PDF/UA-1 (ISO 14289-1) and of structure in PDF (ISO 32000-1, 14.7 and 14.8), implemented from the specification and
/// independent of the production code. This is not a complete validator.
/// </summary>
internal sealed partial class AccessibilityRules
{
    private readonly PdfDocument _document;
    private readonly List<string> _broken = [];
    private readonly Dictionary<(IndirectReference Page, long Content), int> _used = [];
    private readonly List<(string Tag, DictionaryToken Element)> _elements = [];

    private AccessibilityRules(PdfDocument document) => _document = document;

    /// <returns>The violated rules.</returns>
    public static IReadOnlyList<string> BrokenBy(byte[] pdf)
    {
        using var document = PdfDocument.Open(pdf);
        var rules = new AccessibilityRules(document);
        rules.Check(Encoding.Latin1.GetString(pdf));
        return rules._broken;
    }

    private void Check(string text)
    {
        var catalog = _document.Structure.Catalog.CatalogDictionary;
        Rule("5, identifies itself", text.Contains("<pdfuaid:part>1</pdfuaid:part>", StringComparison.Ordinal));
        Rule(
            "7.1, marked",
            catalog.TryGet(NameToken.Create("MarkInfo"), out var mark) && Get<BooleanToken>(Dictionary(mark), "Marked")?.Data == true);
        Rule(
            "7.1, shows its title",
            catalog.TryGet(NameToken.Create("ViewerPreferences"), out var view)
                && Get<BooleanToken>(Dictionary(view), "DisplayDocTitle")?.Data == true);
        Rule("7.2, language", catalog.ContainsKey(NameToken.Create("Lang")));
        if (!catalog.TryGet(NameToken.Create("StructTreeRoot"), out var token))
        {
            _broken.Add("7.1, structure");
            return;
        }

        var root = Dictionary(token);
        Walk(Get<DictionaryToken>(root, "K")!);
        CheckElements();
        CheckContents(Parents(root));
    }

    private void Walk(DictionaryToken element, string? parent = null)
    {
        var tag = Get<NameToken>(element, "S")!.Data;
        _elements.Add((tag, element));
        Rule($"structure, {tag} in {parent}", (tag, parent) switch
        {
            ("TR", _) => parent == "Table",
            ("TH" or "TD", _) => parent == "TR",
            (_, "Table") => false,
            (_, "TR") => false,
            _ => true,
        });
        foreach (var kid in Kids(element))
        {
            if (kid is NumericToken content)
            {
                Use(Reference(element, "Pg"), content.Long);
            }
            else if (Resolve(kid) is DictionaryToken other)
            {
                switch (Get<NameToken>(other, "Type")?.Data)
                {
                    case "MCR":
                        Use(Reference(other, "Pg"), Get<NumericToken>(other, "MCID")!.Long);
                        break;
                    case "OBJR":
                        var annotation = Get<DictionaryToken>(other, "Obj")!;
                        Rule("7.18.5, links are described", tag == "Link" && annotation.ContainsKey(NameToken.Create("Contents")));
                        break;
                    default:
                        Walk(other, tag);
                        break;
                }
            }
        }
    }

    private void CheckElements()
    {
        Rule("7.4, one title, first", _elements.Count(e => e.Tag == "H1") == 1 && _elements.First(e => e.Tag.StartsWith('H')).Tag == "H1");
        foreach (var (tag, element) in _elements)
        {
            if (tag == "Figure")
            {
                Rule("7.3, figures are described", Get<IDataToken<string>>(element, "Alt")?.Data.Length > 0);
                Rule("7.3, figures have a place", Attribute(element, "BBox") is ArrayToken);
            }

            if (tag == "TH")
            {
                Rule("7.5, header cells say what they head", (Attribute(element, "Scope") as NameToken)?.Data is "Row" or "Column");
            }

            if (tag == "Table")
            {
                var rows = Kids(element).Select(row => Kids(Dictionary(row)).Count).Distinct().ToList();
                Rule("7.2, tables are regular", rows.Count == 1);
            }
        }
    }

    /// <summary>Whether all that pages show is either in the structure or no content.</summary>
    private void CheckContents(Dictionary<long, IToken> parents)
    {
        var pages = FindPages(_document.Structure.Catalog.CatalogDictionary).ToList();
        foreach (var page in _document.GetPages())
        {
            var reference = pages[page.Number - 1];
            var contents = new HashSet<long>();
            var depth = 0;
            foreach (var operation in page.Operations)
            {
                var written = Write(operation);
                if (written.EndsWith("BDC", StringComparison.Ordinal) || written.EndsWith("BMC", StringComparison.Ordinal))
                {
                    depth++;
                    if (ContentNumber().Match(written) is { Success: true } match)
                    {
                        contents.Add(long.Parse(match.Groups["number"].ValueSpan, System.Globalization.CultureInfo.InvariantCulture));
                    }
                }
                else if (written == "EMC")
                {
                    depth--;
                }
                else if (Shows().IsMatch(written))
                {
                    Rule($"7.1, page {page.Number}: all content is marked ({written})", depth > 0);
                }
            }

            Rule($"page {page.Number}: marks end", depth == 0);
            Rule(
                $"page {page.Number}: every content is in the structure once",
                contents.All(number => _used.GetValueOrDefault((reference, number)) == 1)
                    && _used.Keys.Count(used => used.Page.Equals(reference)) == contents.Count);
            var inParents = Get<NumericToken>(page.Dictionary, "StructParents") is { } key && Resolve(parents[key.Long]) is ArrayToken array
                ? array.Length
                : 0;
            Rule($"page {page.Number}: every content finds its element", inParents == contents.Count);
            if (page.Dictionary.ContainsKey(NameToken.Create("Annots")))
            {
                Rule("7.18.3, order of links", Get<NameToken>(page.Dictionary, "Tabs")?.Data == "S");
            }
        }
    }

    private IEnumerable<IndirectReference> FindPages(DictionaryToken node) =>
        Get<DictionaryToken>(node, "Pages") is { } root ? FindPages(root)
        : Get<ArrayToken>(node, "Kids")!.Data.OfType<IndirectReferenceToken>().SelectMany(kid =>
            Get<NameToken>(Dictionary(kid), "Type")?.Data == "Page" ? [kid.Data] : FindPages(Dictionary(kid)));

    private static string Write(UglyToad.PdfPig.Graphics.Operations.IGraphicsStateOperation operation)
    {
        using var stream = new MemoryStream();
        operation.Write(stream);
        return Encoding.Latin1.GetString(stream.ToArray()).Trim();
    }

    private Dictionary<long, IToken> Parents(DictionaryToken root)
    {
        var numbers = Get<ArrayToken>(Get<DictionaryToken>(root, "ParentTree")!, "Nums")!.Data;
        return numbers.Chunk(2).ToDictionary(pair => ((NumericToken)pair[0]).Long, pair => pair[1]);
    }

    private void Use(IndirectReference page, long content) => _used[(page, content)] = _used.GetValueOrDefault((page, content)) + 1;

    private IToken? Attribute(DictionaryToken element, string name) =>
        Get<DictionaryToken>(element, "A") is { } attributes && attributes.TryGet(NameToken.Create(name), out var value) ? value : null;

    private IReadOnlyList<IToken> Kids(DictionaryToken element) => Get<ArrayToken>(element, "K")?.Data ?? [];

    private static IndirectReference Reference(DictionaryToken from, string name) =>
        from.TryGet(NameToken.Create(name), out var token) && token is IndirectReferenceToken reference
            ? reference.Data
            : throw new InvalidDataException($"{name} is missing.");

    private T? Get<T>(DictionaryToken from, string name)
        where T : class, IToken => from.TryGet(NameToken.Create(name), out var token) ? Resolve(token) as T : null;

    private DictionaryToken Dictionary(IToken token) => (DictionaryToken)Resolve(token);

    private IToken Resolve(IToken token) =>
        token is IndirectReferenceToken reference ? _document.Structure.GetObject(reference.Data).Data : token;

    private void Rule(string name, bool isKept)
    {
        if (!isKept)
        {
            _broken.Add(name);
        }
    }

    [GeneratedRegex("/MCID (?<number>[0-9]+)")]
    private static partial Regex ContentNumber();

    /// <summary>Operators that show text, paths and images.</summary>
    [GeneratedRegex(@"(^|\s)(Tj|TJ|S|s|f|F|f\*|B|B\*|b|b\*|Do|sh)$")]
    private static partial Regex Shows();
}
