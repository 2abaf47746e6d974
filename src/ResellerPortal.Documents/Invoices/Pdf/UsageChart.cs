using ResellerPortal.Documents.Drawing;

namespace ResellerPortal.Documents.Invoices.Pdf;

/// <summary>The billed days as bars.</summary>
internal static class UsageChart
{
    private const double Height = 54;

    public static void Draw(PdfFlow sheet, InvoiceStyle page)
    {
        var snapshot = page.Snapshot;
        var byDay = snapshot.Days.ToDictionary(d => d.Day, d => d.Quantity);
        var days = snapshot.PeriodTo.DayNumber - snapshot.PeriodFrom.DayNumber + 1;
        var inPeriod = Enumerable.Range(0, days).Select(i => byDay.GetValueOrDefault(snapshot.PeriodFrom.AddDays(i))).ToList();
        var highest = Math.Max(1, inPeriod.Max());
        sheet.Text(page.Words.ConversionsPerDay, page.Label, DocumentColors.Soft, sheet.Left, sheet.Y);
        sheet.Text(InvoiceStyle.Format(page.Words.BusiestDay, page.Language.Count(inPeriod.Max())), page.Small, DocumentColors.Soft, sheet.Right, sheet.Y, Align.Right);
        var baseline = sheet.Y + 10 + Height;
        var step = sheet.Width / days;
        for (var i = 0; i < days; i++)
        {
            var bar = inPeriod[i] <= 0 ? 0 : Math.Max(1, Height * inPeriod[i] / highest);
            sheet.Box(sheet.Left + (i * step) + 1, baseline - bar, Math.Min(step - 2, 24), bar, page.Accent);
        }

        sheet.Rule(baseline, DocumentColors.Hairline);
        sheet.Text(page.Language.Day(snapshot.PeriodFrom), page.Small, DocumentColors.Soft, sheet.Left, baseline + 9);
        sheet.Text(page.Language.Day(snapshot.PeriodTo), page.Small, DocumentColors.Soft, sheet.Right, baseline + 9, Align.Right);
        sheet.Y = baseline + 28;
    }
}
