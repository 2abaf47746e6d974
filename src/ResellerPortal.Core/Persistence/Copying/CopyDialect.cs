using System.Data.Common;

namespace ResellerPortal.Core.Persistence.Copying;

/// <summary>
/// How a provider reads and writes tables whole, as the owner of the tables. Apart from <see cref="IDatabaseDialect"/>, because the
/// running portal needs none of it.
/// </summary>
public abstract class CopyDialect
{
    /// <summary>How often, and how far apart, connections are counted that this program itself has just closed.</summary>
    private const int Counts = 25;

    private static readonly TimeSpan CountInterval = TimeSpan.FromMilliseconds(200);

    /// <summary>The provider's name for the rows that a page begins with, such as "TOP (@rows)"; empty if it stands at the end.</summary>
    protected virtual string LimitBefore => "";

    /// <summary>The same at the end of a query.</summary>
    protected virtual string LimitAfter => " LIMIT @rows";

    /// <summary>Opens a connection that sees and writes every row.</summary>
    /// <param name="isAlone">Whether nobody else may use the database until it is closed.</param>
    /// <exception cref="CopyRefusedException">Somebody else uses the database.</exception>
    public abstract Task<DbConnection> OpenAsync(string connectionString, bool isAlone, CancellationToken cancellationToken);

    /// <summary>Begins a transaction during which nobody else can write any of the tables.</summary>
    /// <exception cref="CopyRefusedException">The running portal is connected.</exception>
    public abstract Task<DbTransaction> LockAsync(
        DbConnection connection,
        IReadOnlyList<CopyTable> tables,
        string runtimeConnectionString,
        CancellationToken cancellationToken);

    /// <summary>
    /// Statements that make the database refuse every write to rows of resellers whose row has a mark, and to none else; harmless if they
    /// have run before.
    /// </summary>
    public abstract IEnumerable<string> GuardStatements(IReadOnlyList<CopyTable> tables);

    /// <summary>
    /// A statement after which nobody else writes the tables until the transaction ends; null where a transaction is that already.
    /// </summary>
    public abstract string? WaitStatement(IReadOnlyList<CopyTable> tables);

    /// <summary>Reads a value that is not null.</summary>
    public virtual object Read(DbDataReader reader, int ordinal, CopyValueKind kind) => kind switch
    {
        CopyValueKind.Boolean => reader.GetBoolean(ordinal),
        CopyValueKind.Int32 => reader.GetInt32(ordinal),
        CopyValueKind.Int64 => reader.GetInt64(ordinal),
        CopyValueKind.Id => reader.GetGuid(ordinal),
        CopyValueKind.Date => reader.GetFieldValue<DateOnly>(ordinal),
        CopyValueKind.Text => reader.GetString(ordinal),
        CopyValueKind.Bytes => reader.GetFieldValue<byte[]>(ordinal),
        _ => CopyValues.Normalize(reader.GetString(ordinal)),
    };

    /// <summary>Writes bytes in a stored document as base64, or the other way round.</summary>
    /// <param name="isStoring">Whether the document is written to the database.</param>
    public virtual string ConvertJson(CopyColumn column, string json, bool isStoring) => json;

    /// <summary>Creates a parameter without a value.</summary>
    public abstract DbParameter CreateParameter(string name, CopyValueKind kind);

    /// <summary>A value as a parameter of this provider takes it.</summary>
    public virtual object ToParameterValue(object? value) => value ?? DBNull.Value;

    public virtual string Quote(string name) => $"\"{name}\"";

    public virtual string Quote(CopyTable table) => table.Schema is null ? Quote(table.Name) : $"{Quote(table.Schema)}.{Quote(table.Name)}";

    /// <summary>The condition of rows behind a key, whose values are the parameters @k0, @k1 …</summary>
    public virtual string After(CopyTable table) =>
        $"({Names(table.KeyColumns)}) > ({string.Join(", ", table.Key.Select((_, i) => "@k" + i))})";

    /// <summary>A page of rows in the order of the key, at most @rows of them.</summary>
    public string Page(CopyTable table, IReadOnlyList<CopyColumn> columns, IEnumerable<string> conditions) =>
        $"SELECT {LimitBefore}{Names(columns)} FROM {Quote(table)}{Where(conditions)} ORDER BY {Names(table.KeyColumns)}{LimitAfter}";

    public string Names(IEnumerable<CopyColumn> columns) => string.Join(", ", columns.Select(c => Quote(c.Name)));

    /// <summary>Adds rows, each with the values of the columns.</summary>
    public abstract Task InsertAsync(
        DbConnection connection,
        DbTransaction transaction,
        CopyTable table,
        IReadOnlyList<CopyColumn> columns,
        IReadOnlyList<object?[]> rows,
        CancellationToken cancellationToken);

    /// <summary>Passes each row that has one of the keys to the callback, in any order.</summary>
    public abstract Task FindAsync(
        DbConnection connection,
        DbTransaction? transaction,
        CopyTable table,
        IReadOnlyList<CopyColumn> columns,
        IReadOnlyList<object?[]> keys,
        Action<DbDataReader> found,
        CancellationToken cancellationToken);

    /// <summary>A statement after which the database numbers new rows behind those that were copied; null if it does so anyway.</summary>
    public virtual string? ContinueNumbers(CopyTable table) => null;

    /// <summary>Waits until nobody is connected as the running portal.</summary>
    /// <param name="count">Counts its connections.</param>
    /// <exception cref="CopyRefusedException">Somebody still is.</exception>
    protected static async Task CheckDisconnectedAsync(Func<Task<long>> count, CancellationToken cancellationToken)
    {
        var connected = await count();
        for (var i = 1; i < Counts && connected > 0; i++)
        {
            await Task.Delay(CountInterval, cancellationToken);
            connected = await count();
        }

        if (connected > 0)
        {
            throw new CopyRefusedException(
                $"The portal is still connected to the source ({connected} connections). Stop every node, and finish again.");
        }
    }

    public static string Where(IEnumerable<string> conditions)
    {
        var all = string.Join(" AND ", conditions);
        return all.Length == 0 ? "" : " WHERE " + all;
    }
}

/// <summary>A copy must not begin or end as things are; the message says why, to the person who runs it.</summary>
public sealed class CopyRefusedException : Exception
{
    public CopyRefusedException(string message)
        : base(message)
    {
    }

    public CopyRefusedException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
