using System.Globalization;
using ResellerPortal.Core.BankStatements;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Web.ResellerPages.Usage;

namespace ResellerPortal.Web.ResellerPages.Payments;

/// <summary>Maps the columns of a bank's CSV file; -1 means no column.</summary>
public sealed record BankColumns(int Day, int Amount, int Currency, int Name, int Iban, int Reference)
{
    private static readonly string[] DateFormats = [
        "yyyy-MM-dd", "dd.MM.yyyy", "dd.MM.yy", "dd/MM/yyyy", "MM/dd/yyyy", "yyyy/MM/dd", "yyyyMMdd", "dd-MM-yyyy",
    ];

    /// <summary>Whether the required columns are mapped; the others are optional.</summary>
    public bool IsComplete => Day >= 0 && Amount >= 0;

    /// <summary>Guesses the columns from common header names in English, German, French, Spanish and Lithuanian.</summary>
    public static BankColumns Guess(IReadOnlyList<string> headers)
    {
        return new BankColumns(
            Find("booking date", "buchungstag", "buchungsdatum", "date", "datum", "fecha", "data"),
            Find("amount", "betrag", "montant", "importe", "suma"),
            Find("currency", "währung", "waehrung", "devise", "moneda", "divisa", "valiuta"),
            Find("payer", "auftraggeber", "zahlungspflichtig", "counterparty", "donneur", "ordenante", "mokėtoj", "name"),
            Find("iban", "kontonummer"),
            Find("reference", "verwendungszweck", "purpose", "details", "description", "libellé", "concepto", "paskirtis"));

        int Find(params string[] words) =>
            words.Select(word => headers.ToList().FindIndex(h => h.Contains(word, StringComparison.OrdinalIgnoreCase))).FirstOrDefault(
                index => index >= 0, -1);
    }

    /// <param name="own">The currency to use if there is no currency column.</param>
    /// <exception cref="InvalidDataException">A line cannot be read; the whole file is rejected.</exception>
    public BankStatementFile Read(CsvFileReader file, Currency own)
    {
        var days = file.Rows.Select(row => CsvFileReader.Cell(row.Cells, Day)).ToList();
        var form = DateFormats.FirstOrDefault(
            form => days.TrueForAll(day => DateOnly.TryParseExact(day, form, CultureInfo.InvariantCulture, DateTimeStyles.None, out _)))
            ?? throw new InvalidDataException(
                $"The column '{file.Headers[Day]}' does not use one consistent date format, such as 2026-11-30 or 30.11.2026.");
        var lines = file.Rows.Select((row, index) => new BankStatementLine(
            "",
            DateOnly.ParseExact(days[index], form, CultureInfo.InvariantCulture),
            ReadAmount(
                row.Line, CsvFileReader.Cell(row.Cells, Amount), ReadCurrency(row.Line, CsvFileReader.Cell(row.Cells, Currency), own)),
            BankStatementLine.Normalize(CsvFileReader.Cell(row.Cells, Name), BankStatementLine.NameLength),
            BankStatementLine.Normalize(
                CsvFileReader.Cell(row.Cells, Iban).Replace(" ", "", StringComparison.Ordinal), BankStatementLine.AccountLength),
            BankStatementLine.Normalize(CsvFileReader.Cell(row.Cells, Reference), BankStatementLine.ReferenceLength),
            "")).ToList();
        return new BankStatementFile(lines.FindAll(e => e.Amount.MinorUnits > 0), lines.Count(e => e.Amount.MinorUnits <= 0));
    }

    private static Currency ReadCurrency(int line, string text, Currency own) =>
        text.Length == 0 ? own
        : Core.Monetary.Currency.TryParse(text.ToUpperInvariant(), out var currency) ? currency
        : throw new InvalidDataException($"Line {line}: '{text}' is not a supported currency.");

    /// <summary>
    /// Parses amounts such as "1.234,56", "1,234.56", "1 234,5" and "-12.50". If both a point and a comma occur, the last one is
    /// the decimal separator; a single one is as well, unless exactly three digits follow it.
    /// </summary>
    private static Money ReadAmount(int line, string text, Currency currency)
    {
        var bare = string.Concat(text.Where(c => !char.IsWhiteSpace(c) && c != '\''));
        var last = bare.LastIndexOfAny(['.', ',']);
        var marks = bare.Where(c => c is '.' or ',').ToList();
        var isDecimal = marks.Distinct().Count() == 2
            ? marks.Count(c => c == bare[last]) == 1
            : marks.Count == 1 && (bare.Length - last - 1 != 3 || currency.MinorDigits == 3);
        var groups = (isDecimal ? bare[..last] : bare).Split('.', ',');
        return groups.Skip(1).All(group => group.Length == 3)
            && (groups.Length == 1 || groups[0].TrimStart('+', '-').Length is >= 1 and <= 3)
            && decimal.TryParse(
                string.Concat(groups) + (isDecimal ? "." + bare[(last + 1)..] : ""),
                NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint,
                CultureInfo.InvariantCulture,
                out var amount)
            && currency.HasWhole(amount)
            && Math.Abs(amount) < 1_000_000_000
            ? Money.Round(amount, currency)
            : throw new InvalidDataException($"Line {line}: '{text}' is not a valid amount in {currency}.");
    }
}
