using PdfSharp.Drawing;
using PdfSharp.Pdf;
using PdfSharp.UniversalAccessibility;
using ResellerPortal.Documents.Typography;

namespace ResellerPortal.Documents.Drawing;

internal enum Align
{
    Left,
    Right,
}

/// <summary>
/// A4 pages filled from top to bottom, in points, with the page breaks, scripts and structure that PDFsharp lacks. What is drawn belongs
/// to the element that is open; outside of elements it is decoration, which screen readers skip.
/// </summary>
internal sealed class PdfFlow : IDisposable
{
    public const double Margin = 48;

    private const string Artifact = "/Artifact BMC";

    private readonly PdfDocument _document = new();
    private readonly PdfStructure _structure;
    private readonly PdfTextWriter _text;
    private readonly List<PdfPage> _pages = [];
    private PdfPage _page;
    private XGraphics _graphics;
    private bool _isDecoration;
    private bool _isMarked;

    public PdfFlow(string title, string author)
    {
        ShippedFonts.Use();
        _structure = new PdfStructure(_document);
        _text = new PdfTextWriter(_document);
        (_document.Options.NoCompression, _document.Options.CompressContentStreams) = (true, false);
        _document.Info.Title = title.Trim();
        _document.Info.Author = author.Trim();
        _document.Info.Creator = "Reseller Portal";
        (_page, _graphics) = AddPage();
    }

    /// <summary>Draws at the top of each page but the first, and moves <see cref="Y"/> below it.</summary>
    public Action<PdfFlow>? ContinuationHead { get; set; }

    /// <summary>The fill level of the page, from its top edge.</summary>
    public double Y { get; set; } = Margin;

    /// <summary>Space reserved at the bottom of each page.</summary>
    public double FootHeight { get; init; } = Margin;

    public double Left => Margin;

    public double Right => _pages[^1].Width.Point - Margin;

    public double Width => Right - Left;

    public double Bottom => _pages[^1].Height.Point - FootHeight;

    public int PageCount => _pages.Count;

    public static XFont Font(double size, bool bold = false, string family = ShippedFonts.Text) =>
        new(family, size, bold ? XFontStyleEx.Bold : XFontStyleEx.Regular, XPdfFontOptions.UnicodeDefault);

    /// <summary>Starts a new page unless <paramref name="height"/> still fits.</summary>
    /// <returns>Whether a page was started.</returns>
    public bool Reserve(double height)
    {
        if (Y + height <= Bottom)
        {
            return false;
        }

        Break();
        return true;
    }

    /// <summary>Continues at the top of a new page.</summary>
    public void Break()
    {
        EndMark();
        _graphics.Dispose();
        (_page, _graphics) = AddPage();
        Y = Margin;
        if (ContinuationHead is { } head)
        {
            Decorate(() => head(this));
        }
    }

    /// <summary>Draws what belongs to an element of the document's structure.</summary>
    /// <inheritdoc cref="PdfStructure.Open"/>
    public void Tag(PdfTag tag, Action draw, string? alternative = null, string? scope = null)
    {
        if (_isDecoration)
        {
            draw();
            return;
        }

        EndMark();
        _structure.Open(tag, alternative, scope);
        draw();
        EndMark();
        _structure.Close();
    }

    /// <summary>Draws what is on the page but not in the document's structure, such as what is repeated on each page.</summary>
    public void Decorate(Action draw)
    {
        EndMark();
        _isDecoration = true;
        draw();
        EndMark();
        _isDecoration = false;
    }

    /// <summary>Draws a figure inside of a frame.</summary>
    public void Figure(string alternative, XRect frame, Action draw) => Tag(
        PdfTag.Figure,
        () =>
        {
            _structure.SetFrame(_graphics.Transformer.WorldToDefaultPage(frame));
            draw();
        },
        alternative);

    /// <summary>
    /// Writes one line with its baseline at <paramref name="baseline"/>; right-aligned text ends at <paramref name="x"/>.
    /// </summary>
    public void Text(string text, XFont font, XColor color, double x, double baseline, Align align = Align.Left)
    {
        if (text.Length == 0)
        {
            return;
        }

        PdfRendererExtensions.BeginTextMode(_graphics);
        var left = align == Align.Left ? x : x - TextLayout.Measure(text, font);
        _text.Draw(_graphics, text, font, color, left, baseline, BeginMark, EndMark);
    }

    /// <summary>Writes one line as an element.</summary>
    public void Text(PdfTag tag, string text, XFont font, XColor color, double x, double baseline, Align align = Align.Left) =>
        Tag(tag, () => Text(text, font, color, x, baseline, align));

    /// <summary>Writes wrapped text from <see cref="Y"/> on and moves <see cref="Y"/> below it, across pages if necessary.</summary>
    public void Paragraph(string text, XFont font, XColor color, double x, double width, double lineHeight)
    {
        foreach (var line in TextLayout.Wrap(text, font, width))
        {
            Reserve(lineHeight);
            Text(line, font, color, x, Y + (lineHeight * 0.75));
            Y += lineHeight;
        }
    }

    public void Rule(double y, XColor color, double thickness = 0.5) => Line(Left, y, Right, y, color, thickness);

    public void Line(double x1, double y1, double x2, double y2, XColor color, double thickness) =>
        Paint(() => _graphics.DrawLine(new XPen(color, thickness), x1, y1, x2, y2), isDecoration: true);

    public void Box(double x, double y, double width, double height, XColor color, bool isDecoration = true) =>
        Paint(() => _graphics.DrawRectangle(new XSolidBrush(color), x, y, width, height), isDecoration);

    /// <summary>Fills shapes as one, so that touching shapes show no seams.</summary>
    public void Fill(IEnumerable<XRect> shapes, XColor color)
    {
        var path = new XGraphicsPath { FillMode = XFillMode.Winding };
        foreach (var shape in shapes)
        {
            path.AddRectangle(shape);
        }

        Paint(() => _graphics.DrawPath(new XSolidBrush(color), path));
    }

    /// <summary>Writes a link.</summary>
    public void Link(string address, string shown, XFont font, XColor color, double x, double baseline)
    {
        var height = font.GetHeight();
        Tag(PdfTag.Link, () =>
        {
            Text(shown, font, color, x, baseline);
            var annotation = _page.AddWebLink(
                new PdfRectangle(_graphics.Transformer.WorldToDefaultPage(
                    new XRect(x, baseline - (height * 0.8), TextLayout.Measure(shown, font), height))),
                address);

            // Printable, as PDF/A requires, described, as PDF/UA does, and without the name and time that PDFsharp generates.
            annotation.Elements.SetInteger("/F", 4);
            annotation.Elements.SetString("/Contents", address);
            annotation.Elements.Remove("/NM");
            annotation.Elements.Remove("/M");
            _structure.Add(_page, annotation);
        });
    }

    public void Image(XImage image, double x, double y, double width, double height) =>
        Paint(() => _graphics.DrawImage(image, x, y, width, height));

    /// <summary>Draws on every page once all pages exist.</summary>
    public void OnEachPage(Action<PdfFlow, int> draw)
    {
        for (var number = 1; number <= _pages.Count; number++)
        {
            EndMark();
            _graphics.Dispose();
            _page = _pages[number - 1];
            _graphics = XGraphics.FromPdfPage(_page, XGraphicsPdfPageOptions.Append);
            draw(this, number);
        }
    }

    /// <summary>Saves a PDF/A-3b file; the same drawing and options give the same bytes.</summary>
    public byte[] ToArchive(PdfArchiveOptions options)
    {
        _document.Info.CreationDate = options.CreatedAtUtc;
        _document.Info.ModificationDate = options.CreatedAtUtc;
        PdfArchive.Prepare(_document, options);
        _structure.Write();
        return Save(() => (
            _document.Internals.Catalog.Elements.GetReference("/Metadata")!.ObjectNumber, PdfArchive.Metadata(_document.Info, options)));
    }

    public byte[] ToBytes() => Save(metadata: null);

    public void Dispose()
    {
        _graphics.Dispose();
        _document.Dispose();
    }

    /// <param name="metadata">Which object to replace and by what, known once the document is saved.</param>
    private byte[] Save(Func<(int Number, byte[] Content)>? metadata)
    {
        EndMark();
        _graphics.Dispose();
        using var saved = ReusableStream.Rent();
        _document.Save(saved.Stream, closeStream: false);
        return PdfFinisher.Finish(
            saved.Stream.GetBuffer().AsSpan(0, (int)saved.Stream.Length), _text.Meanings, metadata?.Invoke());
    }

    /// <summary>Begins content of the open element, or continues it where it needs no text of its own.</summary>
    private void BeginMark(string? actualText)
    {
        if (_isMarked && actualText is null)
        {
            return;
        }

        EndMark();
        _graphics.Write(_isDecoration ? Artifact : _structure.Mark(_page, actualText));
        _isMarked = true;
    }

    private void EndMark()
    {
        if (_isMarked)
        {
            _graphics.Write("EMC");
            _isMarked = false;
        }
    }

    private void Paint(Action draw, bool isDecoration = false)
    {
        EndMark();
        PdfRendererExtensions.BeginGraphicMode(_graphics);
        _graphics.Write(isDecoration || _isDecoration ? Artifact : _structure.Mark(_page));
        draw();
        _graphics.Write("EMC");
    }

    private (PdfPage Page, XGraphics Graphics) AddPage()
    {
        var page = _document.AddPage();
        page.Size = PdfSharp.PageSize.A4;
        _pages.Add(page);
        return (page, XGraphics.FromPdfPage(page));
    }
}
