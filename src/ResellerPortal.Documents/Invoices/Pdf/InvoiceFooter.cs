using ResellerPortal.Documents.Drawing;
using ResellerPortal.Documents.Typography;

namespace ResellerPortal.Documents.Invoices.Pdf;

/// <summary>The small print on each page: the billed ledger entries, how to verify them, and the page number.</summary>
internal static class InvoiceFooter
{
    public static void Draw(PdfFlow flow, InvoiceStyle style, int number)
    {
        var (snapshot, ledger) = (style.Snapshot, style.Snapshot.Ledger);
        var y = flow.Bottom + 26;
        var pageOf = InvoiceStyle.Format(
            style.Words.PageOf, snapshot.Number, style.Language.Count(number), style.Language.Count(flow.PageCount));
        var last = style.Language.Count(ledger.LastSequence);
        var range = snapshot.Credits is { } credits ? InvoiceStyle.Format(style.Words.LedgerOfCredit, credits.Number, last)
            : ledger.LastSequence < ledger.FirstSequence ? InvoiceStyle.Format(style.Words.LedgerNothingNew, last)
            : InvoiceStyle.Format(style.Words.LedgerRange, style.Language.Count(ledger.FirstSequence), last);
        flow.Rule(y - 10, DocumentColors.Hairline);
        flow.Text(range, style.Small, DocumentColors.Soft, flow.Left, y);
        flow.Text(pageOf, style.Small, DocumentColors.Soft, flow.Right, y, Align.Right);
        flow.Text(ledger.ChainHead, style.Small, DocumentColors.Soft, flow.Left, y + 9);
        var verify = InvoiceStyle.Format(style.Words.Verify, snapshot.VerifyAt ?? style.Words.ThePortal);
        flow.Text(TextLayout.Fit(verify, style.Small, flow.Width), style.Small, DocumentColors.Soft, flow.Left, y + 18);
    }
}
