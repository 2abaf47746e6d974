using ResellerPortal.Core.Invoicing;
using ResellerPortal.Documents.Drawing;

namespace ResellerPortal.Documents.Invoices.Pdf;

/// <summary>What each API token used on each day, on pages of its own.</summary>
internal static class TokenAppendix
{
    private const int Columns = 5;
    private const double RowHeight = 12;
    private const double Gap = 18;

    public static void Draw(PdfFlow sheet, InvoiceStyle page)
    {
        if (page.Snapshot.Tokens.Count == 0)
        {
            return;
        }

        sheet.Break();
        sheet.Text(page.Words.UsageByToken, page.Font(13, bold: true), page.Accent, sheet.Left, sheet.Y + 10);
        sheet.Y += 26;
        foreach (var token in page.Snapshot.Tokens)
        {
            Token(sheet, page, token);
        }
    }

    private static void Token(PdfFlow sheet, InvoiceStyle page, SnapshotToken token)
    {
        // The heading stays with the first row of its days.
        sheet.Reserve(20 + RowHeight);
        sheet.Text(sheet.Fit($"{token.Environment} …{token.Ending}", page.Strong, 330), page.Strong, DocumentColors.Strong, sheet.Left, sheet.Y + 9);
        sheet.Text(InvoiceStyle.Format(page.Words.Conversions, page.Language.Count(token.Quantity)), page.Strong, DocumentColors.Strong, sheet.Right, sheet.Y + 9, Align.Right);
        sheet.Y += 14;
        sheet.Rule(sheet.Y, DocumentColors.Hairline);
        sheet.Y += 2;
        var width = (sheet.Width - (Gap * (Columns - 1))) / Columns;
        foreach (var row in token.Days.Chunk(Columns))
        {
            sheet.Reserve(RowHeight);
            for (var i = 0; i < row.Length; i++)
            {
                var left = sheet.Left + (i * (width + Gap));
                sheet.Text(page.Language.Day(row[i].Day), page.Label, DocumentColors.Soft, left, sheet.Y + 9);
                sheet.Text(page.Language.Count(row[i].Quantity), page.Label, DocumentColors.Strong, left + width, sheet.Y + 9, Align.Right);
            }

            sheet.Y += RowHeight;
        }

        sheet.Y += 14;
    }
}
