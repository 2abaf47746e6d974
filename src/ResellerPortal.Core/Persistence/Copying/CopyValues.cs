using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace ResellerPortal.Core.Persistence.Copying;

/// <summary>Compares rows of two databases, value by value.</summary>
public static class CopyValues
{
    public static bool AreEqual(object?[] left, object?[] right)
    {
        for (var i = 0; i < left.Length; i++)
        {
            if (left[i] is byte[] bytes && right[i] is byte[] others ? !bytes.AsSpan().SequenceEqual(others) : !Equals(left[i], right[i]))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>A text of the key that is equal for equal keys, and readable in an error.</summary>
    public static string GetKey(CopyTable table, object?[] row) => string.Join(" | ", table.Key.Select(i => Format(row[i])));

    /// <summary>The document with its properties in order and without spaces.</summary>
    public static string Normalize(string json)
    {
        return JsonNode.Parse(json) is { } node ? Sort(node).ToJsonString() : "null";

        static JsonNode Sort(JsonNode node) => node switch
        {
            JsonObject properties => new JsonObject(properties.OrderBy(p => p.Key, StringComparer.Ordinal)
                .Select(p => KeyValuePair.Create(p.Key, p.Value is { } value ? Sort(value) : null))),
            JsonArray items => new JsonArray([.. items.Select(item => item is null ? null : Sort(item))]),
            _ => node.DeepClone(),
        };
    }

    /// <summary>The document with the given properties' texts converted.</summary>
    public static string ConvertTexts(string json, string properties, Func<string, string> convert)
    {
        var document = JsonNode.Parse(json)!.AsObject();
        foreach (var name in properties.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (document[name] is JsonValue text)
            {
                document[name] = convert(text.GetValue<string>());
            }
        }

        return document.ToJsonString();
    }

    private static string Format(object? value) => value switch
    {
        byte[] bytes => Convert.ToHexStringLower(bytes),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => value?.ToString() ?? "",
    };
}

/// <summary>
/// The number of a table's rows and the sum of their SHA-256 hashes, so that two databases which read them in different orders agree
/// exactly if their rows do.
/// </summary>
public sealed class TableDigest : IEquatable<TableDigest>
{
    private readonly ulong[] _sum = new ulong[4];
    private byte[] _row = new byte[256];
    private int _length;

    public long Rows { get; private set; }

    /// <summary>Adds a row. Each value is preceded by its length, so that no two rows are written the same.</summary>
    public void Add(object?[] values)
    {
        _length = 0;
        foreach (var value in values)
        {
            Write(value);
        }

        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(_row.AsSpan(0, _length), hash);
        for (var i = 0; i < _sum.Length; i++)
        {
            _sum[i] = unchecked(_sum[i] + BinaryPrimitives.ReadUInt64LittleEndian(hash[(i * sizeof(ulong))..]));
        }

        Rows++;
    }

    public bool Equals(TableDigest? other) => other is not null && Rows == other.Rows && _sum.AsSpan().SequenceEqual(other._sum);

    public override bool Equals(object? obj) => Equals(obj as TableDigest);

    public override int GetHashCode() => HashCode.Combine(Rows, _sum[0]);

    public override string ToString() => string.Concat(_sum.Select(part => part.ToString("x16", CultureInfo.InvariantCulture)));

    private void Write(object? value)
    {
        switch (value)
        {
            case null:
                BinaryPrimitives.WriteInt32LittleEndian(Reserve(sizeof(int)), -1);
                break;
            case bool truth:
                WriteNumber(truth ? 1 : 0);
                break;
            case int number:
                WriteNumber(number);
                break;
            case long number:
                WriteNumber(number);
                break;
            case DateOnly day:
                WriteNumber(day.DayNumber);
                break;
            case Guid id:
                BinaryPrimitives.WriteInt32LittleEndian(Reserve(sizeof(int)), 16);
                id.TryWriteBytes(Reserve(16), bigEndian: true, out _);
                break;
            case string text:
                var length = Encoding.UTF8.GetByteCount(text);
                BinaryPrimitives.WriteInt32LittleEndian(Reserve(sizeof(int)), length);
                Encoding.UTF8.GetBytes(text, Reserve(length));
                break;
            case byte[] bytes:
                BinaryPrimitives.WriteInt32LittleEndian(Reserve(sizeof(int)), bytes.Length);
                bytes.CopyTo(Reserve(bytes.Length));
                break;
            default:
                throw new NotSupportedException($"A {value.GetType().Name} has no digest yet.");
        }
    }

    private void WriteNumber(long number)
    {
        BinaryPrimitives.WriteInt32LittleEndian(Reserve(sizeof(int)), sizeof(long));
        BinaryPrimitives.WriteInt64LittleEndian(Reserve(sizeof(long)), number);
    }

    private Span<byte> Reserve(int bytes)
    {
        if (_length + bytes > _row.Length)
        {
            Array.Resize(ref _row, Math.Max(_row.Length * 2, _length + bytes));
        }

        var reserved = _row.AsSpan(_length, bytes);
        _length += bytes;
        return reserved;
    }
}
