using System.Globalization;
using System.Text.RegularExpressions;

namespace ResellerPortal.Core.Tenancy;

/// <summary>The bank account that a reseller's customers pay to. All parts are empty if there is none.</summary>
/// <param name="Iban">Without spaces (ISO 13616).</param>
/// <param name="Bic">May be empty within SEPA (ISO 9362).</param>
public sealed partial record BankAccount(string Holder, string Iban, string Bic)
{
    public static BankAccount None { get; } = new("", "", "");

    public bool IsGiven => Iban.Length > 0;

    /// <summary>In groups of four, for display.</summary>
    public string ReadableIban => string.Join(' ', Iban.Chunk(4).Select(group => new string(group)));

    public static string Normalize(string? text) => (text ?? "").Replace(" ", "", StringComparison.Ordinal).ToUpperInvariant();

    /// <summary>Whether the format and the check digits (ISO 7064, 97-10) are valid.</summary>
    public static bool IsIban(string iban) => IbanRegex().IsMatch(iban) && Remainder(iban[4..] + iban[..4]) == 1;

    public static bool IsBic(string bic) => BicRegex().IsMatch(bic);

    private static int Remainder(string text) => text.Aggregate(0, (rest, letter) =>
        char.IsAsciiDigit(letter)
            ? ((rest * 10) + CharUnicodeInfo.GetDecimalDigitValue(letter)) % 97
            : ((rest * 100) + (letter - 'A' + 10)) % 97);

    [GeneratedRegex("^[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}$")]
    private static partial Regex IbanRegex();

    [GeneratedRegex("^[A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?$")]
    private static partial Regex BicRegex();
}
