using PdfSharp.Drawing;
using ResellerPortal.Documents.Drawing;

namespace ResellerPortal.Documents.Invoices.Pdf;

/// <summary>Who bills whom, and the facts that are looked up first.</summary>
internal static class InvoiceHeader
{
    private const double LogoWidth = 170;
    private const double LogoHeight = 48;
    private const double FactsWidth = 232;
    private const double FactHeight = 15;

    public static void Draw(PdfFlow sheet, InvoiceStyle page, byte[]? logo)
    {
        var snapshot = page.Snapshot;
        sheet.Box(0, 0, sheet.Right + PdfFlow.Margin, 6, page.Accent);
        sheet.Text(page.Title, page.Font(20, bold: true), page.Accent, sheet.Right, 62, Align.Right);
        sheet.Text(snapshot.Number, page.Font(11, bold: true), DocumentColors.Strong, sheet.Right, 80, Align.Right);
        var y = logo is null ? 62 : DrawLogo(sheet, logo) + 18;
        var name = logo is null ? page.Font(15, bold: true) : page.Strong;
        sheet.Text(sheet.Fit(snapshot.Seller.Name, name, 290), name, DocumentColors.Strong, sheet.Left, y);
        y += logo is null ? 16 : 12;
        foreach (var line in page.Address(snapshot.Seller))
        {
            sheet.Text(sheet.Fit(line, page.Label, 290), page.Label, DocumentColors.Soft, sheet.Left, y);
            y += 11;
        }

        sheet.Y = Math.Max(y, 96) + 18;
        Parties(sheet, page);
    }

    private static double DrawLogo(PdfFlow sheet, byte[] logo)
    {
        using var stream = new MemoryStream(logo);
        using var image = XImage.FromStream(stream);

        // Smoothing between pixels is not allowed in PDF/A.
        image.Interpolate = false;
        var scale = Math.Min(LogoWidth / image.PixelWidth, LogoHeight / image.PixelHeight);
        sheet.Image(image, sheet.Left, 34, image.PixelWidth * scale, image.PixelHeight * scale);
        return 34 + (image.PixelHeight * scale);
    }

    private static void Parties(PdfFlow sheet, InvoiceStyle page)
    {
        var snapshot = page.Snapshot;
        var top = sheet.Y;
        var width = sheet.Width - FactsWidth - 24;
        sheet.Text(page.Words.BilledTo, page.Label, DocumentColors.Soft, sheet.Left, top);
        var y = top + 15;
        foreach (var line in sheet.Wrap(snapshot.Buyer.Name, page.Strong, width).Take(2))
        {
            sheet.Text(sheet.Fit(line, page.Strong, width), page.Strong, DocumentColors.Strong, sheet.Left, y);
            y += 12.5;
        }

        foreach (var line in page.Address(snapshot.Buyer))
        {
            sheet.Text(sheet.Fit(line, page.Body, width), page.Body, DocumentColors.Soft, sheet.Left, y);
            y += 12.5;
        }

        sheet.Y = Math.Max(y, Facts(sheet, page, top - 9)) + 16;
    }

    /// <returns>Where the box of facts ends.</returns>
    private static double Facts(PdfFlow sheet, InvoiceStyle page, double top)
    {
        var (snapshot, words) = (page.Snapshot, page.Words);
        List<(string Name, string Value)> facts = [(words.Issued, page.Language.Day(snapshot.IssuedOn))];
        facts.Add(snapshot.Credits is { } credits ? (words.AgainstInvoice, credits.Number) : (words.Due, page.Language.Day(snapshot.DueOn)));
        facts.Add((words.Period, $"{page.Language.Day(snapshot.PeriodFrom)} – {page.Language.Day(snapshot.PeriodTo)}"));
        if (snapshot.BuyerReference is { } reference)
        {
            facts.Add((words.BuyerReference, reference));
        }

        var left = sheet.Right - FactsWidth;
        var height = (facts.Count * FactHeight) + 34;
        sheet.Box(left, top, FactsWidth, height, DocumentColors.Tint(page.Accent));
        sheet.Box(left, top, 2.5, height, page.Accent);
        var y = top + 16;
        foreach (var (name, value) in facts)
        {
            sheet.Text(name, page.Label, DocumentColors.Soft, left + 12, y);
            sheet.Text(sheet.Fit(value, page.Body, FactsWidth - 36 - sheet.Measure(name, page.Label)), page.Body, DocumentColors.Strong, sheet.Right - 10, y, Align.Right);
            y += FactHeight;
        }

        var total = page.IsCredit ? words.AmountCredited : snapshot.Payable.MinorUnits < 0 ? words.InYourFavour : words.AmountDue;
        sheet.Text(total, page.Strong, DocumentColors.Strong, left + 12, y + 7);
        sheet.Text(page.AmountWithCurrency(Math.Abs(snapshot.Payable.MinorUnits)), page.Font(13, bold: true), page.Accent, sheet.Right - 10, y + 8, Align.Right);
        return top + height;
    }
}
