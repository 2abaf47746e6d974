using PdfSharp.Drawing;
using ResellerPortal.Core.Invoicing;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Documents.Drawing;
using ResellerPortal.Documents.Typography;

namespace ResellerPortal.Documents.Invoices.Pdf;

/// <summary>The charges, the tax by category, and the totals.</summary>
internal static class InvoiceTable
{
    private const double TaxesWidth = 282;
    private const double LeastTotalsWidth = 190;
    private const double TotalHeight = 16;

    /// <param name="after">The height of what must stand on the page of the totals.</param>
    public static void Draw(PdfFlow flow, InvoiceStyle style, double after)
    {
        var taxes = CreateTaxes(flow, style);
        var totals = GetTotals(style);
        var height = Math.Max(taxes.Height, (totals.Count * TotalHeight) + 6) + 12;
        DrawLines(flow, style, 14 + height + after);
        flow.Y += 14;
        flow.Reserve(height);
        var top = flow.Y;
        taxes.Draw(flow);
        var taxesEnd = flow.Y;
        flow.Y = top;
        DrawTotals(flow, style, totals, flow.Width - taxes.Width - 16);
        flow.Y = Math.Max(flow.Y, taxesEnd) + 12;
    }

    private static void DrawLines(PdfFlow flow, InvoiceStyle style, double tail)
    {
        var (snapshot, words) = (style.Snapshot, style.Words);
        var sums = new List<long> { 0 };
        foreach (var line in snapshot.Lines)
        {
            sums.Add(sums[^1] + line.AmountMinorUnits);
        }

        var table = new PdfTable(
            style.Table,
            [
                new PdfColumn(words.Description, ColumnKind.Text),
                new PdfColumn(words.Quantity, ColumnKind.Number),
                new PdfColumn(words.UnitPrice, ColumnKind.Decimal),
                new PdfColumn(words.Tax, ColumnKind.Number, IsSoft: true),
                new PdfColumn($"{words.Amount} {snapshot.Currency.Code}", ColumnKind.Number),
            ],
            [
                .. snapshot.Lines.Select(line => new PdfRow(
                [
                    line.Description,
                    style.Language.Count(line.Quantity),
                    style.Language.Price(new UnitPrice(line.UnitPriceMicros, snapshot.Currency)),
                    line.TaxCategory == "O" ? "–" : style.Language.Percent(line.TaxRateBasisPoints),
                    style.Amount(line.AmountMinorUnits),
                ])),
            ],
            flow.Left,
            flow.Width);
        table.Draw(flow, tail, (words.CarriedOver, words.BroughtForward, row => style.Amount(sums[row])));
    }

    private static PdfTable CreateTaxes(PdfFlow flow, InvoiceStyle style) => new(
        style.Table with { Size = 7.5, RowHeight = 14, HasRules = false },
        [
            new PdfColumn(style.Words.Tax, ColumnKind.Label),
            new PdfColumn(style.Words.TaxableAmount, ColumnKind.Number),
            new PdfColumn(style.Words.Amount, ColumnKind.Number),
        ],
        [
            .. style.Snapshot.Taxes.Select(tax => new PdfRow(
            [
                SnapshotText.GetTaxName(tax.Category, style.Words)
                    + (tax.Category == "O" ? "" : $", {style.Language.Percent(tax.RateBasisPoints)}"),
                style.Amount(tax.TaxableMinorUnits),
                style.Amount(tax.TaxMinorUnits),
            ])),
        ],
        flow.Left,
        TaxesWidth);

    private static List<(string Name, string Amount, XFont Font, XColor Color)> GetTotals(InvoiceStyle style)
    {
        var (snapshot, words) = (style.Snapshot, style.Words);
        List<(string, string, XFont, XColor)> rows =
        [
            (words.NetTotal, style.Amount(snapshot.NetMinorUnits), style.Body, DocumentColors.Strong),
            (words.Tax, style.Amount(snapshot.TaxMinorUnits), style.Body, DocumentColors.Strong),
            ($"{words.Total} {snapshot.Currency.Code}", style.Amount(snapshot.TotalMinorUnits), style.Font(12, bold: true), style.Accent),
        ];
        if (snapshot.FromBalanceMinorUnits != 0)
        {
            rows.Add((words.PaidFromBalance, style.Amount(-snapshot.FromBalanceMinorUnits), style.Body, DocumentColors.Strong));
            rows.Add((words.AmountDue, style.Amount(snapshot.Payable.MinorUnits), style.Strong, DocumentColors.Strong));
        }

        return rows;
    }

    private static void DrawTotals(
        PdfFlow flow, InvoiceStyle style, List<(string Name, string Amount, XFont Font, XColor Color)> rows, double available)
    {
        var widest = rows.Max(row => TextLayout.Measure(row.Name, row.Font) + TextLayout.Measure(row.Amount, row.Font)) + 16;
        var width = Math.Min(Math.Max(LeastTotalsWidth, widest), available);
        flow.Tag(PdfTag.Table, () =>
        {
            foreach (var (index, row) in rows.Index())
            {
                if (index == 2)
                {
                    flow.Line(flow.Right - width, flow.Y + 1, flow.Right, flow.Y + 1, DocumentColors.Strong, 0.5);
                    flow.Y += 6;
                }

                var font = TextLayout.Shrink(row.Name + "  " + row.Amount, row.Font, width);
                flow.Tag(PdfTag.TR, () =>
                {
                    flow.Tag(PdfTag.TH, () => flow.Text(row.Name, font, row.Color, flow.Right - width, flow.Y + 9), scope: "Row");
                    flow.Text(PdfTag.TD, row.Amount, font, row.Color, flow.Right, flow.Y + 9, Align.Right);
                });
                flow.Y += TotalHeight;
            }
        });
    }
}
