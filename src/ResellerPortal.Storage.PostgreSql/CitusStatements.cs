using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Storage.PostgreSql;

/// <summary>
/// Statements on tables of which each server has a copy. The rows of a query cannot be inserted, since Citus copies them with COPY, which
/// row-level security refuses.
/// </summary>
internal sealed class CitusSharedStatements : SetStatements
{
    public override TableStatements Divided { get; } = new CitusStatements();

    public override bool InsertsEachRow => true;

    public override string Insert(string table, IReadOnlyList<string> columns) =>
        $"INSERT INTO {Quote(table)} ({Quote(columns)}) VALUES ({string.Join(", ", columns.Select((_, i) => "$" + (i + 1)))})";
}

/// <summary>
/// Statements on rows of one reseller, which is a single value among the arrays: only then does Citus know before it runs a statement
/// which server has the rows.
/// </summary>
internal sealed class CitusStatements : SetStatements
{
    /// <summary>
    /// A divided table with a row for each reseller. Rows that are selected from it are inserted where they are, without passing through
    /// the coordinator.
    /// </summary>
    public const string Placements = "ResellerPlacement";

    private const string Reseller = nameof(IResellerOwned.ResellerId);

    public override int? FindShared(IReadOnlyList<string> columns)
    {
        for (var i = 0; i < columns.Count; i++)
        {
            if (columns[i] == Reseller)
            {
                return i;
            }
        }

        return null;
    }

    public override string Update(string table, IReadOnlyList<string> columns, IReadOnlyList<string> keys)
    {
        string[] parameters = [.. columns, .. keys];
        if (FindShared(parameters) is not { } shared)
        {
            return base.Update(table, columns, keys);
        }

        var set = columns.Select((column, i) => $"{Quote(column)} = v.c{i}");
        var where = keys.Select((key, i) => (Column: Quote(key), Parameter: columns.Count + i)).Select(
            key => $"{Quote(table)}.{key.Column} = {(key.Parameter == shared ? $"${shared + 1}" : $"v.c{key.Parameter}")}");
        return $"UPDATE {Quote(table)} SET {string.Join(", ", set)} FROM ({Rows(parameters)}) AS v WHERE {string.Join(" AND ", where)}";
    }

    protected override string IsAmong(IReadOnlyList<string> columns)
    {
        if (FindShared(columns) is not { } shared)
        {
            return base.IsAmong(columns);
        }

        var others = Enumerable.Range(0, columns.Count).Where(i => i != shared).ToArray();
        var isReseller = $"{Quote(Reseller)} = ${shared + 1}";
        return others.Length switch
        {
            0 => isReseller,
            1 => $"{isReseller} AND {Quote(columns[others[0]])} = ANY (${others[0] + 1})",
            _ => $"{isReseller} AND ({Quote(others.Select(i => columns[i]))}) IN "
                + $"(SELECT {string.Join(", ", others.Select(i => $"unnest(${i + 1})"))})",
        };
    }

    protected override string Rows(IReadOnlyList<string> columns) => Rows(columns, shared => $"${shared + 1}");

    protected override string InsertedRows(IReadOnlyList<string> columns) => FindShared(columns) is { } shared
        ? $"{Rows(columns, _ => $"r.{Quote(Reseller)}")} FROM {Quote(Placements)} r WHERE r.{Quote(Reseller)} = ${shared + 1}"
        : throw new NotSupportedException($"Rows that are inserted by reseller need its id, besides {string.Join(", ", columns)}.");

    private string Rows(IReadOnlyList<string> columns, Func<int, string> getShared)
    {
        var shared = FindShared(columns);
        return "SELECT " + string.Join(
            ", ", columns.Select((_, i) => i == shared ? $"{getShared(i)} AS c{i}" : $"unnest(${i + 1}) AS c{i}"));
    }
}
