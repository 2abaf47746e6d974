using ResellerPortal.Core.Invoicing;
using ResellerPortal.Documents.Drawing;
using ResellerPortal.Documents.Typography;

namespace ResellerPortal.Documents.Invoices.Pdf;

/// <summary>An appendix with each API token's daily usage.</summary>
internal static class TokenAppendix
{
    private const int Columns = 5;
    private const double RowHeight = 12;
    private const double HeadHeight = 16;
    private const double Gap = 18;
    private const int RowsKept = 7;

    public static void Draw(PdfFlow flow, InvoiceStyle style)
    {
        if (style.Snapshot.Tokens.Count == 0)
        {
            return;
        }

        flow.Break();
        flow.Text(PdfTag.H2, style.Words.UsageByToken, style.Font(13, bold: true), style.Accent, flow.Left, flow.Y + 10);
        flow.Y += 26;
        foreach (var token in style.Snapshot.Tokens)
        {
            Draw(flow, style, token);
        }
    }

    private static void Draw(PdfFlow flow, InvoiceStyle style, SnapshotToken token)
    {
        // A month of a token stays together; what is longer begins where it can.
        var rows = Math.Min((token.Days.Count + Columns - 1) / Columns, RowsKept);
        flow.Reserve(HeadHeight + (rows * RowHeight));
        flow.Tag(PdfTag.P, () => DrawHead(flow, style, token));
        foreach (var row in token.Days.Chunk(Columns))
        {
            if (flow.Reserve(RowHeight))
            {
                flow.Decorate(() => DrawHead(flow, style, token));
            }

            // Each row is read as a sentence of days and counts; a table of thousands of cells would be slow to walk through.
            flow.Tag(PdfTag.P, () => DrawDays(flow, style, row));
            flow.Y += RowHeight;
        }

        flow.Y += 14;
    }

    private static void DrawDays(PdfFlow flow, InvoiceStyle style, SnapshotDay[] days)
    {
        var width = (flow.Width - (Gap * (Columns - 1))) / Columns;
        foreach (var (column, day) in days.Index())
        {
            var left = flow.Left + (column * (width + Gap));
            var count = style.Language.Count(day.Quantity);
            flow.Text(style.Language.Day(day.Day), style.Label, DocumentColors.Soft, left, flow.Y + 9);
            flow.Text(count, style.Label, DocumentColors.Strong, left + width, flow.Y + 9, Align.Right);
        }
    }

    private static void DrawHead(PdfFlow flow, InvoiceStyle style, SnapshotToken token)
    {
        var count = InvoiceStyle.Format(style.Words.Conversions, style.Language.Count(token.Quantity));
        var width = flow.Width - TextLayout.Measure(count, style.Strong) - Gap;
        flow.Text(
            TextLayout.Fit($"{token.Environment} …{token.Ending}", style.Strong, width),
            style.Strong,
            DocumentColors.Strong,
            flow.Left,
            flow.Y + 9);
        flow.Text(count, style.Strong, DocumentColors.Strong, flow.Right, flow.Y + 9, Align.Right);
        flow.Y += HeadHeight - 2;
        flow.Rule(flow.Y, DocumentColors.Hairline);
        flow.Y += 2;
    }
}
