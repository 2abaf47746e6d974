using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using ResellerPortal.Core.Credits;
using ResellerPortal.Core.Persistence;

namespace ResellerPortal.Core.Metering;

/// <summary>
/// The ledger's hash chain, version 1, byte for byte.
/// <para>
/// Canonical entry: UTF-8 of the lines below, each ended by one line feed (0x0A), numbers in decimal without grouping,
/// GUIDs in lower-case 8-4-4-4-12 form, instants as microseconds since 1970-01-01T00:00:00Z, an absent value as an empty
/// line: "1", customer, sequence, kind ("Usage", "Correction"), occurred, recorded, token, environment, converter,
/// quantity, source ("Gateway", "Import", "Manual"), request id, reference, flags, corrected sequence,
/// cost commitment (lower-case hex).
/// </para>
/// <para>
/// Hash = SHA-256(previous hash ‖ canonical entry); before the first entry the previous hash is 32 zero bytes.
/// Cost commitment = SHA-256 of, for each draw in ascending order of the lot id's text: salt in hex, lot, quantity,
/// cost in millionths, currency, each ended by one line feed. The salts stay with the reseller.
/// </para>
/// </summary>
public static class LedgerHash
{
    public static byte[] Genesis => new byte[32];

    public static byte[] Of(LedgerEntry entry) => SHA256.HashData([.. entry.PreviousHash, .. Canonical(entry)]);

    public static byte[] Commit(IEnumerable<LotDraw> draws) =>
        Commit(draws.Select(d => new ExportedDraw(Convert.ToHexStringLower(d.Salt), d.LotId, d.Quantity, d.CostMicros, d.Currency.Code)));

    public static byte[] Commit(IEnumerable<ExportedDraw> draws)
    {
        var text = new StringBuilder();
        foreach (var draw in draws.OrderBy(d => d.Lot.ToString(), StringComparer.Ordinal))
        {
            Line(text, draw.Salt);
            Line(text, draw.Lot.ToString());
            Line(text, draw.Quantity);
            Line(text, draw.Cost);
            Line(text, draw.Currency);
        }

        return SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString()));
    }

    /// <exception cref="ArgumentException">A text holds a control character, which would make the format ambiguous.</exception>
    public static byte[] Canonical(LedgerEntry entry)
    {
        var text = new StringBuilder();
        Line(text, "1");
        Line(text, entry.CustomerId.Value.ToString());
        Line(text, entry.Sequence);
        Line(text, entry.Kind.ToString());
        Line(text, UtcMicroseconds.From(entry.OccurredAtUtc));
        Line(text, UtcMicroseconds.From(entry.RecordedAtUtc));
        Line(text, entry.TokenId.ToString());
        Line(text, entry.Environment);
        Line(text, entry.Converter);
        Line(text, entry.Quantity);
        Line(text, entry.Source.ToString());
        Line(text, entry.RequestId.ToString());
        Line(text, entry.Reference ?? "");
        Line(text, (long)entry.Flags);
        Line(text, entry.CorrectsSequence?.ToString(CultureInfo.InvariantCulture) ?? "");
        Line(text, Convert.ToHexStringLower(entry.CostCommitment));
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    private static void Line(StringBuilder text, long value) => Line(text, value.ToString(CultureInfo.InvariantCulture));

    private static void Line(StringBuilder text, string value)
    {
        // The control characters of Unicode: U+0000 to U+001F and U+007F to U+009F.
        if (value.AsSpan().ContainsAnyInRange('\0', '\u001f') || value.AsSpan().ContainsAnyInRange('\u007f', '\u009f'))
        {
            throw new ArgumentException("A ledger entry holds no control characters.", nameof(value));
        }

        text.Append(value).Append('\n');
    }
}
