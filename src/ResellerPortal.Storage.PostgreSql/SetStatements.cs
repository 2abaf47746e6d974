using ResellerPortal.Core.Persistence;

namespace ResellerPortal.Storage.PostgreSql;

/// <summary>Statements on a set of rows: each parameter is an array with one column's values of all rows.</summary>
internal sealed class SetStatements : TableStatements
{
    /// <summary>NO KEY, so that others can still insert rows that reference the locked ones.</summary>
    public override string Select(
        string table, IReadOnlyList<string> columns, IReadOnlyList<string> by, string? condition, IReadOnlyList<string> keys, bool isLocking) =>
        $"SELECT {Quote(columns)} FROM {Quote(table)} WHERE {IsAmong(by)}{(condition is null ? "" : $" AND {condition}")}"
            + (isLocking ? $" ORDER BY {Quote(keys)} FOR NO KEY UPDATE" : "");

    public override string Insert(string table, IReadOnlyList<string> columns) =>
        $"INSERT INTO {Quote(table)} ({Quote(columns)}) SELECT * FROM {Rows(columns.Count)}";

    public override string Update(string table, IReadOnlyList<string> columns, IReadOnlyList<string> keys)
    {
        var set = columns.Select((column, i) => $"{Quote(column)} = v.c{i}");
        var where = keys.Select((key, i) => $"{Quote(table)}.{Quote(key)} = v.c{columns.Count + i}");
        var count = columns.Count + keys.Count;
        return $"UPDATE {Quote(table)} SET {string.Join(", ", set)} "
            + $"FROM {Rows(count)} AS v({string.Join(", ", Enumerable.Range(0, count).Select(i => $"c{i}"))}) "
            + $"WHERE {string.Join(" AND ", where)}";
    }

    public override string Delete(string table, IReadOnlyList<string> keys) => $"DELETE FROM {Quote(table)} WHERE {IsAmong(keys)}";

    public override string Merge(
        string table,
        IReadOnlyList<string> columns,
        IReadOnlyList<string> keys,
        IReadOnlyList<string> sums,
        IReadOnlyList<string> maxima) =>
        InsertOrMerge(table, columns, $"SELECT * FROM {Rows(columns.Count)}", keys, sums, maxima, "greatest");

    private string IsAmong(IReadOnlyList<string> columns) => columns.Count == 1
        ? $"{Quote(columns[0])} = ANY ($1)"
        : $"({Quote(columns)}) IN (SELECT * FROM {Rows(columns.Count)})";

    private static string Rows(int columns) => $"unnest({string.Join(", ", Enumerable.Range(1, columns).Select(i => $"${i}"))})";
}
