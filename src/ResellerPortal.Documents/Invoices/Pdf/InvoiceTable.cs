using PdfSharp.Drawing;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Documents.Drawing;

namespace ResellerPortal.Documents.Invoices.Pdf;

/// <summary>What is charged, the tax on it by category, and what it comes to.</summary>
internal static class InvoiceTable
{
    private const double RowHeight = 18;
    private const double LineHeight = 12;
    private const double DescriptionWidth = 250;
    private const double TaxesWidth = 282;
    private const double TotalsWidth = 190;

    public static void Draw(PdfFlow sheet, InvoiceStyle page)
    {
        Lines(sheet, page);
        Totals(sheet, page);
    }

    private static void Lines(PdfFlow sheet, InvoiceStyle page)
    {
        var snapshot = page.Snapshot;
        Head(sheet, page);
        foreach (var line in snapshot.Lines)
        {
            var wrapped = sheet.Wrap(line.Description, page.Body, DescriptionWidth);
            var height = Math.Max(RowHeight, (wrapped.Count * LineHeight) + 6);
            if (sheet.Reserve(height))
            {
                Head(sheet, page);
            }

            var baseline = sheet.Y + 12;
            for (var i = 0; i < wrapped.Count; i++)
            {
                sheet.Text(wrapped[i], page.Body, DocumentColors.Strong, sheet.Left, baseline + (i * LineHeight));
            }

            sheet.Text(page.Language.Count(line.Quantity), page.Body, DocumentColors.Strong, Column(sheet, 0), baseline, Align.Right);
            sheet.Text(page.Language.Price(new UnitPrice(line.UnitPriceMicros, snapshot.Currency)), page.Body, DocumentColors.Strong, Column(sheet, 1), baseline, Align.Right);
            sheet.Text(line.TaxCategory == "O" ? "–" : page.Language.Percent(line.TaxRateBasisPoints), page.Body, DocumentColors.Soft, Column(sheet, 2), baseline, Align.Right);
            sheet.Text(page.Amount(line.AmountMinorUnits), page.Body, DocumentColors.Strong, sheet.Right, baseline, Align.Right);
            sheet.Y += height;
            sheet.Rule(sheet.Y, DocumentColors.Hairline);
        }

        sheet.Y += 14;
    }

    private static void Head(PdfFlow sheet, InvoiceStyle page)
    {
        var baseline = sheet.Y + 8;
        sheet.Text(page.Words.Description, page.Label, DocumentColors.Soft, sheet.Left, baseline);
        sheet.Text(page.Words.Quantity, page.Label, DocumentColors.Soft, Column(sheet, 0), baseline, Align.Right);
        sheet.Text(page.Words.UnitPrice, page.Label, DocumentColors.Soft, Column(sheet, 1), baseline, Align.Right);
        sheet.Text(page.Words.Tax, page.Label, DocumentColors.Soft, Column(sheet, 2), baseline, Align.Right);
        sheet.Text($"{page.Words.Amount} {page.Snapshot.Currency.Code}", page.Label, DocumentColors.Soft, sheet.Right, baseline, Align.Right);
        sheet.Y += 14;
        sheet.Rule(sheet.Y, DocumentColors.Strong);
    }

    private static double Column(PdfFlow sheet, int number) => sheet.Right - number switch { 0 => 190, 1 => 125, _ => 78 };

    private static void Totals(PdfFlow sheet, InvoiceStyle page)
    {
        var snapshot = page.Snapshot;
        var isPaidAhead = snapshot.FromBalanceMinorUnits != 0;
        sheet.Reserve(Math.Max(isPaidAhead ? 94 : 62, 22 + (14 * snapshot.Taxes.Count)));
        var top = sheet.Y;
        Taxes(sheet, page);
        var taxesEnd = sheet.Y;
        sheet.Y = top;
        var left = sheet.Right - TotalsWidth;
        Row(page.Words.NetTotal, page.Amount(snapshot.NetMinorUnits), page.Body, DocumentColors.Strong);
        Row(page.Words.Tax, page.Amount(snapshot.TaxMinorUnits), page.Body, DocumentColors.Strong);
        sheet.Line(left, sheet.Y + 1, sheet.Right, sheet.Y + 1, DocumentColors.Strong, 0.5);
        sheet.Y += 6;
        Row($"{page.Words.Total} {snapshot.Currency.Code}", page.Amount(snapshot.TotalMinorUnits), page.Font(12, bold: true), page.Accent);
        if (isPaidAhead)
        {
            Row(page.Words.PaidFromBalance, page.Amount(-snapshot.FromBalanceMinorUnits), page.Body, DocumentColors.Strong);
            Row(page.Words.AmountDue, page.Amount(snapshot.Payable.MinorUnits), page.Strong, DocumentColors.Strong);
        }

        sheet.Y = Math.Max(sheet.Y, taxesEnd) + 12;

        void Row(string name, string value, XFont font, XColor color)
        {
            sheet.Text(name, font, color, left, sheet.Y + 9);
            sheet.Text(value, font, color, sheet.Right, sheet.Y + 9, Align.Right);
            sheet.Y += 16;
        }
    }

    private static void Taxes(PdfFlow sheet, InvoiceStyle page)
    {
        var (taxable, tax) = (sheet.Left + TaxesWidth - 64, sheet.Left + TaxesWidth);
        Row(page.Words.Tax, page.Words.TaxableAmount, page.Words.Amount, DocumentColors.Soft);
        sheet.Line(sheet.Left, sheet.Y - 1, tax, sheet.Y - 1, DocumentColors.Hairline, 0.5);
        foreach (var subtotal in page.Snapshot.Taxes)
        {
            var rate = subtotal.Category == "O" ? "" : $", {page.Language.Percent(subtotal.RateBasisPoints)}";
            Row(GetTaxName(page, subtotal.Category) + rate, page.Amount(subtotal.TaxableMinorUnits), page.Amount(subtotal.TaxMinorUnits), DocumentColors.Strong);
        }

        void Row(string name, string ofAmount, string amount, XColor color)
        {
            sheet.Text(sheet.Fit(name, page.Label, 150), page.Label, color, sheet.Left, sheet.Y + 9);
            sheet.Text(ofAmount, page.Label, color, taxable, sheet.Y + 9, Align.Right);
            sheet.Text(amount, page.Label, color, tax, sheet.Y + 9, Align.Right);
            sheet.Y += 14;
        }
    }

    private static string GetTaxName(InvoiceStyle page, string category) => category switch
    {
        "AE" => page.Words.ReverseCharge,
        "O" => page.Words.NotSubject,
        "E" => page.Words.Exempt,
        "G" => page.Words.Export,
        _ => page.Words.StandardRate,
    };
}
