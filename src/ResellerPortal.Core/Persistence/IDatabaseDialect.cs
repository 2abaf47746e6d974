using System.Data;
using System.Data.Common;
using Microsoft.EntityFrameworkCore;

namespace ResellerPortal.Core.Persistence;

/// <summary>
/// One statement and the parameters it takes, named @p0, @p1 … in their order.
/// </summary>
/// <param name="Parameters">Makes parameters of the right types, to be given values.</param>
public sealed record BulkStatement(string Text, Func<DbCommand, DbParameter[]> Parameters);

/// <summary>What differs between database providers: how to connect, to lock rows, and to read and write many of them.</summary>
public interface IDatabaseDialect
{
    /// <summary>The value of the setting Database:Provider.</summary>
    string Name { get; }

    /// <summary>
    /// Whether others may write while a transaction runs, so that what was read before a lock is to be read again under it.
    /// </summary>
    bool HasRowLocks { get; }

    /// <summary>The isolation level of a read that sees one instant and holds up no writer.</summary>
    IsolationLevel SnapshotLevel { get; }

    void Configure(DbContextOptionsBuilder<PortalDbContext> builder, string connectionString);

    /// <summary>Makes what the provider needs before the first migration (a folder for a database file).</summary>
    void PrepareStorage(string connectionString);

    /// <summary>A SELECT of one table by a condition; where asked, it locks what it reads until the transaction ends.</summary>
    string SelectStatement(string table, IReadOnlyList<string> columns, string where, bool isLocking);

    /// <summary>
    /// A statement that inserts a row; where its key is taken, it adds to the sums and raises the maxima of the row that is there.
    /// </summary>
    string MergeStatement(
        string table,
        IReadOnlyList<string> columns,
        IReadOnlyList<string> keys,
        IReadOnlyList<string> sums,
        IReadOnlyList<string> maxima);

    /// <summary>Begins a transaction that writes many rows.</summary>
    async Task<IRowTransaction> BeginAsync(PortalDbContext db) => new ContextTransaction(await db.Database.BeginTransactionAsync());

    /// <summary>Runs a statement for each row, in their order, in the context's transaction.</summary>
    /// <param name="values">Says a row's values in the order of the statement's parameters.</param>
    Task ExecuteManyAsync<TRow>(
        PortalDbContext db,
        BulkStatement statement,
        IReadOnlyCollection<TRow> rows,
        Action<TRow, IRowValues> values,
        CancellationToken cancellationToken);

    /// <summary>
    /// Runs a query for each row of values, in their order, in the context's transaction, and hands on each row it finds.
    /// </summary>
    Task QueryManyAsync(
        PortalDbContext db,
        BulkStatement query,
        IReadOnlyList<object?[]> rows,
        Action<DbDataReader> found,
        CancellationToken cancellationToken);

    /// <summary>
    /// From now on commits of the context's open connection may return before they are on the disk, so that the next
    /// transaction runs while the disk works. Null where a commit of the provider is on the disk when it returns.
    /// </summary>
    IDelayedDurability? DelayDurability(PortalDbContext db);

    /// <summary>
    /// A number that is the same in two transactions of the context's open connection only if nobody else has changed the
    /// database between them. Asked in a transaction that others cannot write beside. Null where the provider has none.
    /// </summary>
    long? ReadDataVersion(PortalDbContext db);

    /// <summary>Whether the database was away or busy, so that the same transaction may be tried again.</summary>
    bool IsTransient(DbException failure);
}

/// <summary>Commits that are still to be put on the disk. They outlive the process, but not a power cut before it.</summary>
public interface IDelayedDurability : IDisposable
{
    /// <summary>Returns once all that was committed before the call is on the disk. Safe beside the connection's own work.</summary>
    /// <exception cref="IOException">The disk did not take it.</exception>
    void Flush();
}
