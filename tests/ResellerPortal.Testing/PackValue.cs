using System.Buffers.Binary;
using System.Text;

namespace ResellerPortal.Testing;

/// <summary>The few forms of MessagePack that circuits use (nil, booleans, integers, strings, bytes, arrays, maps).</summary>
internal static class PackValue
{
    public static void Write(Stream to, object? value)
    {
        switch (value)
        {
            case null:
                to.WriteByte(0xc0);
                break;
            case bool isTrue:
                to.WriteByte((byte)(isTrue ? 0xc3 : 0xc2));
                break;
            case int number:
                WriteNumber(0xd3, number, 8);
                break;
            case long number:
                WriteNumber(0xd3, number, 8);
                break;
            case string text:
                var bytes = Encoding.UTF8.GetBytes(text);
                WriteNumber(0xdb, bytes.Length, 4);
                to.Write(bytes);
                break;
            case object?[] list:
                WriteNumber(0xdd, list.Length, 4);
                foreach (var item in list)
                {
                    Write(to, item);
                }

                break;
            case Dictionary<string, string> { Count: 0 }:
                to.WriteByte(0x80);
                break;
            default:
                throw new NotSupportedException(value.GetType().Name);
        }

        void WriteNumber(byte mark, long number, int length)
        {
            Span<byte> buffer = stackalloc byte[8];
            BinaryPrimitives.WriteInt64BigEndian(buffer, number);
            to.WriteByte(mark);
            to.Write(buffer[(8 - length)..]);
        }
    }

    /// <summary>Reads one value and moves the position behind it. Integers come as long, maps as lists of keys and values.</summary>
    public static object? Read(ReadOnlySpan<byte> from, ref int at)
    {
        var mark = from[at++];
        switch (mark)
        {
            case < 0x80:
                return (long)mark;
            case >= 0xe0:
                return (long)(sbyte)mark;
            case < 0x90:
                return ReadList(from, ref at, 2 * (mark & 15));
            case < 0xa0:
                return ReadList(from, ref at, mark & 15);
            case < 0xc0:
                return ReadText(from, ref at, mark & 31);
            case 0xc0:
                return null;
            case 0xc2 or 0xc3:
                return mark == 0xc3;
            case 0xc4 or 0xc5 or 0xc6:
                var length = (int)ReadNumber(from, ref at, 1 << (mark - 0xc4));
                at += length;
                return from.Slice(at - length, length).ToArray();
            case 0xcc or 0xcd or 0xce or 0xcf:
                return ReadNumber(from, ref at, 1 << (mark - 0xcc));
            case 0xd0 or 0xd1 or 0xd2 or 0xd3:
                var size = 1 << (mark - 0xd0);
                var number = ReadNumber(from, ref at, size);
                return size == 8 ? number : number << (64 - (8 * size)) >> (64 - (8 * size));
            case 0xd9 or 0xda or 0xdb:
                return ReadText(from, ref at, (int)ReadNumber(from, ref at, 1 << (mark - 0xd9)));
            case 0xdc or 0xdd:
                return ReadList(from, ref at, (int)ReadNumber(from, ref at, 2 << (mark - 0xdc)));
            case 0xde or 0xdf:
                return ReadList(from, ref at, 2 * (int)ReadNumber(from, ref at, 2 << (mark - 0xde)));
            default:
                throw new NotSupportedException($"0x{mark:x2}");
        }
    }

    private static long ReadNumber(ReadOnlySpan<byte> from, ref int at, int length)
    {
        var number = 0L;
        foreach (var b in from.Slice(at, length))
        {
            number = (number << 8) | b;
        }

        at += length;
        return number;
    }

    private static string ReadText(ReadOnlySpan<byte> from, ref int at, int length)
    {
        at += length;
        return Encoding.UTF8.GetString(from.Slice(at - length, length));
    }

    private static object?[] ReadList(ReadOnlySpan<byte> from, ref int at, int length)
    {
        var list = new object?[length];
        for (var i = 0; i < length; i++)
        {
            list[i] = Read(from, ref at);
        }

        return list;
    }
}
