using System.Globalization;
using System.Text;
using CsvHelper;
using Markdig;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;
using PdfSharp.Drawing;
using ResellerPortal.Documents.Drawing;

namespace ResellerPortal.Documents.PlainFiles;

/// <summary>Simple files as PDF, for the sandbox: text, Markdown, CSV, PNG and JPEG.</summary>
public static class PlainFilePdf
{
    private const int MaxCells = 200_000;

    public static IReadOnlyList<string> Formats { get; } = ["txt", "md", "csv", "png", "jpg", "jpeg"];

    /// <param name="format">One of <see cref="Formats"/>.</param>
    /// <exception cref="InvalidDataException">The file is not what its format says, or too large for the sandbox.</exception>
    public static byte[] Draw(string format, string title, byte[] content)
    {
        using var sheet = new PdfFlow(title, "Reseller Portal sandbox");
        switch (format)
        {
            case "txt":
                DrawText(sheet, Decode(content));
                break;
            case "md":
                DrawMarkdown(sheet, Decode(content));
                break;
            case "csv":
                DrawCsv(sheet, Decode(content));
                break;
            case "png" or "jpg" or "jpeg":
                DrawImage(sheet, content);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(format), format, "Not a format of the sandbox.");
        }

        return sheet.ToBytes();
    }

    /// <summary>UTF-8 where it is valid, else Latin-1, which gives every byte a character; so nothing of a file is lost.</summary>
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

    private static void DrawText(PdfFlow sheet, string text) =>
        sheet.Paragraph(text, PdfFlow.Font(9, family: ShippedFonts.Mono), DocumentColors.Strong, sheet.Left, sheet.Width, 12);

    private static void DrawMarkdown(PdfFlow sheet, string text)
    {
        foreach (var block in Markdown.Parse(text))
        {
            DrawBlock(sheet, block, indent: 0);
        }
    }

    private static void DrawBlock(PdfFlow sheet, Block block, double indent)
    {
        var (x, width) = (sheet.Left + indent, sheet.Width - indent);
        switch (block)
        {
            case HeadingBlock heading:
                var size = heading.Level switch { 1 => 18, 2 => 14, 3 => 12, _ => 10.5 };
                sheet.Y += size * 0.4;
                sheet.Paragraph(GetText(heading.Inline), PdfFlow.Font(size, bold: true), DocumentColors.Strong, x, width, size * 1.4);
                sheet.Y += 4;
                break;
            case CodeBlock code:
                sheet.Paragraph(code.Lines.ToString(), PdfFlow.Font(8.5, family: ShippedFonts.Mono), DocumentColors.Soft, x + 10, width - 10, 12);
                sheet.Y += 6;
                break;
            case ThematicBreakBlock:
                sheet.Reserve(14);
                sheet.Rule(sheet.Y + 5, DocumentColors.Hairline);
                sheet.Y += 14;
                break;
            case ListBlock list:
                DrawList(sheet, list, indent);
                break;
            case LeafBlock leaf:
                sheet.Paragraph(GetText(leaf.Inline), PdfFlow.Font(10), DocumentColors.Strong, x, width, 14);
                sheet.Y += 6;
                break;
            case ContainerBlock container:
                foreach (var inner in container)
                {
                    DrawBlock(sheet, inner, indent + 14);
                }

                break;
        }
    }

    private static void DrawList(PdfFlow sheet, ListBlock list, double indent)
    {
        var number = 1;
        foreach (var item in list.OfType<ListItemBlock>())
        {
            sheet.Reserve(14);
            var mark = list.IsOrdered ? (number++).ToString(CultureInfo.InvariantCulture) + "." : "•";
            sheet.Text(mark, PdfFlow.Font(10), DocumentColors.Soft, sheet.Left + indent, sheet.Y + 10.5);
            foreach (var inner in item)
            {
                DrawBlock(sheet, inner, indent + 16);
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

    private static void DrawCsv(PdfFlow sheet, string text)
    {
        var rows = ReadCsv(text);
        var columns = rows.Count == 0 ? 0 : rows.Max(r => r.Length);
        if (columns == 0)
        {
            return;
        }

        var (plain, bold) = (PdfFlow.Font(8), PdfFlow.Font(8, bold: true));
        var widths = Enumerable.Range(0, columns)
            .Select(i => Math.Min(200, rows.Take(200).Max(r => i < r.Length ? sheet.Measure(r[i], bold) : 0) + 10))
            .ToArray();
        var scale = Math.Min(1, sheet.Width / widths.Sum());
        for (var row = 0; row < rows.Count; row++)
        {
            sheet.Reserve(15);
            var x = sheet.Left;
            for (var i = 0; i < rows[row].Length; i++)
            {
                var font = row == 0 ? bold : plain;
                sheet.Text(sheet.Fit(rows[row][i].ReplaceLineEndings(" "), font, (widths[i] * scale) - 6), font, DocumentColors.Strong, x, sheet.Y + 10);
                x += widths[i] * scale;
            }

            sheet.Y += 15;
            sheet.Rule(sheet.Y, DocumentColors.Hairline);
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
                throw new InvalidDataException($"The sandbox draws tables of up to {MaxCells:N0} cells.");
            }
        }

        return rows;
    }

    private static void DrawImage(PdfFlow sheet, byte[] content)
    {
        try
        {
            using var stream = new MemoryStream(content, 0, content.Length, writable: false, publiclyVisible: true);
            using var image = XImage.FromStream(stream);
            var scale = Math.Min(1, Math.Min(sheet.Width / image.PointWidth, (sheet.Bottom - sheet.Y) / image.PointHeight));
            sheet.Image(image, sheet.Left, sheet.Y, image.PointWidth * scale, image.PointHeight * scale);
        }
        catch (Exception damaged) when (damaged is not OutOfMemoryException)
        {
            // PDFsharp throws many kinds for a picture it cannot read.
            throw new InvalidDataException("The picture is damaged, or not of the format its name says.", damaged);
        }
    }
}
