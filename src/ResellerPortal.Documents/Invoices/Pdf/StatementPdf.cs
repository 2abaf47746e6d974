using PdfSharp.Drawing;
using ResellerPortal.Core.Insights;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Documents.Drawing;

namespace ResellerPortal.Documents.Invoices.Pdf;

/// <summary>Renders a statement of account as PDF/A-3b, in the style of the reseller's invoices.</summary>
public sealed class StatementPdf : IStatementDocument
{
    private const double RowHeight = 17;
    private const double DocumentLeft = 90;
    private const double AmountRight = 110;

    public byte[] Draw(AccountStatement statement)
    {
        var style = new DocumentStyle(statement.Style.Language, statement.Style.Font, statement.Style.AccentColor);
        using var flow = new PdfFlow(
            $"{style.Words.Statement}, {statement.Style.Buyer.Name}", statement.Style.Seller.Name)
        { FootHeight = 60 };
        DrawHead(flow, style, statement);
        DrawTableHead(flow, style, statement.Currency);
        Row(flow, style, statement.Currency, statement.From, style.Words.OpeningBalance, null, statement.Opening, style.Body);
        foreach (var line in statement.Lines)
        {
            Row(
                flow,
                style,
                statement.Currency,
                line.Entry.Day,
                line.Entry.Describe(style.Language),
                line.Entry.Amount,
                line.Balance,
                style.Body);
        }

        Row(flow, style, statement.Currency, statement.To, style.Words.Owed, null, statement.Closing, style.Strong);
        flow.OnEachPage((foot, number) => foot.Text(
            DocumentStyle.Format(
                style.Words.PageOf,
                style.Words.Statement,
                style.Language.Count(number),
                style.Language.Count(foot.PageCount)), style.Small, DocumentColors.Soft, foot.Right, foot.Bottom + 26, Align.Right));
        return flow.ToArchive(new PdfArchiveOptions(
            statement.To.ToDateTime(TimeOnly.MinValue, DateTimeKind.Utc), statement.Style.Language, Attachment: null));
    }

    private static void DrawHead(PdfFlow flow, DocumentStyle style, AccountStatement statement)
    {
        var title = style.Font(17, bold: true);
        flow.Box(0, 0, flow.Right + PdfFlow.Margin, 6, style.Accent);
        flow.Text(style.Words.Statement, title, style.Accent, flow.Right, 62, Align.Right);
        flow.Text(
            $"{style.Language.Day(statement.From)} – {style.Language.Day(statement.To)}",
            style.Strong,
            DocumentColors.Strong,
            flow.Right,
            78,
            Align.Right);
        flow.Text(
            flow.Fit(statement.Style.Seller.Name, style.Font(15, bold: true), 290),
            style.Font(15, bold: true),
            DocumentColors.Strong,
            flow.Left,
            62);
        var y = Lines(78, style.Address(statement.Style.Seller), style.Label) + 14;
        flow.Text(style.Words.AccountOf, style.Label, DocumentColors.Soft, flow.Left, y);
        flow.Text(flow.Fit(statement.Style.Buyer.Name, style.Strong, flow.Width), style.Strong, DocumentColors.Strong, flow.Left, y + 15);
        flow.Y = Lines(y + 28, style.Address(statement.Style.Buyer), style.Label) + 14;

        double Lines(double from, IEnumerable<string> lines, XFont font)
        {
            foreach (var line in lines)
            {
                flow.Text(flow.Fit(line, font, 290), font, DocumentColors.Soft, flow.Left, from);
                from += 11;
            }

            return from;
        }
    }

    private static void DrawTableHead(PdfFlow flow, DocumentStyle style, Currency currency)
    {
        var baseline = flow.Y + 8;
        flow.Text(style.Words.DayOfEntry, style.Label, DocumentColors.Soft, flow.Left, baseline);
        flow.Text(style.Words.Document, style.Label, DocumentColors.Soft, flow.Left + DocumentLeft, baseline);
        flow.Text(
            $"{style.Words.Amount} {currency.Code}", style.Label, DocumentColors.Soft, flow.Right - AmountRight, baseline, Align.Right);
        flow.Text($"{style.Words.Owed} {currency.Code}", style.Label, DocumentColors.Soft, flow.Right, baseline, Align.Right);
        flow.Y += 14;
        flow.Rule(flow.Y, DocumentColors.Strong);
    }

    private static void Row(
        PdfFlow flow,
        DocumentStyle style,
        Currency currency,
        DateOnly day,
        string document,
        Money? amount,
        Money owed,
        XFont font)
    {
        if (flow.Reserve(RowHeight))
        {
            DrawTableHead(flow, style, currency);
        }

        var baseline = flow.Y + 12;
        flow.Text(style.Language.Day(day), font, DocumentColors.Soft, flow.Left, baseline);
        flow.Text(
            flow.Fit(document, font, flow.Width - DocumentLeft - AmountRight - 70),
            font,
            DocumentColors.Strong,
            flow.Left + DocumentLeft,
            baseline);
        if (amount is { } moved)
        {
            flow.Text(style.Language.Amount(moved), font, DocumentColors.Strong, flow.Right - AmountRight, baseline, Align.Right);
        }

        flow.Text(style.Language.Amount(owed), font, DocumentColors.Strong, flow.Right, baseline, Align.Right);
        flow.Y += RowHeight;
        flow.Rule(flow.Y, DocumentColors.Hairline);
    }
}
