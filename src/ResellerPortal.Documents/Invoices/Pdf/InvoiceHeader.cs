using PdfSharp.Drawing;
using ResellerPortal.Documents.Drawing;
using ResellerPortal.Documents.Typography;

namespace ResellerPortal.Documents.Invoices.Pdf;

/// <summary>The parties and the key facts.</summary>
internal static class InvoiceHeader
{
    private const double SellerWidth = 290;
    private const double LogoWidth = 170;
    private const double LogoHeight = 48;
    private const double FactsWidth = 232;
    private const double FactHeight = 15;
    private const double FactLineHeight = 11;

    public static void Draw(PdfFlow flow, InvoiceStyle style, byte[]? logo)
    {
        var snapshot = style.Snapshot;
        flow.ContinuationHead = next =>
            style.DrawLetterhead(next, snapshot.Seller.Name, $"{style.Title} {snapshot.Number}", snapshot.Buyer.Name);
        flow.Box(0, 0, flow.Right + PdfFlow.Margin, 6, style.Accent);
        flow.Tag(PdfTag.H1, () =>
        {
            Line(style.Title, style.Font(20, bold: true), style.Accent, 62);
            Line(snapshot.Number, style.Font(11, bold: true), DocumentColors.Strong, 80);
        });
        var y = logo is null ? 62 : DrawLogo(flow, logo, snapshot.Seller.Name) + 18;
        var name = logo is null ? style.Font(snapshot.Seller.Name.Length > 60 ? 11 : 15, bold: true) : style.Strong;
        y = DocumentStyle.DrawLines(flow, [snapshot.Seller.Name], name, DocumentColors.Strong, SellerWidth, y, name.Size + 2);
        y = DocumentStyle.DrawLines(flow, style.Address(snapshot.Seller), style.Label, DocumentColors.Soft, SellerWidth, y, 11);
        flow.Y = Math.Max(y, 96) + 18;
        DrawParties(flow, style);

        void Line(string text, XFont font, XColor color, double baseline)
        {
            var fitting = TextLayout.Shrink(text, font, flow.Width - SellerWidth - 16);
            flow.Text(TextLayout.Fit(text, fitting, flow.Width - SellerWidth - 16), fitting, color, flow.Right, baseline, Align.Right);
        }
    }

    private static double DrawLogo(PdfFlow flow, byte[] logo, string seller)
    {
        using var stream = new MemoryStream(logo);
        using var image = XImage.FromStream(stream);

        // PDF/A does not allow interpolation between pixels.
        image.Interpolate = false;
        var scale = Math.Min(LogoWidth / image.PixelWidth, LogoHeight / image.PixelHeight);
        var frame = new XRect(flow.Left, 34, image.PixelWidth * scale, image.PixelHeight * scale);
        flow.Figure(seller, frame, () => flow.Image(image, frame.X, frame.Y, frame.Width, frame.Height));
        return frame.Bottom;
    }

    private static void DrawParties(PdfFlow flow, InvoiceStyle style)
    {
        var snapshot = style.Snapshot;
        var top = flow.Y;
        var width = flow.Width - FactsWidth - 24;
        flow.Text(PdfTag.H2, style.Words.BilledTo, style.Label, DocumentColors.Soft, flow.Left, top);
        var y = DocumentStyle.DrawLines(flow, [snapshot.Buyer.Name], style.Strong, DocumentColors.Strong, width, top + 15, 12.5);
        y = DocumentStyle.DrawLines(flow, style.Address(snapshot.Buyer), style.Body, DocumentColors.Soft, width, y, 12.5);
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
        var rows = facts.ConvertAll(fact => (
            fact.Name,
            Lines: TextLayout.Wrap(fact.Value, style.Body, FactsWidth - 36 - TextLayout.Measure(fact.Name, style.Label))));
        var height = rows.Sum(row => FactHeight + ((row.Lines.Count - 1) * FactLineHeight)) + 34;
        flow.Box(left, top, FactsWidth, height, DocumentColors.Tint(style.Accent));
        flow.Box(left, top, 2.5, height, style.Accent);
        var total = style.IsCredit ? words.AmountCredited : snapshot.Payable.MinorUnits < 0 ? words.CreditBalance : words.AmountDue;
        flow.Tag(PdfTag.Table, () =>
        {
            var y = top + 16;
            foreach (var (name, lines) in rows)
            {
                Row(name, style.Label, DocumentColors.Soft, lines, style.Body, DocumentColors.Strong, y);
                y += FactHeight + ((lines.Count - 1) * FactLineHeight);
            }

            Row(
                total,
                style.Strong,
                DocumentColors.Strong,
                [style.AmountWithCurrency(Math.Abs(snapshot.Payable.MinorUnits))],
                style.Font(13, bold: true),
                style.Accent,
                y + 8);
        });
        return top + height;

        void Row(string name, XFont nameFont, XColor nameColor, IReadOnlyList<string> lines, XFont font, XColor color, double y)
        {
            var width = FactsWidth - 36 - TextLayout.Measure(name, nameFont);
            flow.Tag(PdfTag.TR, () =>
            {
                flow.Tag(PdfTag.TH, () => flow.Text(name, nameFont, nameColor, left + 12, y), scope: "Row");
                flow.Tag(PdfTag.TD, () =>
                {
                    foreach (var (index, line) in lines.Index())
                    {
                        var fitting = TextLayout.Shrink(line, font, width);
                        flow.Text(line, fitting, color, flow.Right - 10, y + (index * FactLineHeight), Align.Right);
                    }
                });
            });
        }
    }
}
