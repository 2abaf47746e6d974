using System.Globalization;
using System.Text;
using ResellerPortal.Core.Insights;
using ResellerPortal.Core.Monetary;

namespace ResellerPortal.Documents.Tables;

/// <summary>
/// Writes a month's journal in DATEV's "Buchungsstapel" format (EXTF 700, category 21, version 13): UTF-8 with BOM, semicolons, decimal
/// commas, and the format's first fourteen columns.
/// </summary>
public static class DatevFileWriter
{
    private const int TextLength = 60;

    private static readonly CultureInfo German = CultureInfo.ReadOnly(
        new CultureInfo("") { NumberFormat = { NumberDecimalSeparator = "," } });

    public static byte[] Write(JournalBatch batch)
    {
        var (first, last) = (batch.Month.FirstDay, batch.Month.LastDay);
        var text = new StringBuilder();
        Line(
            "\"EXTF\"",
            "700",
            "21",
            "\"Buchungsstapel\"",
            "13",
            batch.MadeAt.ToString("yyyyMMddHHmmssfff", CultureInfo.InvariantCulture),
            "",
            "\"RP\"",
            "\"\"",
            "\"\"",
            Number(
                batch.Accounts.Consultant), Number(
                    batch.Accounts.Client), Day(
                        new DateOnly(first.Year, 1, 1), "yyyyMMdd"), "4", Day(first, "yyyyMMdd"), Day(last, "yyyyMMdd"),
            Quoted(
                $"Rechnungen {batch.Month}",
                30), "\"\"", "1", "0", "0", Quoted(batch.Currency.Code, 3), "", "\"\"", "", "", "\"\"", "", "", "\"\"", "\"\"");
        Line(
            "Umsatz (ohne Soll/Haben-Kz)",
            "Soll/Haben-Kennzeichen",
            "WKZ Umsatz",
            "Kurs",
            "Basis-Umsatz",
            "WKZ Basis-Umsatz",
            "Konto",
            "Gegenkonto (ohne BU-Schlüssel)",
            "BU-Schlüssel",
            "Belegdatum", "Belegfeld 1", "Belegfeld 2", "Skonto", "Buchungstext");
        foreach (var line in batch.Lines.Where(b => !b.Gross.IsZero))
        {
            var snapshot = line.Document.Snapshot;
            Line(
                Text(line.Gross),
                line.Gross.MinorUnits > 0 ? "\"S\"" : "\"H\"",
                Quoted(snapshot.Currency.Code, 3),
                snapshot.Reporting is null ? "" : snapshot.Rate.Amount.ToString("0.000000", German),
                snapshot.Reporting is null ? "" : Text(line.Booked),
                Quoted(snapshot.Reporting?.Currency.Code ?? "", 3),
                Number(line.Debtor), Number(line.Revenue), "\"\"",
                Day(
                    snapshot.IssuedOn,
                    "ddMM"), Quoted(snapshot.Number, 36), Quoted(line.Document.IsCreditNote ? "" : Day(snapshot.DueOn, "ddMMyy"), 12), "",
                Quoted(snapshot.Buyer.Name, TextLength));
        }

        return [.. Encoding.UTF8.GetPreamble(), .. Encoding.UTF8.GetBytes(text.ToString())];

        void Line(params IEnumerable<string> fields) => text.AppendJoin(';', fields).Append("\r\n");
    }

    private static string Text(Money amount) =>
        Math.Abs(amount.Amount).ToString("0." + new string('0', amount.Currency.MinorDigits), German);

    private static string Day(DateOnly day, string form) => day.ToString(form, CultureInfo.InvariantCulture);

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Quoted(string text, int length) =>
        $"\"{(text.Length > length ? text[..length] : text).Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
