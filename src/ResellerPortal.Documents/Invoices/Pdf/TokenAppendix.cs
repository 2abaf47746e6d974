using ResellerPortal.Core.Invoicing;
using ResellerPortal.Documents.Drawing;

namespace ResellerPortal.Documents.Invoices.Pdf;

/// <summary>An appendix with each API token's daily usage.</summary>
internal static class TokenAppendix
{
    private const int Columns = 5;
    private const double RowHeight = 12;
    private const double Gap = 18;

    public static void Draw(PdfFlow flow, InvoiceStyle style)
    {
        if (style.Snapshot.Tokens.Count == 0)
        {
            return;
        }

        flow.Break();
        flow.Text(style.Words.UsageByToken, style.Font(13, bold: true), style.Accent, flow.Left, flow.Y + 10);
        flow.Y += 26;
        foreach (var token in style.Snapshot.Tokens)
        {
            Token(flow, style, token);
        }
    }

    private static void Token(PdfFlow flow, InvoiceStyle style, SnapshotToken token)
    {
        // Keep the heading with the first row of days.
        flow.Reserve(20 + RowHeight);
        flow.Text(
            flow.Fit($"{token.Environment} …{token.Ending}", style.Strong, 330),
            style.Strong,
            DocumentColors.Strong,
            flow.Left,
            flow.Y + 9);
        flow.Text(
            InvoiceStyle.Format(style.Words.Conversions, style.Language.Count(token.Quantity)),
            style.Strong,
            DocumentColors.Strong,
            flow.Right,
            flow.Y + 9,
            Align.Right);
        flow.Y += 14;
        flow.Rule(flow.Y, DocumentColors.Hairline);
        flow.Y += 2;
        var width = (flow.Width - (Gap * (Columns - 1))) / Columns;
        foreach (var row in token.Days.Chunk(Columns))
        {
            flow.Reserve(RowHeight);
            for (var i = 0; i < row.Length; i++)
            {
                var left = flow.Left + (i * (width + Gap));
                flow.Text(style.Language.Day(row[i].Day), style.Label, DocumentColors.Soft, left, flow.Y + 9);
                flow.Text(style.Language.Count(row[i].Quantity), style.Label, DocumentColors.Strong, left + width, flow.Y + 9, Align.Right);
            }

            flow.Y += RowHeight;
        }

        flow.Y += 14;
    }
}
