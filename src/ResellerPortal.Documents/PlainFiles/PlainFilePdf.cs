using System.Globalization;
using System.Text;
using CsvHelper;
using Markdig;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;
using PdfSharp.Drawing;
using ResellerPortal.Documents.Drawing;
using ResellerPortal.Documents.Typography;

namespace ResellerPortal.Documents.PlainFiles;

/// <summary>Renders simple files as PDF for the sandbox: text, Markdown, CSV, PNG and JPEG.</summary>
public static class PlainFilePdf
{
    private const int MaxCells = 200_000;

    public static IReadOnlyList<string> Formats { get; } = ["txt", "md", "csv", "png", "jpg", "jpeg"];

    /// <param name="format">One of <see cref="Formats"/>.</param>
    /// <exception cref="InvalidDataException">The file does not match its format, or is too large for the sandbox.</exception>
    public static byte[] Draw(string format, string title, byte[] content)
    {
        using var flow = new PdfFlow(title, "Reseller Portal sandbox");
        switch (format)
        {
            case "txt":
                DrawText(flow, Decode(content));
                break;
            case "md":
                DrawMarkdown(flow, Decode(content));
                break;
            case "csv":
                DrawCsv(flow, Decode(content));
                break;
            case "png" or "jpg" or "jpeg":
                DrawImage(flow, content);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(format), format, "Not a sandbox format.");
        }

        return flow.ToBytes();
    }

    /// <summary>Decodes UTF-8 if valid, otherwise Latin-1, which maps every byte to a character so that nothing is lost.</summary>
    private static string Decode(byte[] content)
    {
        string text;
        try
        {
            text = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true).GetString(content);
        }
        catch (DecoderFallbackException)
        {
            text = Encoding.Latin1.GetString(content);
        }

        var printable = new StringBuilder(text.Length);
        foreach (var c in text.TrimStart('\uFEFF').ReplaceLineEndings("\n"))
        {
            _ = c == '\t' ? printable.Append("    ") : printable.Append(c != '\n' && char.IsControl(c) ? '·' : c);
        }

        return printable.ToString();
    }

    private static void DrawText(PdfFlow flow, string text) =>
        flow.Paragraph(text, PdfFlow.Font(9, family: ShippedFonts.Mono), DocumentColors.Strong, flow.Left, flow.Width, 12);

    private static void DrawMarkdown(PdfFlow flow, string text)
    {
        foreach (var block in Markdown.Parse(text))
        {
            DrawBlock(flow, block, indent: 0);
        }
    }

    private static void DrawBlock(PdfFlow flow, Block block, double indent)
    {
        var (x, width) = (flow.Left + indent, flow.Width - indent);
        switch (block)
        {
            case HeadingBlock heading:
                var size = heading.Level switch { 1 => 18, 2 => 14, 3 => 12, _ => 10.5 };
                flow.Y += size * 0.4;
                flow.Paragraph(GetText(heading.Inline), PdfFlow.Font(size, bold: true), DocumentColors.Strong, x, width, size * 1.4);
                flow.Y += 4;
                break;
            case CodeBlock code:
                flow.Paragraph(
                    code.Lines.ToString(), PdfFlow.Font(8.5, family: ShippedFonts.Mono), DocumentColors.Soft, x + 10, width - 10, 12);
                flow.Y += 6;
                break;
            case ThematicBreakBlock:
                flow.Reserve(14);
                flow.Rule(flow.Y + 5, DocumentColors.Hairline);
                flow.Y += 14;
                break;
            case ListBlock list:
                DrawList(flow, list, indent);
                break;
            case LeafBlock leaf:
                flow.Paragraph(GetText(leaf.Inline), PdfFlow.Font(10), DocumentColors.Strong, x, width, 14);
                flow.Y += 6;
                break;
            case ContainerBlock container:
                foreach (var inner in container)
                {
                    DrawBlock(flow, inner, indent + 14);
                }

                break;
        }
    }

    private static void DrawList(PdfFlow flow, ListBlock list, double indent)
    {
        var number = 1;
        foreach (var item in list.OfType<ListItemBlock>())
        {
            flow.Reserve(14);
            var mark = list.IsOrdered ? (number++).ToString(CultureInfo.InvariantCulture) + "." : "•";
            flow.Text(mark, PdfFlow.Font(10), DocumentColors.Soft, flow.Left + indent, flow.Y + 10.5);
            foreach (var inner in item)
            {
                DrawBlock(flow, inner, indent + 16);
            }
        }
    }

    private static string GetText(ContainerInline? inline)
    {
        var text = new StringBuilder();
        foreach (var part in inline?.Descendants() ?? [])
        {
            _ = part switch
            {
                LiteralInline literal => text.Append(literal.Content.ToString()),
                CodeInline code => text.Append(code.Content),
                LineBreakInline { IsHard: true } => text.Append('\n'),
                LineBreakInline => text.Append(' '),
                AutolinkInline link => text.Append(link.Url),
                _ => text,
            };
        }

        return text.ToString();
    }

    private static void DrawCsv(PdfFlow flow, string text)
    {
        var rows = ReadCsv(text);
        var columns = rows.Count == 0 ? 0 : rows.Max(r => r.Length);
        if (columns == 0)
        {
            return;
        }

        var (plain, bold) = (PdfFlow.Font(8), PdfFlow.Font(8, bold: true));
        var widths = Enumerable.Range(0, columns)
            .Select(i => Math.Min(200, rows.Take(200).Max(r => i < r.Length ? TextLayout.Measure(r[i], bold) : 0) + 10))
            .ToArray();
        var scale = Math.Min(1, flow.Width / widths.Sum());
        for (var row = 0; row < rows.Count; row++)
        {
            flow.Reserve(15);
            var x = flow.Left;
            for (var i = 0; i < rows[row].Length; i++)
            {
                var font = row == 0 ? bold : plain;
                flow.Text(
                    TextLayout.Fit(rows[row][i].ReplaceLineEndings(" "), font, (widths[i] * scale) - 6),
                    font,
                    DocumentColors.Strong,
                    x,
                    flow.Y + 10);
                x += widths[i] * scale;
            }

            flow.Y += 15;
            flow.Rule(flow.Y, DocumentColors.Hairline);
        }
    }

    private static List<string[]> ReadCsv(string text)
    {
        var rows = new List<string[]>();
        var cells = 0;
        using var reader = CsvReader.FromText(text, CsvReaderOptions.Default with { HasHeader = false });
        while (reader.Read())
        {
            rows.Add([.. Enumerable.Range(0, reader.FieldCount).Select(reader.GetString)]);
            cells += reader.FieldCount;
            if (cells > MaxCells)
            {
                throw new InvalidDataException($"The sandbox renders tables of up to {MaxCells:N0} cells.");
            }
        }

        return rows;
    }

    private static void DrawImage(PdfFlow flow, byte[] content)
    {
        if (!ImageLimits.IsWithin(content))
        {
            throw new InvalidDataException(
                $"The image is damaged, or has more than the {ImageLimits.MaxPixels:N0} pixels that the sandbox renders.");
        }

        try
        {
            using var stream = new MemoryStream(content, 0, content.Length, writable: false, publiclyVisible: true);
            using var image = XImage.FromStream(stream);
            var scale = Math.Min(1, Math.Min(flow.Width / image.PointWidth, (flow.Bottom - flow.Y) / image.PointHeight));
            flow.Image(image, flow.Left, flow.Y, image.PointWidth * scale, image.PointHeight * scale);
        }
        catch (Exception damaged) when (damaged is not OutOfMemoryException)
        {
            // PDFsharp throws various exceptions for unreadable images.
            throw new InvalidDataException("The image is damaged or does not match its file extension.", damaged);
        }
    }
}
