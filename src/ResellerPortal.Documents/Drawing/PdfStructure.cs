using System.Globalization;
using System.Text;
using PdfSharp.Drawing;
using PdfSharp.Pdf;
using PdfSharp.Pdf.Annotations;

namespace ResellerPortal.Documents.Drawing;

/// <summary>Standard structure types (ISO 32000-1, 14.8.4) that documents are built of.</summary>
internal enum PdfTag
{
    /// <summary>The title of the document.</summary>
    H1,
    H2,
    P,
    Table,

    /// <summary>A row.</summary>
    TR,

    /// <summary>A header cell.</summary>
    TH,

    /// <summary>A data cell.</summary>
    TD,
    Figure,
    Link,
}

/// <summary>
/// The logical structure of a document for screen readers (PDF/UA-1, ISO 14289-1): a tree of elements, and which content belongs to which.
/// PDFsharp has a builder of its own, which cannot return to an earlier page, as page numbers need.
/// </summary>
internal sealed class PdfStructure(PdfDocument document)
{
    private readonly Element _root = new("Document", Parent: null);
    private readonly Dictionary<PdfPage, List<Element>> _contents = [];
    private readonly List<(PdfPage Page, PdfAnnotation Annotation, Element Element)> _annotations = [];
    private Element? _open;

    /// <param name="alternative">What a figure shows, for those who do not see it.</param>
    /// <param name="scope">What a header cell heads: "Row" or "Column".</param>
    public void Open(PdfTag tag, string? alternative = null, string? scope = null)
    {
        var parent = _open ?? _root;
        _open = new Element(tag.ToString(), parent) { Alternative = alternative, Scope = scope };
        parent.Kids.Add(_open);
    }

    public void Close() => _open = _open?.Parent == _root ? null : _open?.Parent;

    /// <param name="actualText">What the content says, where its glyphs do not tell.</param>
    /// <returns>The operators that begin content of the open element.</returns>
    public string Mark(PdfPage page, string? actualText = null)
    {
        if (_open is null)
        {
            return "/Artifact BMC";
        }

        if (!_contents.TryGetValue(page, out var contents))
        {
            _contents[page] = contents = [];
        }

        _open.Kids.Add(new Content(page, contents.Count));
        contents.Add(_open);

        // Reader programs look for a text only where the tag is Span.
        var number = (contents.Count - 1).ToString(CultureInfo.InvariantCulture);
        return actualText is null
            ? $"/{_open.Tag} <</MCID {number}>>BDC"
            : $"/Span <</MCID {number}/ActualText <FEFF{Convert.ToHexString(Encoding.BigEndianUnicode.GetBytes(actualText))}>>>BDC";
    }

    /// <summary>Sets the frame of the open figure, from the lower left corner of the page.</summary>
    public void SetFrame(XRect frame) => _open!.Frame = frame;

    /// <summary>Makes an annotation a part of the open element.</summary>
    public void Add(PdfPage page, PdfAnnotation annotation)
    {
        _open!.Kids.Add((page, annotation));
        _annotations.Add((page, annotation, _open));
    }

    /// <summary>Writes the tree before the document is saved.</summary>
    public void Write()
    {
        var catalog = document.Internals.Catalog;
        var marked = new PdfDictionary(document);
        marked.Elements.SetBoolean("/Marked", true);
        catalog.Elements.SetObject("/MarkInfo", marked);
        document.ViewerPreferences.DisplayDocTitle = true;
        var root = new PdfDictionary(document);
        document.Internals.AddObject(root);
        root.Elements.SetName("/Type", "/StructTreeRoot");
        root.Elements.SetReference("/K", WriteElement(_root, root));
        var (numbers, next) = (new PdfArray(document), 0);
        foreach (var page in document.Pages)
        {
            if (_contents.TryGetValue(page, out var contents))
            {
                page.Elements.SetInteger("/StructParents", next);
                numbers.Elements.Add(new PdfInteger(next++));
                numbers.Elements.Add(new PdfArray(document, [.. contents.Select(element => (PdfItem)element.Written!.ReferenceNotNull)]));
            }
        }

        foreach (var (page, annotation, element) in _annotations)
        {
            page.Elements.SetName("/Tabs", "/S");
            annotation.Elements.SetInteger("/StructParent", next);
            numbers.Elements.Add(new PdfInteger(next++));
            numbers.Elements.Add(element.Written!.ReferenceNotNull);
        }

        var parents = new PdfDictionary(document);
        parents.Elements.SetObject("/Nums", numbers);
        document.Internals.AddObject(parents);
        root.Elements.SetReference("/ParentTree", parents);
        root.Elements.SetInteger("/ParentTreeNextKey", next);
        catalog.Elements.SetReference("/StructTreeRoot", root);
    }

    private PdfDictionary WriteElement(Element element, PdfDictionary parent)
    {
        var written = new PdfDictionary(document);
        document.Internals.AddObject(written);
        element.Written = written;
        written.Elements.SetName("/S", "/" + element.Tag);
        written.Elements.SetReference("/P", parent);
        if (element.Alternative is { } alternative)
        {
            written.Elements.SetString("/Alt", alternative);
        }

        if (element.Scope is { } scope)
        {
            written.Elements.SetObject("/A", Attributes("/Table", "/Scope", new PdfName("/" + scope)));
        }

        if (element.Frame is { } frame)
        {
            written.Elements.SetObject("/A", Attributes("/Layout", "/BBox", new PdfRectangle(frame)));
        }

        var page = element.Kids.OfType<Content>().FirstOrDefault()?.Page;
        if (page is not null)
        {
            written.Elements.SetReference("/Pg", page);
        }

        written.Elements.SetObject("/K", new PdfArray(document, [.. element.Kids.Select(kid => WriteKid(kid, written, page))]));
        return written;
    }

    private PdfItem WriteKid(object kid, PdfDictionary parent, PdfPage? page)
    {
        switch (kid)
        {
            case Element element:
                return WriteElement(element, parent).ReferenceNotNull;
            case Content content when content.Page == page:
                return new PdfInteger(content.Number);
            case Content content:
                var elsewhere = new PdfDictionary(document);
                elsewhere.Elements.SetName("/Type", "/MCR");
                elsewhere.Elements.SetReference("/Pg", content.Page);
                elsewhere.Elements.SetInteger("/MCID", content.Number);
                return elsewhere;
            case (PdfPage ofPage, PdfAnnotation annotation):
                var reference = new PdfDictionary(document);
                reference.Elements.SetName("/Type", "/OBJR");
                reference.Elements.SetReference("/Pg", ofPage);
                reference.Elements.SetReference("/Obj", annotation);
                return reference;
            default:
                throw new InvalidOperationException($"{kid} cannot be a part of an element.");
        }
    }

    private PdfDictionary Attributes(string owner, string name, PdfItem value)
    {
        var attributes = new PdfDictionary(document);
        attributes.Elements.SetName("/O", owner);
        attributes.Elements.SetValue(name, value);
        return attributes;
    }

    /// <param name="Tag">The structure type.</param>
    private sealed record Element(string Tag, Element? Parent)
    {
        public string? Alternative { get; init; }

        public string? Scope { get; init; }

        public XRect? Frame { get; set; }

        /// <summary>Elements, content and annotations in reading order.</summary>
        public List<object> Kids { get; } = [];

        public PdfDictionary? Written { get; set; }
    }

    /// <param name="Number">The marked-content identifier on its page.</param>
    private sealed record Content(PdfPage Page, int Number);
}
