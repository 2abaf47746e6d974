using System.Buffers.Binary;
using System.Security.Cryptography;

namespace ResellerPortal.Core.Metering;

/// <summary>
/// Random bytes and ids for one writer, buffered because each call to the system's generator costs as much as writing a row.
/// </summary>
internal sealed class RandomSource
{
    private const int CounterBits = 12;

    private readonly byte[] _bytes = new byte[4096];
    private int _taken = 4096;

    /// <summary>The last id's milliseconds since 1970, followed by its counter bits.</summary>
    private long _last;

    public byte[] GetBytes(int count)
    {
        var bytes = new byte[count];
        Fill(bytes);
        return bytes;
    }

    /// <summary>
    /// Returns a version 7 UUID with a counter after the milliseconds (RFC 9562, section 6.2, method 1). Ids strictly increase, so rows
    /// are appended at the end of their index.
    /// </summary>
    public Guid NextId(DateTimeOffset now)
    {
        _last = Math.Max(_last + 1, now.ToUnixTimeMilliseconds() << CounterBits);
        Span<byte> id = stackalloc byte[16];
        BinaryPrimitives.WriteInt64BigEndian(id, (_last >> CounterBits << 16) | 0x7000 | (_last & 0x0FFF));
        Fill(id[8..]);
        id[8] = (byte)(0x80 | (id[8] & 0x3F));
        return new Guid(id, bigEndian: true);
    }

    private void Fill(Span<byte> bytes)
    {
        if (_taken + bytes.Length > _bytes.Length)
        {
            RandomNumberGenerator.Fill(_bytes);
            _taken = 0;
        }

        _bytes.AsSpan(_taken, bytes.Length).CopyTo(bytes);
        _taken += bytes.Length;
    }
}
