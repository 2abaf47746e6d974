using System.Globalization;
using System.Text;
using Microsoft.Data.Sqlite;
using ResellerPortal.Core.Persistence;
using SQLitePCL;

namespace ResellerPortal.Storage.Sqlite;

/// <summary>
/// A statement that keeps its bound parameters between runs, as SQLite does. Rows written together share many values (tenant, converter),
/// which are bound only once.
/// </summary>
internal sealed class PreparedStatement(sqlite3_stmt native) : IRowValues
{
    /// <summary>Size in bytes of an id, the only blobs compared with the previous value.</summary>
    private const int IdSize = 16;

    private readonly BoundParameters[] _bound = new BoundParameters[raw.sqlite3_bind_parameter_count(native)];
    private int _position;

    public sqlite3_stmt Native => native;

    public void BeginRow() => _position = 0;

    public void Add(long value)
    {
        ref var bound = ref _bound[_position++];
        if (!bound.IsNumber || bound.Number != value)
        {
            Check(raw.sqlite3_bind_int64(native, _position, value));
            (bound.IsNumber, bound.Number, bound.Text, bound.IsId) = (true, value, null, false);
        }
    }

    public void Add(int value) => Add((long)value);

    public void Add(string? value)
    {
        ref var bound = ref _bound[_position++];
        if (value is null || !ReferenceEquals(bound.Text, value))
        {
            Bind(value);
            (bound.IsNumber, bound.Text, bound.IsId) = (false, value, false);
        }
    }

    public void Add(byte[]? value)
    {
        ref var bound = ref _bound[_position++];
        var id = value is { Length: IdSize } ? value : null;
        if (id is not null && bound.IsId && bound.Id.AsSpan().SequenceEqual(id))
        {
            return;
        }

        Check(value is null ? raw.sqlite3_bind_null(native, _position) : raw.sqlite3_bind_blob(native, _position, value));
        (bound.IsNumber, bound.Text, bound.IsId) = (false, null, id is not null);
        id?.CopyTo(bound.Id ??= new byte[IdSize], 0);
    }

    public void Add(object? value)
    {
        switch (value)
        {
            case null:
                Add((string?)null);
                break;
            case long number:
                Add(number);
                break;
            case int number:
                Add((long)number);
                break;
            case bool flag:
                Add(flag ? 1L : 0L);
                break;
            case byte[] bytes:
                Add(bytes);
                break;
            case string text:
                Add(text);
                break;
            case DateOnly day:
                Add(day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
                break;
            default:
                throw new NotSupportedException($"A {value.GetType().Name} is not a supported column type of the ledger's tables.");
        }
    }

    private void Bind(string? text)
    {
        const int Short = 256;
        if (text is null)
        {
            Check(raw.sqlite3_bind_null(native, _position));
        }
        else if (text.Length is > 0 and <= Short)
        {
            Span<byte> bytes = stackalloc byte[3 * Short];
            Check(raw.sqlite3_bind_text(native, _position, bytes[..Encoding.UTF8.GetBytes(text, bytes)]));
        }
        else
        {
            // Also for empty text: as bytes it would be bound as NULL.
            Check(raw.sqlite3_bind_text(native, _position, text));
        }
    }

    /// <summary>An unchecked failure would leave the previous row's value bound.</summary>
    private static void Check(int result) => SqliteException.ThrowExceptionForRC(result, null);

    /// <summary>The last value bound to a parameter.</summary>
    private struct BoundParameters
    {
        public bool IsNumber;
        public long Number;
        public string? Text;
        public bool IsId;
        public byte[]? Id;
    }
}
