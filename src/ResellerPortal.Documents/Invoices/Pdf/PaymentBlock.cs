using PdfSharp.Drawing;
using QRCoder;
using ResellerPortal.Core.Invoicing;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Documents.Drawing;

namespace ResellerPortal.Documents.Invoices.Pdf;

/// <summary>The payment details, and the tax notes required by law.</summary>
internal static class PaymentBlock
{
    private const double CodeSize = 84;
    private const double LineHeight = 13;

    public static void Draw(PdfFlow flow, InvoiceStyle style)
    {
        var code = CreateCode(style.Snapshot);
        var width = code is null ? flow.Width : flow.Width - CodeSize - 24;
        var text = Text(style);
        var account = Account(style);
        var link = style.IsCredit || style.Snapshot.Payable.MinorUnits <= 0 ? null : style.Snapshot.PayLink;
        var height = 24 + (LineHeight * (flow.Wrap(text, style.Body, width).Count + account.Count + (link is null ? 0 : 1)));
        flow.Reserve(Math.Max(height, code is null ? 0 : CodeSize + 18));
        var top = flow.Y;
        flow.Text(style.IsCredit ? style.Words.Credit : style.Words.Payment, style.Font(10, bold: true), style.Accent, flow.Left, top + 8);
        flow.Y += 16;
        flow.Paragraph(text, style.Body, DocumentColors.Strong, flow.Left, width, LineHeight);
        flow.Y += account.Count > 0 ? 4 : 0;
        foreach (var (name, value) in account)
        {
            flow.Text(name, style.Label, DocumentColors.Soft, flow.Left, flow.Y + 10);
            flow.Text(flow.Fit(value, style.Strong, width - 110), style.Strong, DocumentColors.Strong, flow.Left + 110, flow.Y + 10);
            flow.Y += LineHeight;
        }

        if (link is not null)
        {
            var shown = flow.Fit(link, style.Body, width - 110);
            flow.Text(style.Words.PayOnline, style.Label, DocumentColors.Soft, flow.Left, flow.Y + 10);
            flow.Text(shown, style.Body, style.Accent, flow.Left + 110, flow.Y + 10);
            flow.Link(link, flow.Left + 110, flow.Y, flow.Measure(shown, style.Body), LineHeight);
            flow.Y += LineHeight;
        }

        if (code is not null)
        {
            DrawCode(flow, style, code, top);
            flow.Y = Math.Max(flow.Y, top + CodeSize + 16);
        }

        DrawNotes(flow, style);
    }

    private static string Text(InvoiceStyle style)
    {
        var (snapshot, words) = (style.Snapshot, style.Words);
        var lines = snapshot.Credits is { } credits
            ? [
                InvoiceStyle.Format(
                    words.CreditedSentence,
                    style.AmountWithCurrency(snapshot.TotalMinorUnits),
                    credits.Number,
                    style.Language.Day(credits.IssuedOn)),
                InvoiceStyle.Format(words.Reason, credits.Reason),
            ]
            : snapshot.TotalMinorUnits < 0 ? [InvoiceStyle.Format(words.NothingToPay, style.AmountWithCurrency(-snapshot.TotalMinorUnits))]
            : snapshot is { FromBalanceMinorUnits: > 0, Payable.MinorUnits: 0 } ? [words.AllPaidFromBalance]
            : new[]
            {
                InvoiceStyle.Format(
                    words.PleasePay,
                    style.AmountWithCurrency(snapshot.Payable.MinorUnits),
                    style.Language.Day(snapshot.DueOn),
                    snapshot.Number),
                snapshot.PaymentInstructions,
            };
        return string.Join('\n', lines.Where(line => line.Length > 0));
    }

    private static List<(string Name, string Value)> Account(InvoiceStyle style)
    {
        if (style.IsCredit || style.Snapshot is not { Payable.MinorUnits: > 0, Account: { } account })
        {
            return [];
        }

        List<(string, string)> rows = [(style.Words.AccountHolder, account.Holder), ("IBAN", account.ReadableIban)];
        if (account.Bic.Length > 0)
        {
            rows.Add(("BIC", account.Bic));
        }

        rows.Add((style.Words.Reference, style.Snapshot.Number));
        return rows;
    }

    /// <summary>Draws why no tax is charged, the amounts in the seller's currency, and the seller's cost if it prints it.</summary>
    private static void DrawNotes(PdfFlow flow, InvoiceStyle style)
    {
        var notes = style.Snapshot.Taxes.Where(t => t.Category != "S")
            .Select(t => t.Reason ?? (t.Category == "AE" ? style.Words.WhyReverseCharge : style.Words.WhyNotSubject))
            .Distinct()
            .ToList();
        if (style.Snapshot.Reporting is { } own)
        {
            var rate = style.Language.Rate(style.Snapshot.Rate);
            notes.Add(InvoiceStyle.Format(
                style.Words.InOwnCurrency,
                own.Currency.Code,
                style.Language.AmountWithCurrency(style.Snapshot.ReportedNet),
                style.Language.AmountWithCurrency(style.Snapshot.ReportedTax),
                rate));
        }

        if (style.Snapshot.NationalTax is { Rate.IsOne: false } national)
        {
            notes.Add(InvoiceStyle.Format(
                style.Words.TaxInNationalCurrency,
                national.Currency.Code,
                style.Language.AmountWithCurrency(new Money(national.TaxMinorUnits, national.Currency)),
                style.Language.Rate(national.Rate)));
        }

        if (style.Snapshot.CostMicros is { } cost)
        {
            var money = Money.Round(new ExactAmount(cost, style.Snapshot.ReportedNet.Currency));
            notes.Add(InvoiceStyle.Format(style.Words.CostNote, style.Language.AmountWithCurrency(money)));
        }

        flow.Y += notes.Count > 0 ? 6 : 0;
        foreach (var note in notes)
        {
            flow.Paragraph(note, style.Body, DocumentColors.Soft, flow.Left, flow.Width, LineHeight);
        }
    }

    /// <summary>
    /// The transfer as a payment QR code (European Payments Council, EPC069-12, version 2), which is limited to euros; null if it does not
    /// apply.
    /// </summary>
    private static QRCodeData? CreateCode(InvoiceSnapshot snapshot)
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

        // The payload is declared as UTF-8; without force, Western European names would be encoded as Latin-1.
        return QRCodeGenerator.GenerateQrCode(transfer.ToString(), QRCodeGenerator.ECCLevel.M, forceUtf8: true);
    }

    private static void DrawCode(PdfFlow flow, InvoiceStyle style, QRCodeData code, double top)
    {
        var left = flow.Right - CodeSize;
        var module = CodeSize / code.ModuleMatrix.Count;
        var dark =
            from row in code.ModuleMatrix.Index()
            from column in Enumerable.Range(0, row.Item.Count)
            where row.Item[column]
            select new XRect(left + (column * module), top + (row.Index * module), module, module);
        flow.Fill(dark, DocumentColors.Strong);
        flow.Text(
            style.Words.ScanToPay,
            style.Small,
            DocumentColors.Soft,
            left + ((CodeSize - flow.Measure(style.Words.ScanToPay, style.Small)) / 2),
            top + CodeSize + 5);
    }
}
