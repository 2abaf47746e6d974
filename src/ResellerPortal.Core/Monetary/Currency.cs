using System.Text.Json;
using System.Text.Json.Serialization;

namespace ResellerPortal.Core.Monetary;

/// <summary>
/// An ISO 4217 currency with the number of digits of its minor unit (JPY 0, EUR 2, KWD 3).
/// Source: ISO 4217 list one; only currencies in the table are accepted.
/// </summary>
[JsonConverter(typeof(CurrencyJsonConverter))]
public readonly record struct Currency
{
    private static readonly Dictionary<string, int> MinorDigitsByCode = new(StringComparer.Ordinal)
    {
        ["AED"] = 2,
        ["ALL"] = 2,
        ["AUD"] = 2,
        ["BAM"] = 2,
        ["BGN"] = 2,
        ["BHD"] = 3,
        ["BRL"] = 2,
        ["CAD"] = 2,
        ["CHF"] = 2,
        ["CLP"] = 0,
        ["CNY"] = 2,
        ["CZK"] = 2,
        ["DKK"] = 2,
        ["EUR"] = 2,
        ["GBP"] = 2,
        ["HKD"] = 2,
        ["HUF"] = 2,
        ["ILS"] = 2,
        ["INR"] = 2,
        ["ISK"] = 0,
        ["JOD"] = 3,
        ["JPY"] = 0,
        ["KRW"] = 0,
        ["KWD"] = 3,
        ["MDL"] = 2,
        ["MKD"] = 2,
        ["MXN"] = 2,
        ["NOK"] = 2,
        ["NZD"] = 2,
        ["OMR"] = 3,
        ["PLN"] = 2,
        ["RON"] = 2,
        ["RSD"] = 2,
        ["SAR"] = 2,
        ["SEK"] = 2,
        ["SGD"] = 2,
        ["TND"] = 3,
        ["TRY"] = 2,
        ["UAH"] = 2,
        ["USD"] = 2,
        ["ZAR"] = 2,
    };

    private readonly string? _code;

    private Currency(string code, int minorDigits) => (_code, MinorDigits) = (code, minorDigits);

    /// <summary>The alphabetic code, "EUR".</summary>
    public string Code => _code ?? throw new InvalidOperationException("The currency is not set.");

    /// <summary>Digits after the decimal point in the minor unit.</summary>
    public int MinorDigits { get; }

    /// <summary>How many minor units make one currency unit: 1, 100 or 1000.</summary>
    public long MinorUnitsPerUnit => MinorDigits switch { 0 => 1, 2 => 100, _ => 1000 };

    /// <summary>Whether an amount is a whole number of minor units.</summary>
    public bool HasWhole(decimal amount) => amount * MinorUnitsPerUnit % 1 == 0;

    public static IEnumerable<string> KnownCodes => MinorDigitsByCode.Keys;

    /// <exception cref="FormatException">The code is not in the table.</exception>
    public static Currency FromCode(string code) =>
        TryParse(code, out var currency)
            ? currency
            : throw new FormatException($"'{code}' is not a supported currency. Use an ISO 4217 code such as EUR.");

    public static bool TryParse(string? code, out Currency currency)
    {
        var known = MinorDigitsByCode.TryGetValue(code ?? "", out var digits);
        currency = known ? new Currency(code!, digits) : default;
        return known;
    }

    public override string ToString() => Code;

    private sealed class CurrencyJsonConverter : JsonConverter<Currency>
    {
        public override Currency Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            FromCode(reader.GetString() ?? "");

        public override void Write(Utf8JsonWriter writer, Currency value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value.Code);
    }
}
