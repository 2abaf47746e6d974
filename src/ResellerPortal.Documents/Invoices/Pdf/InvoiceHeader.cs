using PdfSharp.Drawing;
using ResellerPortal.Documents.Drawing;

namespace ResellerPortal.Documents.Invoices.Pdf;

/// <summary>The parties and the key facts.</summary>
internal static class InvoiceHeader
{
    private const double LogoWidth = 170;
    private const double LogoHeight = 48;
    private const double FactsWidth = 232;
    private const double FactHeight = 15;

    public static void Draw(PdfFlow flow, InvoiceStyle style, byte[]? logo)
    {
        var snapshot = style.Snapshot;
        flow.Box(0, 0, flow.Right + PdfFlow.Margin, 6, style.Accent);
        flow.Text(style.Title, style.Font(20, bold: true), style.Accent, flow.Right, 62, Align.Right);
        flow.Text(snapshot.Number, style.Font(11, bold: true), DocumentColors.Strong, flow.Right, 80, Align.Right);
        var y = logo is null ? 62 : DrawLogo(flow, logo) + 18;
        var name = logo is null ? style.Font(15, bold: true) : style.Strong;
        flow.Text(flow.Fit(snapshot.Seller.Name, name, 290), name, DocumentColors.Strong, flow.Left, y);
        y += logo is null ? 16 : 12;
        foreach (var line in style.Address(snapshot.Seller))
        {
            flow.Text(flow.Fit(line, style.Label, 290), style.Label, DocumentColors.Soft, flow.Left, y);
            y += 11;
        }

        flow.Y = Math.Max(y, 96) + 18;
        DrawParties(flow, style);
    }

    private static double DrawLogo(PdfFlow flow, byte[] logo)
    {
        using var stream = new MemoryStream(logo);
        using var image = XImage.FromStream(stream);

        // PDF/A does not allow interpolation between pixels.
        image.Interpolate = false;
        var scale = Math.Min(LogoWidth / image.PixelWidth, LogoHeight / image.PixelHeight);
        flow.Image(image, flow.Left, 34, image.PixelWidth * scale, image.PixelHeight * scale);
        return 34 + (image.PixelHeight * scale);
    }

    private static void DrawParties(PdfFlow flow, InvoiceStyle style)
    {
        var snapshot = style.Snapshot;
        var top = flow.Y;
        var width = flow.Width - FactsWidth - 24;
        flow.Text(style.Words.BilledTo, style.Label, DocumentColors.Soft, flow.Left, top);
        var y = top + 15;
        foreach (var line in flow.Wrap(snapshot.Buyer.Name, style.Strong, width).Take(2))
        {
            flow.Text(flow.Fit(line, style.Strong, width), style.Strong, DocumentColors.Strong, flow.Left, y);
            y += 12.5;
        }

        foreach (var line in style.Address(snapshot.Buyer))
        {
            flow.Text(flow.Fit(line, style.Body, width), style.Body, DocumentColors.Soft, flow.Left, y);
            y += 12.5;
        }

        flow.Y = Math.Max(y, DrawFacts(flow, style, top - 9)) + 16;
    }

    /// <returns>The bottom of the facts box.</returns>
    private static double DrawFacts(PdfFlow flow, InvoiceStyle style, double top)
    {
        var (snapshot, words) = (style.Snapshot, style.Words);
        List<(string Name, string Value)> facts = [(words.Issued, style.Language.Day(snapshot.IssuedOn))];
        facts.Add(
            snapshot.Credits is { } credits ? (words.AgainstInvoice, credits.Number) : (words.Due, style.Language.Day(snapshot.DueOn)));
        facts.Add((words.Period, $"{style.Language.Day(snapshot.PeriodFrom)} – {style.Language.Day(snapshot.PeriodTo)}"));
        if (snapshot.BuyerReference is { } reference)
        {
            facts.Add((words.BuyerReference, reference));
        }

        var left = flow.Right - FactsWidth;
        var height = (facts.Count * FactHeight) + 34;
        flow.Box(left, top, FactsWidth, height, DocumentColors.Tint(style.Accent));
        flow.Box(left, top, 2.5, height, style.Accent);
        var y = top + 16;
        foreach (var (name, value) in facts)
        {
            flow.Text(name, style.Label, DocumentColors.Soft, left + 12, y);
            flow.Text(
                flow.Fit(value, style.Body, FactsWidth - 36 - flow.Measure(name, style.Label)),
                style.Body,
                DocumentColors.Strong,
                flow.Right - 10,
                y,
                Align.Right);
            y += FactHeight;
        }

        var total = style.IsCredit ? words.AmountCredited : snapshot.Payable.MinorUnits < 0 ? words.CreditBalance : words.AmountDue;
        flow.Text(total, style.Strong, DocumentColors.Strong, left + 12, y + 7);
        flow.Text(
            style.AmountWithCurrency(Math.Abs(snapshot.Payable.MinorUnits)),
            style.Font(13, bold: true),
            style.Accent,
            flow.Right - 10,
            y + 8,
            Align.Right);
        return top + height;
    }
}
