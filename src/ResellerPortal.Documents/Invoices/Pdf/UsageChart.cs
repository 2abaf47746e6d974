using PdfSharp.Drawing;
using ResellerPortal.Documents.Drawing;
using ResellerPortal.Documents.Typography;

namespace ResellerPortal.Documents.Invoices.Pdf;

/// <summary>A bar chart of the billed days.</summary>
internal static class UsageChart
{
    private const double Height = 54;
    private const double WidestBar = 24;
    private const int DaysOfWeek = 7;

    public static void Draw(PdfFlow flow, InvoiceStyle style)
    {
        var snapshot = style.Snapshot;
        var byDay = snapshot.Days.ToDictionary(d => d.Day, d => d.Quantity);
        var days = snapshot.PeriodTo.DayNumber - snapshot.PeriodFrom.DayNumber + 1;
        var inPeriod = Enumerable.Range(0, days).Select(i => byDay.GetValueOrDefault(snapshot.PeriodFrom.AddDays(i))).ToList();
        var highest = Math.Max(1, inPeriod.Max());
        var busiest = InvoiceStyle.Format(style.Words.BusiestDay, style.Language.Count(inPeriod.Max()));
        flow.Text(PdfTag.P, style.Words.ConversionsPerDay, style.Label, DocumentColors.Soft, flow.Left, flow.Y);
        flow.Text(PdfTag.P, busiest, style.Small, DocumentColors.Soft, flow.Right, flow.Y, Align.Right);
        var baseline = flow.Y + 14 + Height;
        var scale = style.Language.Count(highest);
        var left = flow.Left + TextLayout.Measure(scale, style.Small) + 8;
        var step = (flow.Right - left) / days;
        var bar = Math.Min(step * 0.72, WidestBar);
        DrawScale(flow, style, highest, left, baseline);
        var frame = new XRect(left, baseline - Height, flow.Right - left, Height);
        flow.Figure($"{style.Words.ConversionsPerDay}: {busiest}", frame, () => flow.Fill(
            Enumerable.Range(0, days)
                .Where(i => inPeriod[i] > 0)
                .Select(i => (X: left + (i * step) + ((step - bar) / 2), Height: Math.Max(1, Height * inPeriod[i] / highest)))
                .Select(day => new XRect(day.X, baseline - day.Height, bar, day.Height)),
            style.Accent));
        flow.Y = baseline + 28;

        // A label a week, or fewer where they would touch.
        var width = TextLayout.Measure(style.Language.Day(snapshot.PeriodTo), style.Small) + 12;
        var every = DaysOfWeek * Math.Max(1, (int)Math.Ceiling(width / (step * DaysOfWeek)));
        for (var i = 0; i < days; i += every)
        {
            var x = left + (i * step);
            if (x + width - 12 <= flow.Right)
            {
                flow.Text(style.Language.Day(snapshot.PeriodFrom.AddDays(i)), style.Small, DocumentColors.Soft, x, baseline + 9);
            }
        }
    }

    /// <summary>Draws the lines at nothing, at half and at the busiest day's height.</summary>
    private static void DrawScale(PdfFlow flow, InvoiceStyle style, long highest, double left, double baseline)
    {
        foreach (var (part, count) in new[] { (0.0, 0L), (0.5, highest % 2 == 0 ? highest / 2 : -1), (1.0, highest) })
        {
            var y = baseline - (Height * part);
            if (count >= 0)
            {
                flow.Line(left, y, flow.Right, y, DocumentColors.Hairline, 0.5);
                flow.Text(style.Language.Count(count), style.Small, DocumentColors.Soft, left - 6, y + 2, Align.Right);
            }
        }
    }
}
