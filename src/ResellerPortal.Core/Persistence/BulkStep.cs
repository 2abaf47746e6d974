using System.Data.Common;

namespace ResellerPortal.Core.Persistence;

/// <summary>A statement with its parameters, in order.</summary>
/// <param name="Parameters">Creates parameters of the right types without values; they are nullable where the columns are.</param>
/// <param name="Shared">
/// The parameter of which all rows of one execution have the same value; null if each row has its own values. See
/// <see cref="TableStatements.FindShared"/>.
/// </param>
/// <param name="IsForEachRow">Whether each row needs an execution of its own.</param>
public sealed record BulkStatement(
    string Text,
    Func<DbCommand, DbParameter[]> Parameters,
    int? Shared = null,
    bool IsForEachRow = false);

/// <summary>A statement on many rows of values.</summary>
public abstract class BulkStep(BulkStatement statement, Action<DbDataReader>? found)
{
    public BulkStatement Statement => statement;

    /// <summary>Takes each row that a query finds; null if the statement finds none.</summary>
    public Action<DbDataReader>? Found => found;

    /// <summary>The type of the rows that are written; null for a query.</summary>
    public abstract Type? Written { get; }

    /// <summary>The number of rows of values, at least one.</summary>
    public abstract int Count { get; }

    /// <summary>Adds the values of a row, as the database stores them.</summary>
    public abstract void AddValues(int row, IRowValues values);
}

/// <summary>Reads the rows that have the given values.</summary>
internal sealed class ReadStep(BulkStatement query, IReadOnlyList<object?[]> keys, Action<DbDataReader> found) : BulkStep(query, found)
{
    public override Type? Written => null;

    public override int Count => keys.Count;

    public override void AddValues(int row, IRowValues values) => Array.ForEach(keys[row], values.Add);
}

/// <summary>Writes rows.</summary>
internal sealed class WriteStep<TRow>(BulkStatement statement, TRow[] rows, Action<TRow, IRowValues> add) : BulkStep(statement, null)
{
    public override Type Written => typeof(TRow);

    public override int Count => rows.Length;

    public override void AddValues(int row, IRowValues values) => add(rows[row], values);
}
