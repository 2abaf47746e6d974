using ResellerPortal.Core.Insights;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Documents.Drawing;
using ResellerPortal.Documents.Typography;

namespace ResellerPortal.Documents.Invoices.Pdf;

/// <summary>Renders a statement of account as PDF/A-3b, in the style of the reseller's invoices.</summary>
public sealed class StatementPdf : IStatementDocument
{
    private const double PartyWidth = 290;

    public byte[] Draw(AccountStatement statement)
    {
        var style = new DocumentStyle(statement.Style.Language, statement.Style.Font, statement.Style.AccentColor);
        var (seller, buyer) = (statement.Style.Seller, statement.Style.Buyer);
        using var flow = new PdfFlow($"{style.Words.Statement}, {buyer.Name}", seller.Name) { FootHeight = 60 };
        var period = $"{style.Language.Day(statement.From)} – {style.Language.Day(statement.To)}";
        flow.ContinuationHead = next => style.DrawLetterhead(next, seller.Name, $"{style.Words.Statement} {period}", buyer.Name);
        DrawHead(flow, style, statement, period);
        CreateTable(flow, style, statement).Draw(flow);
        flow.OnEachPage((foot, number) => foot.Text(
            DocumentStyle.Format(
                style.Words.PageOf,
                style.Words.Statement,
                style.Language.Count(number),
                style.Language.Count(foot.PageCount)), style.Small, DocumentColors.Soft, foot.Right, foot.Bottom + 26, Align.Right));
        return flow.ToArchive(new PdfArchiveOptions(
            statement.To.ToDateTime(TimeOnly.MinValue, DateTimeKind.Utc), statement.Style.Language, Attachment: null));
    }

    private static void DrawHead(PdfFlow flow, DocumentStyle style, AccountStatement statement, string period)
    {
        var (seller, buyer) = (statement.Style.Seller, statement.Style.Buyer);
        var width = flow.Width - PartyWidth - 16;
        var title = TextLayout.Shrink(style.Words.Statement, style.Font(17, bold: true), width);
        flow.Box(0, 0, flow.Right + PdfFlow.Margin, 6, style.Accent);
        flow.Text(PdfTag.H1, style.Words.Statement, title, style.Accent, flow.Right, 62, Align.Right);
        flow.Text(PdfTag.P, period, TextLayout.Shrink(period, style.Strong, width), DocumentColors.Strong, flow.Right, 78, Align.Right);
        var name = style.Font(seller.Name.Length > 60 ? 11 : 15, bold: true);
        var y = DocumentStyle.DrawLines(flow, [seller.Name], name, DocumentColors.Strong, PartyWidth, 62, name.Size + 2);
        y = DocumentStyle.DrawLines(flow, style.Address(seller), style.Label, DocumentColors.Soft, PartyWidth, y, 11) + 14;
        flow.Text(PdfTag.H2, style.Words.AccountOf, style.Label, DocumentColors.Soft, flow.Left, y);
        y = DocumentStyle.DrawLines(flow, [buyer.Name], style.Strong, DocumentColors.Strong, flow.Width, y + 15, 12.5);
        flow.Y = DocumentStyle.DrawLines(flow, style.Address(buyer), style.Label, DocumentColors.Soft, PartyWidth, y, 11) + 14;
    }

    private static PdfTable CreateTable(PdfFlow flow, DocumentStyle style, AccountStatement statement)
    {
        var (words, code) = (style.Words, statement.Currency.Code);
        return new PdfTable(
            style.Table with { RowHeight = 17 },
            [
                new PdfColumn(words.DayOfEntry, ColumnKind.Label, IsSoft: true),
                new PdfColumn(words.Document, ColumnKind.Text),
                new PdfColumn($"{words.Amount} {code}", ColumnKind.Number),
                new PdfColumn($"{words.Owed} {code}", ColumnKind.Number),
            ],
            [
                Row(statement.From, words.OpeningBalance, "", statement.Opening),
                .. statement.Lines.Select(line => Row(
                    line.Entry.Day, line.Entry.Describe(style.Language), style.Language.Amount(line.Entry.Amount), line.Balance)),
                Row(statement.To, words.Owed, "", statement.Closing) with { IsStrong = true },
            ],
            flow.Left,
            flow.Width);

        PdfRow Row(DateOnly day, string document, string amount, Money owed) =>
            new([style.Language.Day(day), document, amount, style.Language.Amount(owed)]);
    }
}
