using System.Buffers;
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

    public static byte[] Compute(LedgerEntry entry)
    {
        var text = CanonicalText.Begin();
        text.Raw(entry.PreviousHash);
        Write(text, entry);
        return text.Hash();
    }

    public static byte[] Commit(IReadOnlyCollection<LotDraw> draws)
    {
        var text = CanonicalText.Begin();
        IEnumerable<LotDraw> inOrder = draws.Count == 1 ? draws : draws.OrderBy(d => d.LotId.ToString(), StringComparer.Ordinal);
        foreach (var draw in inOrder)
        {
            text.HexLine(draw.Salt);
            Write(text, draw.LotId, draw.Quantity, draw.CostMicros, draw.Currency.Code);
        }

        return text.Hash();
    }

    public static byte[] Commit(IEnumerable<ExportedDraw> draws)
    {
        var text = CanonicalText.Begin();
        foreach (var draw in draws.OrderBy(d => d.Lot.ToString(), StringComparer.Ordinal))
        {
            text.Line(draw.Salt);
            Write(text, draw.Lot, draw.Quantity, draw.Cost, draw.Currency);
        }

        return text.Hash();
    }

    /// <exception cref="ArgumentException">A text contains a control character, which would make the format ambiguous.</exception>
    public static byte[] Canonical(LedgerEntry entry)
    {
        var text = CanonicalText.Begin();
        Write(text, entry);
        return text.ToArray();
    }

    private static void Write(CanonicalText text, Guid lot, long quantity, long cost, string currency)
    {
        text.Line(lot);
        text.Line(quantity);
        text.Line(cost);
        text.Line(currency);
    }

    private static void Write(CanonicalText text, LedgerEntry entry)
    {
        text.Line("1");
        text.Line(entry.CustomerId.Value);
        text.Line(entry.Sequence);
        text.Line(entry.Kind.ToString());
        text.Line(UtcMicroseconds.From(entry.OccurredAtUtc));
        text.Line(UtcMicroseconds.From(entry.RecordedAtUtc));
        text.Line(entry.TokenId);
        text.Line(entry.Environment);
        text.Line(entry.Converter);
        text.Line(entry.Quantity);
        text.Line(entry.Source.ToString());
        text.Line(entry.RequestId);
        text.Line(entry.Reference ?? "");
        text.Line((long)entry.Flags);
        text.Line(entry.CorrectsSequence?.ToString(CultureInfo.InvariantCulture) ?? "");
        text.HexLine(entry.CostCommitment);
    }

    /// <summary>
    /// Writes UTF-8 lines without allocating a string per value; the meter builds two of these texts for each conversion.
    /// </summary>
    private sealed class CanonicalText
    {
        [ThreadStatic]
        private static CanonicalText? s_cached;

        private readonly ArrayBufferWriter<byte> _bytes = new(1024);

        /// <summary>Returns the thread's cached instance, cleared.</summary>
        public static CanonicalText Begin()
        {
            var text = s_cached ??= new CanonicalText();
            text._bytes.ResetWrittenCount();
            return text;
        }

        public void Raw(ReadOnlySpan<byte> bytes) => _bytes.Write(bytes);

        public void Line(string value)
        {
            // The control characters of Unicode: U+0000 to U+001F and U+007F to U+009F.
            if (value.AsSpan().ContainsAnyInRange('\0', '\u001f') || value.AsSpan().ContainsAnyInRange('\u007f', '\u009f'))
            {
                throw new ArgumentException("A ledger entry cannot contain control characters.", nameof(value));
            }

            Encoding.UTF8.GetBytes(value, _bytes);
            End();
        }

        public void Line<T>(T value)
            where T : struct, IUtf8SpanFormattable
        {
            // Enough for any integer or GUID.
            value.TryFormat(_bytes.GetSpan(40), out var written, default, CultureInfo.InvariantCulture);
            _bytes.Advance(written);
            End();
        }

        public void HexLine(ReadOnlySpan<byte> bytes)
        {
            Convert.TryToHexStringLower(bytes, _bytes.GetSpan(2 * bytes.Length), out var written);
            _bytes.Advance(written);
            End();
        }

        public byte[] ToArray() => _bytes.WrittenSpan.ToArray();

        public byte[] Hash() => SHA256.HashData(_bytes.WrittenSpan);

        private void End()
        {
            _bytes.GetSpan(1)[0] = (byte)'\n';
            _bytes.Advance(1);
        }
    }
}
