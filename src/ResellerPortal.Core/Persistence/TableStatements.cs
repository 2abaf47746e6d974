namespace ResellerPortal.Core.Persistence;

/// <summary>
/// A provider's statements on one table, whose parameters are one row of values, named @p0, @p1 … in order. A provider that passes many
/// rows at once overrides them.
/// </summary>
public abstract class TableStatements
{
    /// <param name="condition">A further condition on the table's columns; null for none.</param>
    /// <param name="by">The columns whose values are the parameters.</param>
    /// <param name="keys">The primary key, in whose order rows are locked.</param>
    /// <param name="isLocking">Whether the rows are locked until the transaction ends.</param>
    public virtual string Select(
        string table,
        IReadOnlyList<string> columns,
        IReadOnlyList<string> by,
        string? condition,
        IReadOnlyList<string> keys,
        bool isLocking) =>
        $"SELECT {Quote(columns)} FROM {Quote(table)}{(isLocking ? LockHint : "")} WHERE {Where(by, 0)}"
            + (condition is null ? "" : " AND " + condition);

    public virtual string Insert(string table, IReadOnlyList<string> columns) =>
        $"INSERT INTO {Quote(table)} ({Quote(columns)}) VALUES ({Parameters(columns)})";

    /// <summary>Updates columns of the row with the key; the key's parameters come last.</summary>
    public virtual string Update(string table, IReadOnlyList<string> columns, IReadOnlyList<string> keys) =>
        $"UPDATE {Quote(table)} SET {string.Join(", ", columns.Select((c, i) => $"{Quote(c)} = @p{i}"))} "
            + $"WHERE {Where(keys, columns.Count)}";

    public virtual string Delete(string table, IReadOnlyList<string> keys) => $"DELETE FROM {Quote(table)} WHERE {Where(keys, 0)}";

    /// <summary>Inserts a row or, if the key exists, adds to its sums and raises its maxima.</summary>
    public abstract string Merge(
        string table,
        IReadOnlyList<string> columns,
        IReadOnlyList<string> keys,
        IReadOnlyList<string> sums,
        IReadOnlyList<string> maxima);

    /// <summary>The statements on tables whose rows are divided by reseller, if the database divides them.</summary>
    public virtual TableStatements Divided => this;

    /// <summary>Whether an insert is executed for each row.</summary>
    public virtual bool InsertsEachRow => false;

    /// <summary>
    /// The column of which all rows of one execution have the same value, because the statement must name the server that has them; null
    /// if there is none.
    /// </summary>
    /// <param name="columns">The columns whose values are the statement's parameters.</param>
    public virtual int? FindShared(IReadOnlyList<string> columns) => null;

    public virtual string Quote(string name) => $"\"{name}\"";

    /// <summary>What follows the table's name if its rows are locked.</summary>
    protected virtual string LockHint => "";

    protected string Quote(IEnumerable<string> names) => string.Join(", ", names.Select(Quote));

    protected static string Parameters(IReadOnlyCollection<string> columns) =>
        string.Join(", ", Enumerable.Range(0, columns.Count).Select(i => "@p" + i));

    /// <summary>INSERT … ON CONFLICT, as SQLite and PostgreSQL know it.</summary>
    /// <param name="source">VALUES or a query that gives the rows.</param>
    /// <param name="greatest">The function that returns the greater of two values.</param>
    protected string InsertOrMerge(
        string table,
        IReadOnlyList<string> columns,
        string source,
        IReadOnlyList<string> keys,
        IReadOnlyList<string> sums,
        IReadOnlyList<string> maxima,
        string greatest)
    {
        var set = sums.Select(c => $"{Quote(c)} = {Quote(table)}.{Quote(c)} + excluded.{Quote(c)}").Concat(
            maxima.Select(c => $"{Quote(c)} = {greatest}({Quote(table)}.{Quote(c)}, excluded.{Quote(c)})"));
        var isRaised = maxima.Select(c => $"excluded.{Quote(c)} > {Quote(table)}.{Quote(c)}");
        return $"INSERT INTO {Quote(table)} ({Quote(columns)}) {source} ON CONFLICT ({Quote(keys)}) DO UPDATE SET {string.Join(", ", set)}"
            + (sums.Count > 0 ? "" : " WHERE " + string.Join(" OR ", isRaised));
    }

    private string Where(IReadOnlyList<string> columns, int firstParameter) =>
        string.Join(" AND ", columns.Select((column, i) => $"{Quote(column)} = @p{firstParameter + i}"));
}
