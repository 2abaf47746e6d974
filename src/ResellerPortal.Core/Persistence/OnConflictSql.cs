namespace ResellerPortal.Core.Persistence;

/// <summary>SQL shared by SQLite and PostgreSQL: quoted names and INSERT … ON CONFLICT.</summary>
public static class OnConflictSql
{
    public static string Quote(IReadOnlyList<string> names) => string.Join(", ", names.Select(n => $"\"{n}\""));

    /// <inheritdoc cref="IDatabaseDialect.MergeStatement"/>
    /// <param name="greatest">Name of the SQL function that returns the greater of two values.</param>
    public static string Merge(
        string table,
        IReadOnlyList<string> columns,
        IReadOnlyList<string> keys,
        IReadOnlyList<string> sums,
        IReadOnlyList<string> maxima,
        string greatest)
    {
        var set = sums.Select(c => $"\"{c}\" = \"{table}\".\"{c}\" + excluded.\"{c}\"").Concat(
            maxima.Select(c => $"\"{c}\" = {greatest}(\"{table}\".\"{c}\", excluded.\"{c}\")"));
        return $"INSERT INTO \"{table}\" ({Quote(columns)}) VALUES ({string.Join(", ", columns.Select((_, i) => "@p" + i))}) "
            + $"ON CONFLICT ({Quote(keys)}) DO UPDATE SET {string.Join(", ", set)}"
            + (sums.Count > 0 ? "" : " WHERE " + string.Join(" OR ", maxima.Select(c => $"excluded.\"{c}\" > \"{table}\".\"{c}\"")));
    }
}
