using PdfSharp.Drawing;
using QRCoder;
using ResellerPortal.Core.Invoicing;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Documents.Drawing;

namespace ResellerPortal.Documents.Invoices.Pdf;

/// <summary>How it is paid, and what the law wants said about its tax.</summary>
internal static class PaymentBlock
{
    private const double CodeSize = 84;
    private const double LineHeight = 13;

    public static void Draw(PdfFlow sheet, InvoiceStyle page)
    {
        var code = Code(page.Snapshot);
        var width = code is null ? sheet.Width : sheet.Width - CodeSize - 24;
        var text = Text(page);
        var account = Account(page);
        var link = page.IsCredit || page.Snapshot.Payable.MinorUnits <= 0 ? null : page.Snapshot.PayLink;
        var height = 24 + (LineHeight * (sheet.Wrap(text, page.Body, width).Count + account.Count + (link is null ? 0 : 1)));
        sheet.Reserve(Math.Max(height, code is null ? 0 : CodeSize + 18));
        var top = sheet.Y;
        sheet.Text(page.IsCredit ? page.Words.Credit : page.Words.Payment, page.Font(10, bold: true), page.Accent, sheet.Left, top + 8);
        sheet.Y += 16;
        sheet.Paragraph(text, page.Body, DocumentColors.Strong, sheet.Left, width, LineHeight);
        sheet.Y += account.Count > 0 ? 4 : 0;
        foreach (var (name, value) in account)
        {
            sheet.Text(name, page.Label, DocumentColors.Soft, sheet.Left, sheet.Y + 10);
            sheet.Text(sheet.Fit(value, page.Strong, width - 110), page.Strong, DocumentColors.Strong, sheet.Left + 110, sheet.Y + 10);
            sheet.Y += LineHeight;
        }

        if (link is not null)
        {
            var shown = sheet.Fit(link, page.Body, width - 110);
            sheet.Text(page.Words.PayOnline, page.Label, DocumentColors.Soft, sheet.Left, sheet.Y + 10);
            sheet.Text(shown, page.Body, page.Accent, sheet.Left + 110, sheet.Y + 10);
            sheet.Link(link, sheet.Left + 110, sheet.Y, sheet.Measure(shown, page.Body), LineHeight);
            sheet.Y += LineHeight;
        }

        if (code is not null)
        {
            DrawCode(sheet, page, code, top);
            sheet.Y = Math.Max(sheet.Y, top + CodeSize + 16);
        }

        Notes(sheet, page);
    }

    private static string Text(InvoiceStyle page)
    {
        var (snapshot, words) = (page.Snapshot, page.Words);
        var lines = snapshot.Credits is { } credits
            ? [
                InvoiceStyle.Format(words.TakenBack, page.AmountWithCurrency(snapshot.TotalMinorUnits), credits.Number, page.Language.Day(credits.IssuedOn)),
                InvoiceStyle.Format(words.Reason, credits.Reason),
            ]
            : snapshot.TotalMinorUnits < 0 ? [InvoiceStyle.Format(words.NothingToPay, page.AmountWithCurrency(-snapshot.TotalMinorUnits))]
            : snapshot is { FromBalanceMinorUnits: > 0, Payable.MinorUnits: 0 } ? [words.AllPaidFromBalance]
            : new[]
            {
                InvoiceStyle.Format(words.PleasePay, page.AmountWithCurrency(snapshot.Payable.MinorUnits), page.Language.Day(snapshot.DueOn), snapshot.Number),
                snapshot.PaymentInstructions,
            };
        return string.Join('\n', lines.Where(line => line.Length > 0));
    }

    private static List<(string Name, string Value)> Account(InvoiceStyle page)
    {
        if (page.IsCredit || page.Snapshot is not { Payable.MinorUnits: > 0, Account: { } account })
        {
            return [];
        }

        List<(string, string)> rows = [(page.Words.AccountHolder, account.Holder), ("IBAN", account.ReadableIban)];
        if (account.Bic.Length > 0)
        {
            rows.Add(("BIC", account.Bic));
        }

        rows.Add((page.Words.Reference, page.Snapshot.Number));
        return rows;
    }

    /// <summary>Why no tax is charged, what the amounts are in the seller's currency, and what the conversions cost where the seller says so.</summary>
    private static void Notes(PdfFlow sheet, InvoiceStyle page)
    {
        var notes = page.Snapshot.Taxes.Where(t => t.Category != "S")
            .Select(t => t.Reason ?? (t.Category == "AE" ? page.Words.WhyReverseCharge : page.Words.WhyNotSubject))
            .Distinct()
            .ToList();
        if (page.Snapshot.Reporting is { } own)
        {
            var rate = page.Language.Rate(page.Snapshot.Rate);
            notes.Add(InvoiceStyle.Format(
                page.Words.InOwnCurrency, own.Currency.Code, page.Language.AmountWithCurrency(page.Snapshot.ReportedNet), page.Language.AmountWithCurrency(page.Snapshot.ReportedTax), rate));
        }

        if (page.Snapshot.CostMicros is { } cost)
        {
            var money = Money.Round(new ExactAmount(cost, page.Snapshot.ReportedNet.Currency));
            notes.Add(InvoiceStyle.Format(page.Words.CostNote, page.Language.AmountWithCurrency(money)));
        }

        sheet.Y += notes.Count > 0 ? 6 : 0;
        foreach (var note in notes)
        {
            sheet.Paragraph(note, page.Body, DocumentColors.Soft, sheet.Left, sheet.Width, LineHeight);
        }
    }

    /// <summary>
    /// The transfer as a QR code that banks' programs read (European Payments Council, EPC069-12, version 2); null where it
    /// cannot be one, as it is for euros into an account.
    /// </summary>
    private static QRCodeData? Code(InvoiceSnapshot snapshot)
    {
        if (snapshot is not { Credits: null, Account: { } account, Payable.MinorUnits: > 0 and <= 99_999_999_999, Currency.Code: "EUR" })
        {
            return null;
        }

        var transfer = new PayloadGenerator.Girocode(
            account.Iban,
            account.Bic.Length == 0 ? null : account.Bic,
            account.Holder,
            snapshot.Payable.Amount,
            remittanceInformation: snapshot.Number,
            version: PayloadGenerator.Girocode.GirocodeVersion.Version2,
            encoding: PayloadGenerator.Girocode.GirocodeEncoding.UTF_8);

        // The payload says that it is UTF-8; without force, a name of Western Europe would be written in Latin-1.
        return QRCodeGenerator.GenerateQrCode(transfer.ToString(), QRCodeGenerator.ECCLevel.M, forceUtf8: true);
    }

    private static void DrawCode(PdfFlow sheet, InvoiceStyle page, QRCodeData code, double top)
    {
        var left = sheet.Right - CodeSize;
        var module = CodeSize / code.ModuleMatrix.Count;
        var dark =
            from row in code.ModuleMatrix.Index()
            from column in Enumerable.Range(0, row.Item.Count)
            where row.Item[column]
            select new XRect(left + (column * module), top + (row.Index * module), module, module);
        sheet.Fill(dark, DocumentColors.Strong);
        sheet.Text(page.Words.ScanToPay, page.Small, DocumentColors.Soft, left + ((CodeSize - sheet.Measure(page.Words.ScanToPay, page.Small)) / 2), top + CodeSize + 5);
    }
}
