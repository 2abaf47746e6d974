using ResellerPortal.Documents.Drawing;

namespace ResellerPortal.Documents.Invoices.Pdf;

/// <summary>In small print on each page: which ledger entries are billed, how to verify them, and the page's number.</summary>
internal static class InvoiceFooter
{
    public static void Draw(PdfFlow sheet, InvoiceStyle page, int number)
    {
        var (snapshot, ledger) = (page.Snapshot, page.Snapshot.Ledger);
        var y = sheet.Bottom + 26;
        var pageOf = InvoiceStyle.Format(page.Words.PageOf, snapshot.Number, page.Language.Count(number), page.Language.Count(sheet.PageCount));
        var last = page.Language.Count(ledger.LastSequence);
        var range = snapshot.Credits is { } credits ? InvoiceStyle.Format(page.Words.LedgerOfCredit, credits.Number, last)
            : ledger.LastSequence < ledger.FirstSequence ? InvoiceStyle.Format(page.Words.LedgerNothingNew, last)
            : InvoiceStyle.Format(page.Words.LedgerRange, page.Language.Count(ledger.FirstSequence), last);
        sheet.Rule(y - 10, DocumentColors.Hairline);
        sheet.Text(range, page.Small, DocumentColors.Soft, sheet.Left, y);
        sheet.Text(pageOf, page.Small, DocumentColors.Soft, sheet.Right, y, Align.Right);
        sheet.Text(ledger.ChainHead, page.Small, DocumentColors.Soft, sheet.Left, y + 9);
        var verify = InvoiceStyle.Format(page.Words.Verify, snapshot.VerifyAt ?? page.Words.ThePortal);
        sheet.Text(sheet.Fit(verify, page.Small, sheet.Width), page.Small, DocumentColors.Soft, sheet.Left, y + 18);
    }
}
