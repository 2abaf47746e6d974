using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using ResellerPortal.Core.Insights;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Taxes;

namespace ResellerPortal.Documents.Tables;

/// <summary>
/// Writes a month's journal in DATEV's "Buchungsstapel" format (EXTF 700, category 21, version 13): UTF-8 with BOM, semicolons, decimal
/// commas, and the format's first 41 columns. Source: https://developer.datev.de/datev/platform/de/dtvf (header, Buchungsstapel,
/// Zeichensatz).
/// </summary>
public static partial class DatevFileWriter
{
    private const int NumberLength = 36;
    private const int TextLength = 60;
    private const int VatIdLength = 15;
    private const int CentDigits = 2;

    /// <summary>An empty number.</summary>
    private const string Nothing = "";

    /// <summary>An empty text; texts are always quoted.</summary>
    private const string NoText = "\"\"";

    /// <summary>The rates that the format can express, in units of the document's currency for one of the reseller's.</summary>
    private const decimal LowestRate = 1m;
    private const decimal HighestRate = 9999.999999m;

    private static readonly CultureInfo German = CultureInfo.ReadOnly(
        new CultureInfo("") { NumberFormat = { NumberDecimalSeparator = "," } });

    /// <summary>The headings of the format's sample file, in its order, with what they hold.</summary>
    private static readonly (string Heading, Func<JournalLine, string> Write)[] Columns =
    [
        ("Umsatz (ohne Soll/Haben-Kz)", line => Amount(IsForeign(line) ? line.Gross : line.Booked)),
        ("Soll/Haben-Kennzeichen", line => line.Booked.MinorUnits > 0 ? "\"S\"" : "\"H\""),
        ("WKZ Umsatz", line => Quoted((IsForeign(line) ? line.Gross : line.Booked).Currency.Code, 3)),
        ("Kurs", line => IsForeign(line) ? line.Document.Snapshot.Rate.Amount.ToString("0.000000", German) : Nothing),
        ("Basis-Umsatz", line => IsForeign(line) ? Amount(line.Booked) : Nothing),
        ("WKZ Basis-Umsatz", line => IsForeign(line) ? Quoted(line.Booked.Currency.Code, 3) : NoText),
        ("Konto", line => Number(line.Debtor)),
        ("Gegenkonto (ohne BU-Schlüssel)", line => Number(line.Revenue)),

        // Without a key, DATEV takes the tax from the revenue account.
        ("BU-Schlüssel", _ => NoText),
        ("Belegdatum", line => Day(line.Document.Snapshot.IssuedOn, "ddMM")),
        ("Belegfeld 1", line => Quoted(ToDocumentField(line.Document.Snapshot.Number), NumberLength)),
        (
            "Belegfeld 2",
            line => line.Document.IsCreditNote ? NoText : Quoted(Day(line.Document.Snapshot.DueOn, "ddMMyy"), NumberLength)),
        ("Skonto", _ => Nothing),
        ("Buchungstext", line => Quoted(Describe(line), TextLength)),
        ("Postensperre", _ => Nothing),
        ("Diverse Adressnummer", _ => NoText),
        ("Geschäftspartnerbank", _ => Nothing),
        ("Sachverhalt", _ => Nothing),
        ("Zinssperre", _ => Nothing),
        ("Beleglink", _ => NoText),
        .. Enumerable.Range(1, 8).SelectMany(i => new (string, Func<JournalLine, string>)[]
        {
            ($"Beleginfo - Art {i}", _ => NoText), ($"Beleginfo - Inhalt {i}", _ => NoText),
        }),
        ("KOST1 - Kostenstelle", _ => NoText),
        ("KOST2 - Kostenstelle", _ => NoText),
        ("Kost-Menge", _ => Nothing),
        ("EU-Land u. UStID (Bestimmung)", line => Quoted(GetDestination(line), VatIdLength)),
        ("EU-Steuersatz (Bestimmung)", line => line.Document.Kind == SupplyKind.OneStopShop ? Rate(line) : Nothing),
    ];

    public static byte[] Write(JournalBatch batch)
    {
        var text = new StringBuilder();
        Line(CreateHeader(batch));
        Line(Columns.Select(column => column.Heading));
        foreach (var line in batch.Lines.Where(line => !line.Booked.IsZero))
        {
            Line(Columns.Select(column => column.Write(line)));
        }

        return [.. Encoding.UTF8.GetPreamble(), .. Encoding.UTF8.GetBytes(text.ToString())];

        void Line(IEnumerable<string> fields) => text.AppendJoin(';', fields).Append("\r\n");
    }

    private static string[] CreateHeader(JournalBatch batch)
    {
        var (first, last) = (batch.Month.FirstDay, batch.Month.LastDay);
        return
        [
            "\"EXTF\"", "700", "21", "\"Buchungsstapel\"", "13",
            batch.MadeAt.ToString("yyyyMMddHHmmssfff", CultureInfo.InvariantCulture),
            Nothing, "\"RP\"", NoText, NoText,
            Number(batch.Accounts.Consultant),
            Number(batch.Accounts.Client),

            // The financial year is the calendar year.
            Day(new DateOnly(first.Year, 1, 1), "yyyyMMdd"),
            Number(batch.Accounts.Digits),
            Day(first, "yyyyMMdd"),
            Day(last, "yyyyMMdd"),

            // The name may hold slashes but no hyphens.
            Quoted($"Rechnungsausgang {Day(first, "MM'/'yyyy")}", 30),
            NoText,

            // Financial accounting, for any purpose, and open to changes after the import.
            "1", "0", "0",
            Quoted(batch.Currency.Code, 3),
            Nothing, NoText, Nothing, Nothing,
            Quoted(batch.Accounts.Chart, 2),
            Nothing, Nothing, NoText, NoText,
        ];
    }

    /// <summary>
    /// Whether a line is booked in the document's currency. Amounts have two decimals and rates are at least one, so others are booked in
    /// the reseller's currency.
    /// </summary>
    private static bool IsForeign(JournalLine line) =>
        line.Document.Snapshot.Reporting is not null
        && !line.Gross.IsZero
        && line.Gross.Currency.MinorDigits <= CentDigits
        && line.Document.Snapshot.Rate.Amount is >= LowestRate and <= HighestRate;

    /// <summary>The customer, and the amount in the document's currency where no other column holds it.</summary>
    private static string Describe(JournalLine line)
    {
        var amount = line.Document.Snapshot.Reporting is not null && !IsForeign(line) ? $" {line.Gross}" : "";
        return Cut(line.Document.Snapshot.Buyer.Name, TextLength - amount.Length) + amount;
    }

    /// <summary>The VAT ID for the recapitulative statement, the country for the One-Stop Shop, or nothing.</summary>
    private static string GetDestination(JournalLine line) => line.Document switch
    {
        { Supply.IsOnSalesList: true } document => document.Snapshot.Buyer.VatId ?? "",
        { Kind: SupplyKind.OneStopShop } document => VatId.GetPrefix(document.Snapshot.Buyer.Address.Country),
        _ => "",
    };

    private static string Rate(JournalLine line) => (line.Document.Booked!.RateBasisPoints / 100m).ToString("00.00", German);

    private static string Amount(Money amount) => Math.Abs(amount.Amount).ToString("0.00", German);

    private static string Day(DateOnly day, string form) => day.ToString(form, CultureInfo.InvariantCulture);

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>A document field holds letters, digits and a few signs; a longer number keeps its end, which differs.</summary>
    private static string ToDocumentField(string number)
    {
        var allowed = NotInDocumentField().Replace(number, "-");
        return allowed.Length > NumberLength ? allowed[^NumberLength..] : allowed;
    }

    private static string Quoted(string text, int length) =>
        $"\"{ControlCharacter().Replace(Cut(text, length), " ").Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    /// <summary>Cuts a text without leaving half of a character.</summary>
    private static string Cut(string text, int length) =>
        text.Length <= length ? text : text[..(char.IsHighSurrogate(text[length - 1]) ? length - 1 : length)];

    [GeneratedRegex(@"[^a-zA-Z0-9$&%*+\-/]")]
    private static partial Regex NotInDocumentField();

    [GeneratedRegex(@"\p{Cc}")]
    private static partial Regex ControlCharacter();
}
