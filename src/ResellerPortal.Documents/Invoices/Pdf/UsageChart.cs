using ResellerPortal.Documents.Drawing;

namespace ResellerPortal.Documents.Invoices.Pdf;

/// <summary>A bar chart of the billed days.</summary>
internal static class UsageChart
{
    private const double Height = 54;

    public static void Draw(PdfFlow flow, InvoiceStyle style)
    {
        var snapshot = style.Snapshot;
        var byDay = snapshot.Days.ToDictionary(d => d.Day, d => d.Quantity);
        var days = snapshot.PeriodTo.DayNumber - snapshot.PeriodFrom.DayNumber + 1;
        var inPeriod = Enumerable.Range(0, days).Select(i => byDay.GetValueOrDefault(snapshot.PeriodFrom.AddDays(i))).ToList();
        var highest = Math.Max(1, inPeriod.Max());
        flow.Text(style.Words.ConversionsPerDay, style.Label, DocumentColors.Soft, flow.Left, flow.Y);
        flow.Text(
            InvoiceStyle.Format(style.Words.BusiestDay, style.Language.Count(inPeriod.Max())),
            style.Small,
            DocumentColors.Soft,
            flow.Right,
            flow.Y,
            Align.Right);
        var baseline = flow.Y + 10 + Height;
        var step = flow.Width / days;
        for (var i = 0; i < days; i++)
        {
            var bar = inPeriod[i] <= 0 ? 0 : Math.Max(1, Height * inPeriod[i] / highest);
            flow.Box(flow.Left + (i * step) + 1, baseline - bar, Math.Min(step - 2, 24), bar, style.Accent);
        }

        flow.Rule(baseline, DocumentColors.Hairline);
        flow.Text(style.Language.Day(snapshot.PeriodFrom), style.Small, DocumentColors.Soft, flow.Left, baseline + 9);
        flow.Text(style.Language.Day(snapshot.PeriodTo), style.Small, DocumentColors.Soft, flow.Right, baseline + 9, Align.Right);
        flow.Y = baseline + 28;
    }
}
