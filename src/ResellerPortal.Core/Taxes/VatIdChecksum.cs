using System.Globalization;
using static ResellerPortal.Core.Taxes.CheckDigits;

namespace ResellerPortal.Core.Taxes;

/// <summary>
/// Check digits of VAT IDs, by which most typing errors are found. Sources: European Commission, "Algorithms for VAT number validation"
/// (DG TAXUD); the Federal Statistical Office (CH), Brønnøysundregistrene (NO) and HMRC (GB). IDs of persons, and those of countries that
/// publish no algorithm, are taken as they are.
/// </summary>
internal static class VatIdChecksum
{
    private const string SpanishLetters = "TRWAGMYFPDXBNJZSQVHLCKE";
    private const string SpanishCompanyLetters = "JABCDEFGHI";
    private const string IrishLetters = "WABCDEFGHIJKLMNOPQRSTUV";

    /// <param name="id">Normalised and of its country's format, with the prefix.</param>
    public static bool IsRight(string id)
    {
        var number = id[2..];
        return id[..2] switch
        {
            "AT" => IsRightInAustria(number[1..]),
            "BE" => IsRightBelgianNumber(number),
            "BG" => number.Length != 9 || IsRightInBulgaria(number),
            "CY" => IsRightInCyprus(number),
            "CZ" => number.Length != 8 || (11 - (Sum(number, 8, 7, 6, 5, 4, 3, 2) % 11)) % 10 == Last(number),
            "DE" or "HR" => IsRightModulo11And10(number),
            "DK" => Sum(number, 2, 7, 6, 5, 4, 3, 2, 1) % 11 == 0,
            "EE" => TensComplement(Sum(number, 3, 7, 1, 3, 7, 1, 3, 7)) == Last(number),
            "ES" => IsRightInSpain(number),
            "FI" => ElevensComplement(Sum(number, 7, 9, 10, 5, 8, 4, 2)) == Last(number),
            "FR" => IsRightInFrance(number),
            "EL" => Sum(number, 256, 128, 64, 32, 16, 8, 4, 2) % 11 % 10 == Last(number),
            "HU" => TensComplement(Sum(number, 9, 7, 3, 1, 9, 7, 3)) == Last(number),
            "IE" => IsRightInIreland(number),
            "IT" => IsRightByLuhn(number),
            "LT" => IsRightInLithuania(number),
            "LU" => Value(number[..6]) % 89 == Value(number[6..]),
            "LV" => number[0] <= '3' || Sum(number, 9, 1, 4, 8, 3, 10, 2, 5, 7, 6, 1) % 11 == 3,
            "MT" => (Sum(number, 3, 4, 6, 7, 8, 9) + Value(number[6..])) % 37 == 0,
            "NL" => Sum(number, 9, 8, 7, 6, 5, 4, 3, 2) % 11 == Digit(number[8]) || IsRightModulo97(id),
            "PL" => Sum(number, 6, 5, 7, 2, 3, 4, 5, 6, 7) % 11 == Last(number),
            "PT" => (11 - (Sum(number, 9, 8, 7, 6, 5, 4, 3, 2) % 11)) is var check && (check > 9 ? 0 : check) == Last(number),
            "RO" => Sum(number.PadLeft(10, '0'), 7, 5, 3, 2, 1, 7, 5, 3, 2) * 10 % 11 % 10 == Last(number),
            "SE" => IsRightByLuhn(number[..10]),
            "SI" => (11 - (Sum(number, 8, 7, 6, 5, 4, 3, 2) % 11)) is not 11 and var check && check % 10 == Last(number),
            "SK" => Value(number) % 11 == 0,
            "GB" or "XI" => !char.IsAsciiDigit(number[0]) || IsRightInBritain(number),
            "CH" => ElevensComplement(Sum(number[1..], 5, 4, 3, 2, 7, 6, 5, 4)) == Digit(number[9]),
            "NO" => IsRightNorwegianNumber(number[..9]),
            _ => true,
        };
    }

    private static bool IsRightInAustria(string number)
    {
        var sum = 4;
        for (var i = 0; i < 7; i++)
        {
            var digit = Digit(number[i]);
            sum += i % 2 == 0 ? digit : (digit / 5) + (2 * digit % 10);
        }

        return TensComplement(sum) == Last(number);
    }

    private static bool IsRightInBulgaria(string number)
    {
        var check = Sum(number, 1, 2, 3, 4, 5, 6, 7, 8) % 11;
        return (check == 10 ? Sum(number, 3, 4, 5, 6, 7, 8, 9, 10) % 11 % 10 : check) == Last(number);
    }

    private static bool IsRightInCyprus(string number)
    {
        ReadOnlySpan<int> odd = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21];
        var sum = 0;
        for (var i = 0; i < 8; i++)
        {
            sum += i % 2 == 0 ? odd[Digit(number[i])] : Digit(number[i]);
        }

        return number[8] == 'A' + (sum % 26);
    }

    private static bool IsRightInSpain(string number)
    {
        if (char.IsAsciiDigit(number[0]))
        {
            return SpanishLetters[(int)(Value(number[..8]) % 23)] == number[8];
        }

        if (number[0] is 'X' or 'Y' or 'Z')
        {
            return SpanishLetters[(int)(Value((number[0] - 'X').ToString(CultureInfo.InvariantCulture) + number[1..8]) % 23)] == number[8];
        }

        var sum = 0;
        for (var i = 1; i < 8; i++)
        {
            var digit = Digit(number[i]);
            sum += i % 2 == 0 ? digit : (digit / 5) + (2 * digit % 10);
        }

        var check = TensComplement(sum);
        return char.IsAsciiDigit(number[8]) ? check == Digit(number[8])
            : number[0] is 'K' or 'L' or 'M' || SpanishCompanyLetters[check] == number[8];
    }

    /// <summary>A key with letters has no published algorithm; the number itself is a SIREN, but in Monaco.</summary>
    private static bool IsRightInFrance(string number) =>
        (number[2..5] == "000" || IsRightByLuhn(number[2..]))
            && (!number[..2].All(char.IsAsciiDigit) || (12 + (3 * (Value(number[2..]) % 97))) % 97 == Value(number[..2]));

    private static bool IsRightInIreland(string number)
    {
        if (!char.IsAsciiDigit(number[1]))
        {
            number = $"0{number[2..7]}{number[0]}{number[7]}";
        }

        var second = number.Length == 9 ? (number[8] - 'A' + 1) * 9 : 0;
        return IrishLetters[(Sum(number, 8, 7, 6, 5, 4, 3, 2) + second) % 23] == number[7];
    }

    private static bool IsRightInLithuania(string number)
    {
        var isCompany = number.Length == 9;
        var check = (isCompany ? Sum(number, 1, 2, 3, 4, 5, 6, 7, 8) : Sum(number, 1, 2, 3, 4, 5, 6, 7, 8, 9, 1, 2)) % 11;
        if (check == 10)
        {
            check = (isCompany ? Sum(number, 3, 4, 5, 6, 7, 8, 9, 1) : Sum(number, 3, 4, 5, 6, 7, 8, 9, 1, 2, 3, 4)) % 11 % 10;
        }

        return check == Last(number);
    }

    /// <summary>Numbers of before 2009 and of two later series differ in the rest.</summary>
    private static bool IsRightInBritain(string number) =>
        (Sum(number, 8, 7, 6, 5, 4, 3, 2) + Value(number[7..9])) % 97 is 0 or 42 or 55;

    /// <summary>ISO 7064, MOD 11,10.</summary>
    private static bool IsRightModulo11And10(string number)
    {
        var product = 10;
        foreach (var digit in number[..^1])
        {
            var sum = (Digit(digit) + product) % 10;
            product = 2 * (sum == 0 ? 10 : sum) % 11;
        }

        return (11 - product) % 10 == Last(number);
    }

    /// <summary>ISO 7064, MOD 97-10, with letters as the numbers from 10 on.</summary>
    private static bool IsRightModulo97(string id)
    {
        var rest = 0;
        foreach (var character in id)
        {
            rest = char.IsAsciiDigit(character)
                ? ((rest * 10) + Digit(character)) % 97
                : ((rest * 100) + character - 'A' + 10) % 97;
        }

        return rest == 1;
    }
}
