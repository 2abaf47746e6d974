using System.Buffers.Binary;
using System.Security.Cryptography;

namespace ResellerPortal.Core.Metering;

/// <summary>
/// Random bytes and ids for one writer: the system's generator is asked once for many, and each time costs as much as writing a row.
/// </summary>
internal sealed class RandomSource
{
    private const int CounterBits = 12;

    private readonly byte[] _bytes = new byte[4096];
    private int _taken = 4096;

    /// <summary>Milliseconds since 1970 of the last id, and its counter below them.</summary>
    private long _last;

    public byte[] GetBytes(int count)
    {
        var bytes = new byte[count];
        Fill(bytes);
        return bytes;
    }

    /// <summary>
    /// A UUID of version 7 whose counter stands behind its milliseconds (RFC 9562, section 6.2, method 1): each is greater than
    /// the one before, so rows are added at the end of their tree.
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
