using ResellerPortal.Core.Persistence;

namespace ResellerPortal.Storage.SqlServer;

/// <summary>Statements with UPDLOCK and a merge of two statements.</summary>
internal sealed class SqlServerStatements : TableStatements
{
    /// <summary>
    /// Locks the rows that are found and no key beside them, which would be locked in the server's order of ids. Without FORCESEEK a
    /// small table is scanned, and every row of it locked.
    /// </summary>
    protected override string LockHint => " WITH (UPDLOCK, ROWLOCK, FORCESEEK)";

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
        return $"UPDATE {Quote(table)} SET {string.Join(", ", set)} "
            + $"WHERE {string.Join(" AND ", keys.Select(k => $"{Quote(k)} = {Value(k)}"))}; IF @@ROWCOUNT = 0 {Insert(table, columns)}";

        string Value(string column) => "@p" + columns.ToList().IndexOf(column);
    }

    public override string Quote(string name) => $"[{name}]";
}
