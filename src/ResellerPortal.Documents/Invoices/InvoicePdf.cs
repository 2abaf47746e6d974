using System.Globalization;
using PdfSharp.Drawing;
using ResellerPortal.Core.Invoicing;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Documents.Drawing;

namespace ResellerPortal.Documents.Invoices;

/// <summary>The invoice as a PDF, drawn with PDFsharp from the snapshot alone.</summary>
public sealed class InvoicePdf : IInvoiceDocument
{
    private const double RowHeight = 18;
    private const double DescriptionWidth = 250;

    private static readonly CultureInfo Culture = CultureInfo.InvariantCulture;
    private static readonly XFont Body = Font(9);
    private static readonly XFont Strong = Font(9, bold: true);
    private static readonly XFont Label = Font(7.5);
    private static readonly XFont Small = Font(6.5);

    public byte[] Draw(InvoiceSnapshot snapshot)
    {
        using var sheet = new Sheet($"{Title(snapshot)} {snapshot.Number}", snapshot.Seller.Name) { FootHeight = 76 };
        var accent = Ink.Of(snapshot.AccentColor);
        Header(sheet, snapshot, accent);
        Parties(sheet, snapshot);
        if (snapshot.Credits is null)
        {
            Usage(sheet, snapshot, accent);
        }

        Lines(sheet, snapshot);
        Totals(sheet, snapshot, accent);
        PaymentBlock(sheet, snapshot);
        sheet.OnEachPage((page, number) => Foot(page, snapshot, number));
        return sheet.ToBytes(snapshot.IssuedOn.ToDateTime(TimeOnly.MinValue, DateTimeKind.Utc));
    }

    private static XFont Font(double size, bool bold = false)
    {
        ShippedFonts.Use();
        return Sheet.Font(size, bold);
    }

    private static void Header(Sheet sheet, InvoiceSnapshot snapshot, XColor accent)
    {
        sheet.Box(0, 0, sheet.Right + Sheet.Margin, 6, accent);
        var seller = Font(15, bold: true);
        sheet.Text(sheet.Fit(snapshot.Seller.Name, seller, 300), seller, Ink.Strong, sheet.Left, 64);
        sheet.Text(Title(snapshot), Font(20, bold: true), accent, sheet.Right, 66, Align.Right);
        sheet.Text(snapshot.Number, Font(11, bold: true), Ink.Strong, sheet.Right, 84, Align.Right);
        var y = 80.0;
        foreach (var line in Address(snapshot.Seller))
        {
            sheet.Text(sheet.Fit(line, Label, 300), Label, Ink.Soft, sheet.Left, y);
            y += 11;
        }

        sheet.Y = Math.Max(y, 96) + 18;
    }

    private static void Parties(Sheet sheet, InvoiceSnapshot snapshot)
    {
        var top = sheet.Y;
        sheet.Text("BILLED TO", Small, Ink.Soft, sheet.Left, top);
        sheet.Text(sheet.Fit(snapshot.Buyer.Name, Strong, 240), Strong, Ink.Strong, sheet.Left, top + 15);
        var y = top + 28;
        foreach (var line in Address(snapshot.Buyer))
        {
            sheet.Text(sheet.Fit(line, Body, 240), Body, Ink.Soft, sheet.Left, y);
            y += 12.5;
        }

        var facts = new (string Name, string Value)[]
        {
            ("Issued", Date(snapshot.IssuedOn)),
            snapshot.Credits is { } credits ? ("Against invoice", credits.Number) : ("Due", Date(snapshot.DueOn)),
            ("Period", $"{Date(snapshot.PeriodFrom)} – {Date(snapshot.PeriodTo)}"),
            (snapshot.Credits is not null ? "Amount credited" : snapshot.TotalMinorUnits < 0 ? "In your favour" : "Amount due", Amount(snapshot, Math.Abs(snapshot.TotalMinorUnits)) + " " + snapshot.Currency.Code),
        };
        var factY = top + 2;
        foreach (var (name, value) in facts)
        {
            sheet.Text(name, Body, Ink.Soft, sheet.Right - 210, factY);
            sheet.Text(value, Strong, Ink.Strong, sheet.Right, factY, Align.Right);
            factY += 15;
        }

        sheet.Y = Math.Max(y, factY) + 14;
    }

    private static void Usage(Sheet sheet, InvoiceSnapshot snapshot, XColor accent)
    {
        const double height = 54;
        var byDay = snapshot.Days.ToDictionary(d => d.Day, d => d.Quantity);
        var days = snapshot.PeriodTo.DayNumber - snapshot.PeriodFrom.DayNumber + 1;
        var inPeriod = Enumerable.Range(0, days).Select(i => byDay.GetValueOrDefault(snapshot.PeriodFrom.AddDays(i))).ToList();
        var highest = Math.Max(1, inPeriod.Max());
        sheet.Text("CONVERSIONS PER DAY", Small, Ink.Soft, sheet.Left, sheet.Y);
        sheet.Text($"busiest day {inPeriod.Max().ToString("N0", Culture)} conversions", Small, Ink.Soft, sheet.Right, sheet.Y, Align.Right);
        var baseline = sheet.Y + 10 + height;
        var step = sheet.Width / days;
        for (var i = 0; i < days; i++)
        {
            var bar = inPeriod[i] <= 0 ? 0 : Math.Max(1, height * inPeriod[i] / highest);
            sheet.Box(sheet.Left + (i * step) + 1, baseline - bar, step - 2, bar, accent);
        }

        sheet.Rule(baseline, Ink.Hairline);
        sheet.Text(Date(snapshot.PeriodFrom), Small, Ink.Soft, sheet.Left, baseline + 9);
        sheet.Text(Date(snapshot.PeriodTo), Small, Ink.Soft, sheet.Right, baseline + 9, Align.Right);
        sheet.Y = baseline + 26;
    }

    private static void Lines(Sheet sheet, InvoiceSnapshot snapshot)
    {
        TableHead(sheet, snapshot);
        foreach (var line in snapshot.Lines)
        {
            var wrapped = sheet.Wrap(line.Description, Body, DescriptionWidth);
            var height = Math.Max(RowHeight, (wrapped.Count * 12) + 6);
            if (sheet.Reserve(height))
            {
                TableHead(sheet, snapshot);
            }

            var baseline = sheet.Y + 12;
            for (var i = 0; i < wrapped.Count; i++)
            {
                sheet.Text(wrapped[i], Body, Ink.Strong, sheet.Left, baseline + (i * 12));
            }

            sheet.Text(line.Quantity.ToString("N0", Culture), Body, Ink.Strong, Column(sheet, 0), baseline, Align.Right);
            sheet.Text(new UnitPrice(line.UnitPriceMicros, snapshot.Currency).ToAmountString(), Body, Ink.Strong, Column(sheet, 1), baseline, Align.Right);
            sheet.Text(Rate(line.TaxRateBasisPoints), Body, Ink.Soft, Column(sheet, 2), baseline, Align.Right);
            sheet.Text(Amount(snapshot, line.AmountMinorUnits), Body, Ink.Strong, sheet.Right, baseline, Align.Right);
            sheet.Y += height;
            sheet.Rule(sheet.Y, Ink.Hairline);
        }

        sheet.Y += 10;
    }

    private static void TableHead(Sheet sheet, InvoiceSnapshot snapshot)
    {
        var baseline = sheet.Y + 8;
        sheet.Text("Description", Label, Ink.Soft, sheet.Left, baseline);
        sheet.Text("Quantity", Label, Ink.Soft, Column(sheet, 0), baseline, Align.Right);
        sheet.Text("Unit price", Label, Ink.Soft, Column(sheet, 1), baseline, Align.Right);
        sheet.Text("Tax", Label, Ink.Soft, Column(sheet, 2), baseline, Align.Right);
        sheet.Text("Amount " + snapshot.Currency.Code, Label, Ink.Soft, sheet.Right, baseline, Align.Right);
        sheet.Y += 14;
        sheet.Rule(sheet.Y, Ink.Strong);
    }

    private static double Column(Sheet sheet, int number) => sheet.Right - number switch { 0 => 190, 1 => 125, _ => 78 };

    private static void Totals(Sheet sheet, InvoiceSnapshot snapshot, XColor accent)
    {
        sheet.Reserve(44 + (16 * snapshot.Taxes.Count));
        var labels = sheet.Right - 250;
        Row("Net", Amount(snapshot, snapshot.NetMinorUnits), Body, Ink.Strong);
        foreach (var tax in snapshot.Taxes)
        {
            Row(
                $"Tax {Rate(tax.RateBasisPoints)}{Reason(tax.Category)} on {Amount(snapshot, tax.TaxableMinorUnits)}",
                Amount(snapshot, tax.TaxMinorUnits),
                Body,
                Ink.Strong);
        }

        sheet.Line(labels, sheet.Y + 1, sheet.Right, sheet.Y + 1, Ink.Strong, 0.5);
        sheet.Y += 6;
        Row($"Total {snapshot.Currency.Code}", Amount(snapshot, snapshot.TotalMinorUnits), Font(12, bold: true), accent);
        sheet.Y += 12;

        void Row(string name, string value, XFont font, XColor color)
        {
            sheet.Text(name, font, color, labels, sheet.Y + 11);
            sheet.Text(value, font, color, sheet.Right, sheet.Y + 11, Align.Right);
            sheet.Y += 16;
        }
    }

    private static void PaymentBlock(Sheet sheet, InvoiceSnapshot snapshot)
    {
        var notes = snapshot.Taxes.Where(t => t.Category != "S").Select(t => t.Reason ?? (t.Category == "AE"
            ? "Reverse charge: the customer owes the tax (Article 196 of Council Directive 2006/112/EC)."
            : "Not subject to tax.")).Distinct();
        string text = string.Join(
            "\n",
            notes
                .Concat(snapshot.Credits is { } credits
                    ? [$"{Amount(snapshot, snapshot.TotalMinorUnits)} {snapshot.Currency.Code} of invoice {credits.Number} of {Date(credits.IssuedOn)} are taken back.", $"Reason: {credits.Reason}"]
                    : snapshot.TotalMinorUnits < 0 ? [$"Nothing is to be paid. {Amount(snapshot, -snapshot.TotalMinorUnits)} {snapshot.Currency.Code} are in your favour, for usage that was corrected after it was billed."]
                    : [$"Please pay {Amount(snapshot, snapshot.TotalMinorUnits)} {snapshot.Currency.Code} by {Date(snapshot.DueOn)}, with the reference {snapshot.Number}.", snapshot.PaymentInstructions])
                .Where(line => line.Length > 0));
        sheet.Reserve(20 + (12 * sheet.Wrap(text, Body, sheet.Width).Count));
        sheet.Text(snapshot.Credits is null ? "PAYMENT" : "CREDIT", Small, Ink.Soft, sheet.Left, sheet.Y + 6);
        sheet.Y += 12;
        sheet.Paragraph(text, Body, Ink.Strong, sheet.Left, sheet.Width, 13);
    }

    private static void Foot(Sheet sheet, InvoiceSnapshot snapshot, int number)
    {
        var y = sheet.Bottom + 26;
        sheet.Rule(y - 10, Ink.Hairline);
        sheet.Text(
            snapshot.Credits is { } credits ? $"Credits invoice {credits.Number}, which bills usage up to ledger entry {snapshot.Ledger.LastSequence.ToString("N0", Culture)}. Its hash:"
                : snapshot.Ledger.LastSequence < snapshot.Ledger.FirstSequence ? $"Bills no new usage; the ledger is billed through entry {snapshot.Ledger.LastSequence.ToString("N0", Culture)}. Its hash:"
                : $"Bills usage ledger entries {snapshot.Ledger.FirstSequence.ToString("N0", Culture)} to {snapshot.Ledger.LastSequence.ToString("N0", Culture)}. Hash of the last:",
            Small, Ink.Soft, sheet.Left, y);
        sheet.Text(snapshot.Ledger.ChainHead, Small, Ink.Soft, sheet.Left, y + 9);
        sheet.Text($"{snapshot.Number} · page {number} of {sheet.PageCount}", Small, Ink.Soft, sheet.Right, y, Align.Right);
    }

    private static string Title(InvoiceSnapshot snapshot) => snapshot.Credits is null ? "Invoice" : "Credit note";

    private static IEnumerable<string> Address(SnapshotParty party) =>
        party.Address.Lines().Append(party.VatId is null ? "" : "VAT id " + party.VatId).Append(party.Email).Where(line => line.Length > 0);

    private static string Date(DateOnly day) => day.ToString("d MMM yyyy", Culture);

    private static string Amount(InvoiceSnapshot snapshot, long minorUnits) =>
        new Money(minorUnits, snapshot.Currency).Amount.ToString("N" + snapshot.Currency.MinorDigits.ToString(Culture), Culture);

    private static string Rate(int basisPoints) => (basisPoints / 100m).ToString("0.##", Culture) + " %";

    private static string Reason(string taxCategory) => taxCategory switch
    {
        "AE" => " (reverse charge)",
        "O" => " (not subject to tax)",
        "E" => " (exempt)",
        "G" => " (export)",
        _ => "",
    };
}
