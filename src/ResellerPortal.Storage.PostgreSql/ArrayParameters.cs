using System.Runtime.CompilerServices;
using Npgsql;
using NpgsqlTypes;
using ResellerPortal.Core.Persistence;

namespace ResellerPortal.Storage.PostgreSql;

/// <summary>
/// The rows of a step as arrays, one for each of its statement's parameters, but a single value for the one that all rows share.
/// </summary>
internal sealed class ArrayParameters : IRowValues
{
    private static readonly ConditionalWeakTable<BulkStatement, NpgsqlParameter[]> Shapes = [];

    private readonly ArrayParameter[] _arrays;
    private int _next;

    private ArrayParameters(BulkStep step, IReadOnlyCollection<int>? rows = null)
    {
        var shapes = Shapes.GetValue(step.Statement, static statement =>
        {
            using var shape = new NpgsqlCommand();
            return Array.ConvertAll(statement.Parameters(shape), p => (NpgsqlParameter)p);
        });
        _arrays = Array.ConvertAll(shapes, shape => Create(shape.NpgsqlDbType, shape.IsNullable, rows?.Count ?? step.Count));
        foreach (var row in rows ?? Enumerable.Range(0, step.Count))
        {
            _next = 0;
            step.AddValues(row, this);
        }
    }

    public static NpgsqlBatchCommand CreateCommand(BulkStep step) => CreateCommand(step, new ArrayParameters(step));

    /// <summary>A command for each value that rows share, with the rows that share it, or for each row.</summary>
    public static IEnumerable<NpgsqlBatchCommand> CreateCommands(BulkStep step)
    {
        if (step.Statement.IsForEachRow)
        {
            return Enumerable.Range(0, step.Count).Select(row => CreateCommand(step, new ArrayParameters(step, [row])));
        }

        if (step.Statement.Shared is not { } shared)
        {
            return [CreateCommand(step)];
        }

        var values = BoxedValues.FromRows(step).Select(row => row[shared]);
        return values.Select((value, row) => (Value: value, Row: row))
            .GroupBy(one => one.Value, one => one.Row)
            .Select(rows => CreateCommand(step, new ArrayParameters(step, [.. rows])));
    }

    private static NpgsqlBatchCommand CreateCommand(BulkStep step, ArrayParameters rows)
    {
        var command = new NpgsqlBatchCommand(step.Statement.Text);
        var hasSingleValues = step.Statement.IsForEachRow;
        for (var i = 0; i < rows._arrays.Length; i++)
        {
            command.Parameters.Add(i == step.Statement.Shared || hasSingleValues ? rows._arrays[i].First : rows._arrays[i].Parameter);
        }

        return command;
    }

    public void Add(long value) => Append(value);

    public void Add(int value) => Append(value);

    public void Add(string? value) => Append(value);

    public void Add(byte[]? value) => Append(value);

    public void Add(object? value) => _arrays[_next++].Append(value);

    /// <summary>Appends without boxing if the array is of the value's type; it is not if its column may be null.</summary>
    private void Append<T>(T value)
    {
        var array = _arrays[_next++];
        if (array is ArrayParameter<T> own)
        {
            own.Append(value);
        }
        else
        {
            array.Append(value);
        }
    }

    private static ArrayParameter Create(NpgsqlDbType type, bool isNullable, int length) => type switch
    {
        NpgsqlDbType.Bigint => Create<long>(type, isNullable, length),
        NpgsqlDbType.Integer => Create<int>(type, isNullable, length),
        NpgsqlDbType.Boolean => Create<bool>(type, isNullable, length),
        NpgsqlDbType.Uuid => Create<Guid>(type, isNullable, length),
        NpgsqlDbType.Date => Create<DateOnly>(type, isNullable, length),
        NpgsqlDbType.Text or NpgsqlDbType.Varchar => new ArrayParameter<string?>(type, length),
        NpgsqlDbType.Bytea => new ArrayParameter<byte[]?>(type, length),
        _ => throw new NotSupportedException($"Columns of type {type} are not supported in sets of rows."),
    };

    private static ArrayParameter Create<T>(NpgsqlDbType type, bool isNullable, int length)
        where T : struct => isNullable ? new ArrayParameter<T?>(type, length) : new ArrayParameter<T>(type, length);

    private abstract class ArrayParameter
    {
        public abstract NpgsqlParameter Parameter { get; }

        public abstract NpgsqlParameter First { get; }

        public abstract void Append(object? value);
    }

    private sealed class ArrayParameter<T>(NpgsqlDbType type, int length) : ArrayParameter
    {
        private readonly T[] _values = new T[length];
        private int _count;

        public override NpgsqlParameter Parameter =>
            new NpgsqlParameter<T[]> { TypedValue = _values, NpgsqlDbType = NpgsqlDbType.Array | type };

        public override NpgsqlParameter First =>
            new NpgsqlParameter { Value = _values[0] as object ?? DBNull.Value, NpgsqlDbType = type };

        public void Append(T value) => _values[_count++] = value;

        public override void Append(object? value) => Append((T)value!);
    }
}
