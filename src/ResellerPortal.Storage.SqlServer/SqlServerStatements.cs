using ResellerPortal.Core.Persistence;

namespace ResellerPortal.Storage.SqlServer;

/// <summary>
/// Statements on a set of rows, which <see cref="RowSet"/> passes as one JSON text. Each row is sought by its key, one after another in
/// the set's order: a plan that scanned a table would lock every row of it, and one that sorted the set would lock in another order than
/// all others do.
/// </summary>
internal sealed class SqlServerStatements : TableStatements
{
    private const string InOrder = "OPTION (LOOP JOIN, FORCE ORDER, USE HINT ('DISABLE_OPTIMIZED_NESTED_LOOP'))";

    /// <summary>
    /// Locks the rows that are found and no key beside them, which would be locked in the server's order of ids. Without FORCESEEK a
    /// small table is scanned, and every row of it locked.
    /// </summary>
    protected override string LockHint => " WITH (UPDLOCK, ROWLOCK, FORCESEEK)";

    public override string Select(
        string table,
        IReadOnlyList<string> columns,
        IReadOnlyList<string> by,
        string? condition,
        IReadOnlyList<string> keys,
        bool isLocking) =>
        $"SELECT {Quote(columns)} FROM {RowSet.Name} AS v JOIN {Quote(table)}{(isLocking ? LockHint : "")} ON {IsRow(by)}"
            + $"{(condition is null ? "" : " AND " + condition)} {InOrder}";

    public override string Insert(string table, IReadOnlyList<string> columns) =>
        $"INSERT INTO {Quote(table)} ({Quote(columns)}) SELECT {Values(columns)} FROM {RowSet.Name} AS v {InOrder}";

    public override string Update(string table, IReadOnlyList<string> columns, IReadOnlyList<string> keys) =>
        $"UPDATE t SET {string.Join(", ", columns.Select((column, i) => $"{Quote(column)} = v.c{i}"))} "
            + $"FROM {RowSet.Name} AS v JOIN {Quote(table)} AS t{LockHint} ON {IsRow(keys, columns.Count)} {InOrder}";

    public override string Delete(string table, IReadOnlyList<string> keys) =>
        $"DELETE t FROM {RowSet.Name} AS v JOIN {Quote(table)} AS t{LockHint} ON {IsRow(keys)} {InOrder}";

    /// <summary>Safe as two statements, because the rows' owner is locked and nobody else can insert in between.</summary>
    public override string Merge(
        string table,
        IReadOnlyList<string> columns,
        IReadOnlyList<string> keys,
        IReadOnlyList<string> sums,
        IReadOnlyList<string> maxima)
    {
        var set = sums.Select(c => $"{Quote(c)} = {Quote(c)} + {Value(c)}").Concat(
            maxima.Select(c => $"{Quote(c)} = CASE WHEN {Quote(c)} < {Value(c)} THEN {Value(c)} ELSE {Quote(c)} END"));
        var isSame = string.Join(" AND ", keys.Select(key => $"{Quote(key)} = {Value(key)}"));
        return $"UPDATE t SET {string.Join(", ", set)} FROM {RowSet.Name} AS v JOIN {Quote(table)} AS t{LockHint} ON {isSame} {InOrder}; "
            + $"INSERT INTO {Quote(table)} ({Quote(columns)}) SELECT {Values(columns)} FROM {RowSet.Name} AS v "
            + $"WHERE NOT EXISTS (SELECT 1 FROM {Quote(table)}{LockHint} WHERE {isSame}) {InOrder}";

        string Value(string column) => "v.c" + columns.ToList().IndexOf(column);
    }

    public override string Quote(string name) => $"[{name}]";

    /// <param name="first">The number of the first column's value in a row.</param>
    private string IsRow(IReadOnlyList<string> columns, int first = 0) =>
        string.Join(" AND ", columns.Select((column, i) => $"{Quote(column)} = v.c{first + i}"));

    private static string Values(IReadOnlyList<string> columns) => string.Join(", ", columns.Select((_, i) => $"v.c{i}"));
}
