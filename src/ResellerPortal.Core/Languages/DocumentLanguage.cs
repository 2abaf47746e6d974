using System.Globalization;
using ResellerPortal.Core.Monetary;

namespace ResellerPortal.Core.Languages;

/// <summary>
/// A language of documents and emails: its words, and its formats for numbers and days. Defined here rather than by the machine's locale
/// data, which changes between versions, so that documents are the same everywhere.
/// </summary>
public sealed class DocumentLanguage
{
    private const string NoBreakSpace = "\u00a0";
    private const string MinusSign = "\u2212";

    private readonly NumberFormatInfo _numbers;
    private readonly string _dayForm;
    private readonly string _monthForm;
    private readonly string _partForm;
    private readonly string[] _months;

    private DocumentLanguage(
        string code,
        string name,
        DocumentWords words,
        string group,
        string point,
        string dayForm,
        string monthForm,
        string partForm,
        string months)
    {
        (Code, Name, Words) = (code, name, words);
        (_dayForm, _monthForm, _partForm, _months) = (dayForm, monthForm, partForm, months.Split(' '));
        _numbers = NumberFormatInfo.ReadOnly(new NumberFormatInfo
        {
            NumberGroupSeparator = group,
            NumberDecimalSeparator = point,
            NegativeSign = MinusSign,
        });
    }

    public static DocumentLanguage English { get; } = new(
        "en", "English", EnglishWords.Instance, ",", ".", "{0} {3} {2}", "{0} {1}", "{0} to {1} {2}",
        "January February March April May June July August September October November December");

    public static DocumentLanguage German { get; } = new(
        "de", "Deutsch", GermanWords.Instance, ".", ",", "{0:00}.{1:00}.{2}", "{0} {1}", "{0}. bis {1}. {2}",
        "Januar Februar März April Mai Juni Juli August September Oktober November Dezember");

    public static DocumentLanguage French { get; } = new(
        "fr", "Français", FrenchWords.Instance, NoBreakSpace, ",", "{0:00}/{1:00}/{2}", "{0} {1}", "{0} au {1} {2}",
        "janvier février mars avril mai juin juillet août septembre octobre novembre décembre");

    public static DocumentLanguage Spanish { get; } = new(
        "es", "Español", SpanishWords.Instance, ".", ",", "{0:00}/{1:00}/{2}", "{0} de {1}", "{0} a {1} de {2}",
        "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre");

    public static DocumentLanguage Lithuanian { get; } = new(
        "lt", "Lietuvių", LithuanianWords.Instance, NoBreakSpace, ",", "{2}-{1:00}-{0:00}", "{1} m. {0} mėn.", "{2} {0}–{1} d.",
        "sausio vasario kovo balandžio gegužės birželio liepos rugpjūčio rugsėjo spalio lapkričio gruodžio");

    public static IReadOnlyList<DocumentLanguage> All { get; } = [English, German, French, Spanish, Lithuanian];

    /// <summary>ISO 639-1.</summary>
    public string Code { get; }

    /// <summary>The language's own name.</summary>
    public string Name { get; }

    public DocumentWords Words { get; }

    public string DecimalPoint => _numbers.NumberDecimalSeparator;

    /// <exception cref="KeyNotFoundException">No language has this code.</exception>
    public static DocumentLanguage Get(string code) => All.FirstOrDefault(language => language.Code == code)
        ?? throw new KeyNotFoundException(
            $"'{code}' is not a document language. Use one of {string.Join(", ", All.Select(language => language.Code))}.");

    public static bool Knows(string code) => All.Any(language => language.Code == code);

    /// <summary>For example "1 Nov 2026" or "01.11.2026".</summary>
    public string Day(DateOnly day) =>
        string.Format(
            CultureInfo.InvariantCulture,
            _dayForm,
            day.Day,
            day.Month,
            day.Year,
            _months[day.Month - 1][..Math.Min(3, _months[day.Month - 1].Length)]);

    /// <summary>For example "November 2026".</summary>
    public string Month(DateOnly month) => string.Format(CultureInfo.InvariantCulture, _monthForm, _months[month.Month - 1], month.Year);

    /// <summary>Days of one month, for example "5 to 20 November".</summary>
    public string PartOfMonth(DateOnly from, DateOnly to) =>
        string.Format(CultureInfo.InvariantCulture, _partForm, from.Day, to.Day, _months[to.Month - 1]);

    /// <summary>For example "1,234".</summary>
    public string Count(long number) => number.ToString("N0", _numbers);

    /// <summary>For example "1,234.50", without the currency.</summary>
    public string Amount(Money money) =>
        money.Amount.ToString("N" + money.Currency.MinorDigits.ToString(CultureInfo.InvariantCulture), _numbers);

    /// <summary>For example "1,234.50 EUR".</summary>
    public string AmountWithCurrency(Money money) => Amount(money) + NoBreakSpace + money.Currency.Code;

    /// <summary>A unit price with at least the currency's digits and at most six, without trailing zeros: "0.0125".</summary>
    public string Price(UnitPrice price) =>
        price.Amount.ToString(
            "#,0." + new string('0', price.Currency.MinorDigits) + new string('#', 6 - price.Currency.MinorDigits), _numbers);

    /// <summary>For example "1 EUR = 1.0824 USD".</summary>
    public string Rate(ExchangeRate rate) =>
        $"1{NoBreakSpace}{rate.From.Code} = {rate.Amount.ToString("0.0########", _numbers)}{NoBreakSpace}{rate.To.Code}";

    /// <summary>For example "21 %", or "21%" in English.</summary>
    public string Percent(int basisPoints) =>
        (basisPoints / 100m).ToString("0.##", _numbers) + (this == English ? "" : NoBreakSpace) + "%";
}
