using PdfSharp.Drawing;
using PdfSharp.Pdf;

namespace ResellerPortal.Documents.Drawing;

internal enum Align
{
    Left,
    Right,
}

/// <summary>A4 pages filled from top to bottom, in points, with the text wrapping and page breaks that PDFsharp lacks.</summary>
internal sealed class PdfFlow : IDisposable
{
    public const double Margin = 48;

    private readonly PdfDocument _document = new();
    private readonly List<PdfPage> _pages = [];
    private XGraphics _graphics;

    public PdfFlow(string title, string author)
    {
        ShippedFonts.Use();
        (_document.Options.NoCompression, _document.Options.CompressContentStreams) = (true, false);
        _document.Info.Title = title;
        _document.Info.Author = author;
        _document.Info.Creator = "Reseller Portal";
        _graphics = AddPage();
    }

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
        _graphics.Dispose();
        _graphics = AddPage();
        Y = Margin;
    }

    /// <summary>
    /// Writes one line with its baseline at <paramref name="baseline"/>; right-aligned text ends at <paramref name="x"/>.
    /// </summary>
    public void Text(string text, XFont font, XColor color, double x, double baseline, Align align = Align.Left)
    {
        if (text.Length == 0)
        {
            return;
        }

        var format = new XStringFormat
        {
            Alignment = align == Align.Left ? XStringAlignment.Near : XStringAlignment.Far,
            LineAlignment = XLineAlignment.BaseLine,
        };

        // The no-break space has done its work; it is drawn as a regular space, which all fonts have and readers can search for.
        _graphics.DrawString(text.Replace('\u00a0', ' '), font, new XSolidBrush(color), x, baseline, format);
    }

    /// <summary>Writes wrapped text from <see cref="Y"/> on and moves <see cref="Y"/> below it, across pages if necessary.</summary>
    public void Paragraph(string text, XFont font, XColor color, double x, double width, double lineHeight)
    {
        foreach (var line in Wrap(text, font, width))
        {
            Reserve(lineHeight);
            Text(line, font, color, x, Y + (lineHeight * 0.75));
            Y += lineHeight;
        }
    }

    /// <summary>Wraps text at spaces, and within words longer than a line.</summary>
    public IReadOnlyList<string> Wrap(string text, XFont font, double width)
    {
        var lines = new List<string>();
        foreach (var paragraph in text.ReplaceLineEndings("\n").Split('\n'))
        {
            var line = "";
            foreach (var word in paragraph.Split(' '))
            {
                var candidate = line.Length == 0 ? word : line + " " + word;
                if (Measure(candidate, font) <= width)
                {
                    line = candidate;
                    continue;
                }

                if (line.Length > 0)
                {
                    lines.Add(line);
                }

                line = word;
                while (Measure(line, font) > width && line.Length > 1)
                {
                    var fits = FittingLength(line, font, width);
                    lines.Add(line[..fits]);
                    line = line[fits..];
                }
            }

            lines.Add(line);
        }

        return lines;
    }

    /// <summary>Truncates text that is wider than a cell, with an ellipsis.</summary>
    public string Fit(string text, XFont font, double width) =>
        Measure(text, font) <= width ? text : text[..Math.Max(0, FittingLength(text, font, width - Measure("…", font)))] + "…";

    public double Measure(string text, XFont font) => text.Length == 0 ? 0 : _graphics.MeasureString(text, font).Width;

    public void Rule(double y, XColor color, double thickness = 0.5) => Line(Left, y, Right, y, color, thickness);

    public void Line(double x1, double y1, double x2, double y2, XColor color, double thickness) =>
        _graphics.DrawLine(new XPen(color, thickness), x1, y1, x2, y2);

    public void Box(double x, double y, double width, double height, XColor color) =>
        _graphics.DrawRectangle(new XSolidBrush(color), x, y, width, height);

    /// <summary>Fills shapes as one, so that touching shapes show no seams.</summary>
    public void Fill(IEnumerable<XRect> shapes, XColor color)
    {
        var path = new XGraphicsPath { FillMode = XFillMode.Winding };
        foreach (var shape in shapes)
        {
            path.AddRectangle(shape);
        }

        _graphics.DrawPath(new XSolidBrush(color), path);
    }

    /// <summary>Adds a link to an area of the page.</summary>
    public void Link(string address, double x, double y, double width, double height)
    {
        var page = _pages[^1];
        var annotation = page.AddWebLink(
            new PdfRectangle(_graphics.Transformer.WorldToDefaultPage(new XRect(x, y, width, height))), address);

        // Printable, as PDF/A requires, and without the name and time that PDFsharp generates.
        annotation.Elements.SetInteger("/F", 4);
        annotation.Elements.Remove("/NM");
        annotation.Elements.Remove("/M");
    }

    public void Image(XImage image, double x, double y, double width, double height) => _graphics.DrawImage(image, x, y, width, height);

    /// <summary>Draws on every page once all pages exist.</summary>
    public void OnEachPage(Action<PdfFlow, int> draw)
    {
        for (var number = 1; number <= _pages.Count; number++)
        {
            _graphics.Dispose();
            _graphics = XGraphics.FromPdfPage(_pages[number - 1], XGraphicsPdfPageOptions.Append);
            draw(this, number);
        }
    }

    /// <summary>Saves a PDF/A-3b file; the same drawing and options give the same bytes.</summary>
    public byte[] ToArchive(PdfArchiveOptions options)
    {
        _document.Info.CreationDate = options.CreatedAtUtc;
        _document.Info.ModificationDate = options.CreatedAtUtc;
        PdfArchive.Prepare(_document, options);
        var saved = Save();
        return PdfFinisher.Finish(
            saved,
            (_document.Internals.Catalog.Elements.GetReference("/Metadata")!.ObjectNumber, PdfArchive.Metadata(_document.Info, options)));
    }

    public byte[] ToBytes() => PdfFinisher.Finish(Save(), metadata: null);

    public void Dispose()
    {
        _graphics.Dispose();
        _document.Dispose();
    }

    private byte[] Save()
    {
        _graphics.Dispose();
        using var stream = new MemoryStream();
        _document.Save(stream, closeStream: false);
        return stream.ToArray();
    }

    private XGraphics AddPage()
    {
        var page = _document.AddPage();
        page.Size = PdfSharp.PageSize.A4;
        _pages.Add(page);
        return XGraphics.FromPdfPage(page);
    }

    private int FittingLength(string text, XFont font, double width)
    {
        var (low, high) = (1, text.Length);
        while (low < high)
        {
            var middle = (low + high + 1) / 2;
            if (Measure(text[..middle], font) <= width)
            {
                low = middle;
            }
            else
            {
                high = middle - 1;
            }
        }

        // Never between the two halves of a surrogate pair.
        return low < text.Length && char.IsHighSurrogate(text[low - 1]) && low > 1 ? low - 1 : low;
    }
}
