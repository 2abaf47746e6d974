using System.Data;
using System.Data.Common;
using Microsoft.EntityFrameworkCore;

namespace ResellerPortal.Core.Persistence;

/// <summary>What differs between database providers: how to connect, to lock rows and to write many of them.</summary>
public interface IDatabaseDialect
{
    /// <summary>The value of the setting Database:Provider.</summary>
    string Name { get; }

    void Configure(DbContextOptionsBuilder<PortalDbContext> builder, string connectionString);

    /// <summary>The isolation level of a read that sees one instant and holds up no writer.</summary>
    IsolationLevel SnapshotLevel { get; }

    /// <summary>Makes what the provider needs before the first migration (a folder for a database file).</summary>
    void PrepareStorage(string connectionString);

    /// <summary>Locks rows until the current transaction ends, in an order that is the same on every node.</summary>
    /// <returns>Whether somebody else may have changed them before they were locked, so that they are to be read again.</returns>
    Task<bool> LockRowsAsync(PortalDbContext db, string table, string keyColumn, IReadOnlyList<Guid> ids, CancellationToken cancellationToken);

    /// <summary>
    /// Runs one statement for each row of values, in their order, in the context's transaction. The statement names its
    /// values @p0, @p1 …; <paramref name="samples"/> are parameters of the right types.
    /// </summary>
    Task ExecuteManyAsync(PortalDbContext db, string statement, Func<DbCommand, DbParameter[]> samples, IReadOnlyList<object?[]> rows, CancellationToken cancellationToken);

    /// <summary>A statement that inserts a row; where its key is taken, it adds to the sums and raises the maxima of the row that is there.</summary>
    string MergeStatement(string table, IReadOnlyList<string> columns, IReadOnlyList<string> keys, IReadOnlyList<string> sums, IReadOnlyList<string> maxima);

    /// <summary>Whether the database was away or busy, so that the same transaction may be tried again.</summary>
    bool IsPassing(DbException failure);
}
