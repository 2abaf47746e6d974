using PdfSharp.Drawing;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Documents.Drawing;

namespace ResellerPortal.Documents.Invoices.Pdf;

/// <summary>The charges, the tax by category, and the totals.</summary>
internal static class InvoiceTable
{
    private const double RowHeight = 18;
    private const double LineHeight = 12;
    private const double DescriptionWidth = 250;
    private const double TaxesWidth = 282;
    private const double TotalsWidth = 190;

    public static void Draw(PdfFlow flow, InvoiceStyle style)
    {
        DrawLines(flow, style);
        DrawTotals(flow, style);
    }

    private static void DrawLines(PdfFlow flow, InvoiceStyle style)
    {
        var snapshot = style.Snapshot;
        DrawHead(flow, style);
        foreach (var line in snapshot.Lines)
        {
            var wrapped = flow.Wrap(line.Description, style.Body, DescriptionWidth);
            var height = Math.Max(RowHeight, (wrapped.Count * LineHeight) + 6);
            if (flow.Reserve(height))
            {
                DrawHead(flow, style);
            }

            var baseline = flow.Y + 12;
            for (var i = 0; i < wrapped.Count; i++)
            {
                flow.Text(wrapped[i], style.Body, DocumentColors.Strong, flow.Left, baseline + (i * LineHeight));
            }

            flow.Text(style.Language.Count(line.Quantity), style.Body, DocumentColors.Strong, GetColumn(flow, 0), baseline, Align.Right);
            flow.Text(
                style.Language.Price(new UnitPrice(line.UnitPriceMicros, snapshot.Currency)),
                style.Body,
                DocumentColors.Strong,
                GetColumn(flow, 1),
                baseline,
                Align.Right);
            flow.Text(
                line.TaxCategory == "O" ? "–" : style.Language.Percent(line.TaxRateBasisPoints),
                style.Body,
                DocumentColors.Soft,
                GetColumn(flow, 2),
                baseline,
                Align.Right);
            flow.Text(style.Amount(line.AmountMinorUnits), style.Body, DocumentColors.Strong, flow.Right, baseline, Align.Right);
            flow.Y += height;
            flow.Rule(flow.Y, DocumentColors.Hairline);
        }

        flow.Y += 14;
    }

    private static void DrawHead(PdfFlow flow, InvoiceStyle style)
    {
        var baseline = flow.Y + 8;
        flow.Text(style.Words.Description, style.Label, DocumentColors.Soft, flow.Left, baseline);
        flow.Text(style.Words.Quantity, style.Label, DocumentColors.Soft, GetColumn(flow, 0), baseline, Align.Right);
        flow.Text(style.Words.UnitPrice, style.Label, DocumentColors.Soft, GetColumn(flow, 1), baseline, Align.Right);
        flow.Text(style.Words.Tax, style.Label, DocumentColors.Soft, GetColumn(flow, 2), baseline, Align.Right);
        flow.Text(
            $"{style.Words.Amount} {style.Snapshot.Currency.Code}", style.Label, DocumentColors.Soft, flow.Right, baseline, Align.Right);
        flow.Y += 14;
        flow.Rule(flow.Y, DocumentColors.Strong);
    }

    private static double GetColumn(PdfFlow flow, int number) => flow.Right - number switch { 0 => 190, 1 => 125, _ => 78 };

    private static void DrawTotals(PdfFlow flow, InvoiceStyle style)
    {
        var snapshot = style.Snapshot;
        var isPaidAhead = snapshot.FromBalanceMinorUnits != 0;
        flow.Reserve(Math.Max(isPaidAhead ? 94 : 62, 22 + (14 * snapshot.Taxes.Count)));
        var top = flow.Y;
        DrawTaxes(flow, style);
        var taxesEnd = flow.Y;
        flow.Y = top;
        var left = flow.Right - TotalsWidth;
        Row(style.Words.NetTotal, style.Amount(snapshot.NetMinorUnits), style.Body, DocumentColors.Strong);
        Row(style.Words.Tax, style.Amount(snapshot.TaxMinorUnits), style.Body, DocumentColors.Strong);
        flow.Line(left, flow.Y + 1, flow.Right, flow.Y + 1, DocumentColors.Strong, 0.5);
        flow.Y += 6;
        Row(
            $"{style.Words.Total} {snapshot.Currency.Code}",
            style.Amount(snapshot.TotalMinorUnits),
            style.Font(12, bold: true),
            style.Accent);
        if (isPaidAhead)
        {
            Row(style.Words.PaidFromBalance, style.Amount(-snapshot.FromBalanceMinorUnits), style.Body, DocumentColors.Strong);
            Row(style.Words.AmountDue, style.Amount(snapshot.Payable.MinorUnits), style.Strong, DocumentColors.Strong);
        }

        flow.Y = Math.Max(flow.Y, taxesEnd) + 12;

        void Row(string name, string value, XFont font, XColor color)
        {
            flow.Text(name, font, color, left, flow.Y + 9);
            flow.Text(value, font, color, flow.Right, flow.Y + 9, Align.Right);
            flow.Y += 16;
        }
    }

    private static void DrawTaxes(PdfFlow flow, InvoiceStyle style)
    {
        var (taxable, tax) = (flow.Left + TaxesWidth - 64, flow.Left + TaxesWidth);
        Row(style.Words.Tax, style.Words.TaxableAmount, style.Words.Amount, DocumentColors.Soft);
        flow.Line(flow.Left, flow.Y - 1, tax, flow.Y - 1, DocumentColors.Hairline, 0.5);
        foreach (var subtotal in style.Snapshot.Taxes)
        {
            var rate = subtotal.Category == "O" ? "" : $", {style.Language.Percent(subtotal.RateBasisPoints)}";
            Row(
                GetTaxName(style, subtotal.Category) + rate,
                style.Amount(subtotal.TaxableMinorUnits),
                style.Amount(subtotal.TaxMinorUnits),
                DocumentColors.Strong);
        }

        void Row(string name, string ofAmount, string amount, XColor color)
        {
            flow.Text(flow.Fit(name, style.Label, 150), style.Label, color, flow.Left, flow.Y + 9);
            flow.Text(ofAmount, style.Label, color, taxable, flow.Y + 9, Align.Right);
            flow.Text(amount, style.Label, color, tax, flow.Y + 9, Align.Right);
            flow.Y += 14;
        }
    }

    private static string GetTaxName(InvoiceStyle style, string category) => category switch
    {
        "AE" => style.Words.ReverseCharge,
        "O" => style.Words.NotSubject,
        "E" => style.Words.Exempt,
        "G" => style.Words.Export,
        _ => style.Words.StandardRate,
    };
}
