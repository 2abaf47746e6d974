using ResellerPortal.Core.Persistence;

namespace ResellerPortal.Storage.PostgreSql;

/// <summary>
/// Statements on a set of rows: each parameter is an array with one column's values of all rows. The arrays are unnested in a SELECT list,
/// which passes row after row on; as a function in FROM, each would be stored whole first, at twice the cost.
/// </summary>
internal class SetStatements : TableStatements
{
    /// <summary>NO KEY, so that others can still insert rows that reference the locked ones.</summary>
    public override string Select(
        string table,
        IReadOnlyList<string> columns,
        IReadOnlyList<string> by,
        string? condition,
        IReadOnlyList<string> keys,
        bool isLocking) =>
        $"SELECT {Quote(columns)} FROM {Quote(table)} WHERE {IsAmong(by)}{(condition is null ? "" : $" AND {condition}")}"
            + (isLocking ? $" ORDER BY {Quote(keys)} FOR NO KEY UPDATE" : "");

    public override string Insert(string table, IReadOnlyList<string> columns) =>
        $"INSERT INTO {Quote(table)} ({Quote(columns)}) {InsertedRows(columns)}";

    public override string Update(string table, IReadOnlyList<string> columns, IReadOnlyList<string> keys)
    {
        var set = columns.Select((column, i) => $"{Quote(column)} = v.c{i}");
        var where = keys.Select((key, i) => $"{Quote(table)}.{Quote(key)} = v.c{columns.Count + i}");
        string[] parameters = [.. columns, .. keys];
        return $"UPDATE {Quote(table)} SET {string.Join(", ", set)} FROM ({Rows(parameters)}) AS v WHERE {string.Join(" AND ", where)}";
    }

    public override string Delete(string table, IReadOnlyList<string> keys) => $"DELETE FROM {Quote(table)} WHERE {IsAmong(keys)}";

    public override string Merge(
        string table,
        IReadOnlyList<string> columns,
        IReadOnlyList<string> keys,
        IReadOnlyList<string> sums,
        IReadOnlyList<string> maxima) =>
        InsertOrMerge(table, columns, InsertedRows(columns), keys, sums, maxima, "greatest");

    /// <summary>The condition that the columns have the values of one of the rows.</summary>
    protected virtual string IsAmong(IReadOnlyList<string> columns) => columns.Count == 1
        ? $"{Quote(columns[0])} = ANY ($1)"
        : $"({Quote(columns)}) IN ({Rows(columns)})";

    /// <summary>A query that gives the rows.</summary>
    protected virtual string Rows(IReadOnlyList<string> columns) =>
        "SELECT " + string.Join(", ", columns.Select((_, i) => $"unnest(${i + 1}) AS c{i}"));

    /// <summary>A query that gives the rows to be inserted.</summary>
    protected virtual string InsertedRows(IReadOnlyList<string> columns) => Rows(columns);
}
