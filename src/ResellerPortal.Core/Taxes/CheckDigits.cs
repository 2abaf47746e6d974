using System.Globalization;

namespace ResellerPortal.Core.Taxes;

/// <summary>Check digits of numbers that registers and tax authorities give out. Numbers have digits alone, and the right length.</summary>
public static class CheckDigits
{
    /// <summary>Luhn's algorithm, ISO/IEC 7812-1: every second digit from the right counts twice, by the sum of its digits.</summary>
    public static bool IsRightByLuhn(string number)
    {
        var sum = 0;
        for (var i = 0; i < number.Length; i++)
        {
            var digit = Digit(number[^(i + 1)]);
            sum += i % 2 == 0 ? digit : digit > 4 ? (2 * digit) - 9 : 2 * digit;
        }

        return sum % 10 == 0;
    }

    /// <summary>GS1 General Specifications, section 7.9: digits count three times and once in turn, from the right.</summary>
    public static bool IsRightByGs1(string number)
    {
        var sum = 0;
        for (var i = 1; i < number.Length; i++)
        {
            sum += Digit(number[^(i + 1)]) * (i % 2 == 1 ? 3 : 1);
        }

        return TensComplement(sum) == Last(number);
    }

    /// <summary>Brønnøysundregistrene: modulo 11.</summary>
    public static bool IsRightNorwegianNumber(string number) =>
        ElevensComplement(Sum(number, 3, 2, 7, 6, 5, 4, 3, 2)) == Last(number);

    /// <summary>Crossroads Bank for Enterprises: the last two digits are 97 less the rest of the first eight by 97.</summary>
    public static bool IsRightBelgianNumber(string number) => 97 - (Value(number[..8]) % 97) == Value(number[8..]);

    /// <summary>Australian Business Register: with the first digit lowered by one, the weighted sum is a multiple of 89.</summary>
    public static bool IsRightAustralianNumber(string number) =>
        (Sum(number, 10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19) - 10) % 89 == 0;

    internal static int Sum(string number, params ReadOnlySpan<int> weights)
    {
        var sum = 0;
        for (var i = 0; i < weights.Length; i++)
        {
            sum += Digit(number[i]) * weights[i];
        }

        return sum;
    }

    internal static int TensComplement(int sum) => (10 - (sum % 10)) % 10;

    /// <summary>10 where there is no such number.</summary>
    internal static int ElevensComplement(int sum) => (11 - (sum % 11)) % 11;

    internal static long Value(string digits) => long.Parse(digits, CultureInfo.InvariantCulture);

    internal static int Last(string number) => Digit(number[^1]);

    internal static int Digit(char digit) => digit - '0';
}
