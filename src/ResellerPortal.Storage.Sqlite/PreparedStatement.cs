using System.Globalization;
using System.Text;
using Microsoft.Data.Sqlite;
using ResellerPortal.Core.Persistence;
using SQLitePCL;

namespace ResellerPortal.Storage.Sqlite;

/// <summary>
/// A statement that keeps its parameters from one run to the next, as SQLite does: rows that are written together share half
/// of their values (whose they are, which converter), and those are given to it once.
/// </summary>
internal sealed class PreparedStatement(sqlite3_stmt native) : IRowValues
{
    /// <summary>Bytes of a value that is compared with the one before: an id.</summary>
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
                throw new NotSupportedException($"A {value.GetType().Name} is not among the types that the ledger's tables hold.");
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
            // An empty one too: as bytes it would be no value at all.
            Check(raw.sqlite3_bind_text(native, _position, text));
        }
    }

    /// <summary>A value that was not taken would leave the one of the row before in its place.</summary>
    private static void Check(int result) => SqliteException.ThrowExceptionForRC(result, null);

    /// <summary>What a parameter was given last.</summary>
    private struct BoundParameters
    {
        public bool IsNumber;
        public long Number;
        public string? Text;
        public bool IsId;
        public byte[]? Id;
    }
}
