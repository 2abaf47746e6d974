using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace ResellerPortal.Core.Tokens;

/// <summary>
/// Creates and recognises token secrets: "rpt_", 43 random letters and digits (256 bits), and a six-character checksum of everything before
/// it, so that secret scanners can detect leaked secrets without false positives: <c>rpt_[0-9A-Za-z]{49}</c>. The gateway does not require
/// this format; it looks every secret up by its hash.
/// </summary>
public static class TokenSecret
{
    public const string Prefix = "rpt_";

    private const string Digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    private const int RandomLength = 43;
    private const int ChecksumLength = 6;

    public static string Create()
    {
        var secret = Prefix + RandomNumberGenerator.GetString(Digits, RandomLength);
        return secret + ComputeChecksum(secret);
    }

    /// <summary>Whether a text has the format and checksum of a secret; it may still be unused.</summary>
    public static bool IsWellFormed(string text) =>
        text.Length == Prefix.Length + RandomLength + ChecksumLength
        && text.StartsWith(Prefix, StringComparison.Ordinal)
        && text.AsSpan(Prefix.Length).IndexOfAnyExcept(Digits) < 0
        && text.EndsWith(ComputeChecksum(text[..^ChecksumLength]), StringComparison.Ordinal);

    /// <summary>The lookup key of a secret. Secrets are random and long, so a plain hash is sufficient.</summary>
    public static byte[] Hash(string secret) => SHA256.HashData(Encoding.UTF8.GetBytes(secret));

    /// <summary>The first 32 bits of the SHA-256 of a text, big-endian, as six digits of base 62.</summary>
    private static string ComputeChecksum(string text)
    {
        var value = BinaryPrimitives.ReadUInt32BigEndian(Hash(text));
        var checksum = new char[ChecksumLength];
        for (var i = ChecksumLength - 1; i >= 0; i--)
        {
            checksum[i] = Digits[(int)(value % (uint)Digits.Length)];
            value /= (uint)Digits.Length;
        }

        return new string(checksum);
    }
}
