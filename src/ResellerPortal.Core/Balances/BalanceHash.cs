using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using ResellerPortal.Core.Persistence;

namespace ResellerPortal.Core.Balances;

/// <summary>
/// The balance's hash chain, version 1: SHA-256 of the previous hash and the UTF-8 of these lines, each terminated by one line feed
/// (0x0A): "1", customer, sequence, kind ("TopUp", "InvoicePaid", "Returned", "PaidOut"), amount and resulting balance in minor units,
/// currency, day (yyyy-MM-dd), invoice (empty if none), reference, recorded (microseconds since 1970-01-01T00:00:00Z). The first
/// transaction's previous hash is 32 zero bytes.
/// </summary>
public static class BalanceHash
{
    public static byte[] Compute(BalanceTransaction entry)
    {
        string[] lines =
        [
            "1",
            entry.CustomerId.Value.ToString(),
            Number(entry.Sequence),
            entry.Kind.ToString(),
            Number(entry.AmountMinorUnits),
            Number(entry.BalanceMinorUnits),
            entry.Currency.Code,
            entry.Day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
            entry.InvoiceId?.ToString() ?? "",
            entry.Reference,
            Number(UtcMicroseconds.From(entry.RecordedAtUtc)),
        ];
        return SHA256.HashData([.. entry.PreviousHash, .. Encoding.UTF8.GetBytes(string.Concat(lines.Select(line => line + "\n")))]);
    }

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);
}
