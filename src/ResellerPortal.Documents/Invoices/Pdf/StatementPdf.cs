using PdfSharp.Drawing;
using ResellerPortal.Core.Insights;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Documents.Drawing;

namespace ResellerPortal.Documents.Invoices.Pdf;

/// <summary>A statement of account as a PDF for the archive (PDF/A-3b), in the look of the reseller's invoices.</summary>
public sealed class StatementPdf : IStatementDocument
{
    private const double RowHeight = 17;
    private const double DocumentLeft = 90;
    private const double AmountRight = 110;

    public byte[] Draw(AccountStatement statement)
    {
        var look = new DocumentStyle(statement.Style.Language, statement.Style.Font, statement.Style.AccentColor);
        using var sheet = new PdfFlow($"{look.Words.Statement}, {statement.Style.Buyer.Name}", statement.Style.Seller.Name) { FootHeight = 60 };
        Head(sheet, look, statement);
        TableHead(sheet, look, statement.Currency);
        Row(sheet, look, statement.Currency, statement.From, look.Words.OwedBefore, null, statement.Opening, look.Body);
        foreach (var line in statement.Lines)
        {
            Row(sheet, look, statement.Currency, line.Entry.Day, line.Entry.Describe(look.Language), line.Entry.Amount, line.Balance, look.Body);
        }

        Row(sheet, look, statement.Currency, statement.To, look.Words.Owed, null, statement.Closing, look.Strong);
        sheet.OnEachPage((foot, number) => foot.Text(
            DocumentStyle.Format(look.Words.PageOf, look.Words.Statement, look.Language.Count(number), look.Language.Count(foot.PageCount)), look.Small, DocumentColors.Soft, foot.Right, foot.Bottom + 26, Align.Right));
        return sheet.ToArchive(new PdfArchiveOptions(statement.To.ToDateTime(TimeOnly.MinValue, DateTimeKind.Utc), statement.Style.Language, Attachment: null));
    }

    private static void Head(PdfFlow sheet, DocumentStyle look, AccountStatement statement)
    {
        var title = look.Font(17, bold: true);
        sheet.Box(0, 0, sheet.Right + PdfFlow.Margin, 6, look.Accent);
        sheet.Text(look.Words.Statement, title, look.Accent, sheet.Right, 62, Align.Right);
        sheet.Text($"{look.Language.Day(statement.From)} – {look.Language.Day(statement.To)}", look.Strong, DocumentColors.Strong, sheet.Right, 78, Align.Right);
        sheet.Text(sheet.Fit(statement.Style.Seller.Name, look.Font(15, bold: true), 290), look.Font(15, bold: true), DocumentColors.Strong, sheet.Left, 62);
        var y = Lines(78, look.Address(statement.Style.Seller), look.Label) + 14;
        sheet.Text(look.Words.AccountOf, look.Label, DocumentColors.Soft, sheet.Left, y);
        sheet.Text(sheet.Fit(statement.Style.Buyer.Name, look.Strong, sheet.Width), look.Strong, DocumentColors.Strong, sheet.Left, y + 15);
        sheet.Y = Lines(y + 28, look.Address(statement.Style.Buyer), look.Label) + 14;

        double Lines(double from, IEnumerable<string> lines, XFont font)
        {
            foreach (var line in lines)
            {
                sheet.Text(sheet.Fit(line, font, 290), font, DocumentColors.Soft, sheet.Left, from);
                from += 11;
            }

            return from;
        }
    }

    private static void TableHead(PdfFlow sheet, DocumentStyle look, Currency currency)
    {
        var baseline = sheet.Y + 8;
        sheet.Text(look.Words.DayOfEntry, look.Label, DocumentColors.Soft, sheet.Left, baseline);
        sheet.Text(look.Words.Document, look.Label, DocumentColors.Soft, sheet.Left + DocumentLeft, baseline);
        sheet.Text($"{look.Words.Amount} {currency.Code}", look.Label, DocumentColors.Soft, sheet.Right - AmountRight, baseline, Align.Right);
        sheet.Text($"{look.Words.Owed} {currency.Code}", look.Label, DocumentColors.Soft, sheet.Right, baseline, Align.Right);
        sheet.Y += 14;
        sheet.Rule(sheet.Y, DocumentColors.Strong);
    }

    private static void Row(PdfFlow sheet, DocumentStyle look, Currency currency, DateOnly day, string document, Money? amount, Money owed, XFont font)
    {
        if (sheet.Reserve(RowHeight))
        {
            TableHead(sheet, look, currency);
        }

        var baseline = sheet.Y + 12;
        sheet.Text(look.Language.Day(day), font, DocumentColors.Soft, sheet.Left, baseline);
        sheet.Text(sheet.Fit(document, font, sheet.Width - DocumentLeft - AmountRight - 70), font, DocumentColors.Strong, sheet.Left + DocumentLeft, baseline);
        if (amount is { } moved)
        {
            sheet.Text(look.Language.Amount(moved), font, DocumentColors.Strong, sheet.Right - AmountRight, baseline, Align.Right);
        }

        sheet.Text(look.Language.Amount(owed), font, DocumentColors.Strong, sheet.Right, baseline, Align.Right);
        sheet.Y += RowHeight;
        sheet.Rule(sheet.Y, DocumentColors.Hairline);
    }
}
