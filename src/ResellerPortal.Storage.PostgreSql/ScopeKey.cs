using System.Security.Cryptography;
using System.Text;

namespace ResellerPortal.Storage.PostgreSql;

/// <summary>
/// Signs the scope of a connection (HMAC-SHA256, RFC 2104), so that a statement that was smuggled into a query cannot choose another
/// tenant. The database verifies it with a key that only the tables' owner can read.
/// </summary>
public sealed class ScopeKey
{
    public const int MinLength = 32;

    private const int BlockSize = 64;

    private readonly byte[] _key;

    /// <exception cref="ArgumentException">The text has fewer than 32 characters.</exception>
    public ScopeKey(string text)
    {
        if (text.Length < MinLength)
        {
            throw new ArgumentException($"The key must have at least {MinLength} characters.", nameof(text));
        }

        _key = SHA256.HashData(Encoding.UTF8.GetBytes(text));
    }

    /// <summary>The key as the database keeps it: XORed with HMAC's inner and outer pad.</summary>
    internal (byte[] Inner, byte[] Outer) Pads => (Pad(0x36), Pad(0x5c));

    public string Sign(string reseller, string customer) =>
        Convert.ToHexStringLower(HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes($"{reseller}|{customer}")));

    private byte[] Pad(byte mask)
    {
        var pad = new byte[BlockSize];
        _key.CopyTo(pad, 0);
        return Array.ConvertAll(pad, b => (byte)(b ^ mask));
    }
}
