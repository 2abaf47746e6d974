using System.Data;
using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Persistence;

/// <summary>A statement with its parameters, named @p0, @p1 … in order.</summary>
/// <param name="Parameters">Creates parameters of the right types without values.</param>
public sealed record BulkStatement(string Text, Func<DbCommand, DbParameter[]> Parameters);

/// <summary>The differences between database providers: connecting, locking, and reading and writing many rows.</summary>
public interface IDatabaseDialect
{
    /// <summary>The value of the setting Database:Provider.</summary>
    string Name { get; }

    /// <summary>Whether others can write during a transaction, so that rows read before they were locked must be read again.</summary>
    bool HasRowLocks { get; }

    /// <summary>Whether the database has roles, so that the running portal is not its owner.</summary>
    bool HasRoles { get; }

    /// <summary>The isolation level for reading a consistent snapshot without blocking writers.</summary>
    IsolationLevel SnapshotLevel { get; }

    /// <summary>
    /// The connection string for a scope. Scopes of all tenants, of one and of none share no pooled connection, so that nothing which a
    /// statement of one leaves behind reaches another.
    /// </summary>
    string GetConnectionString(string connectionString, TenantScope scope);

    void Configure(DbContextOptionsBuilder<PortalDbContext> builder, string connectionString);

    /// <summary>Creates what the provider needs before the first migration, such as the folder of a database file.</summary>
    void PrepareStorage(string connectionString);

    /// <summary>
    /// Lets the role of the running portal do what the tables' access says, and nothing more. Safe to repeat after each migration.
    /// </summary>
    /// <param name="owner">A context that is connected as the tables' owner.</param>
    /// <param name="runtimeConnectionString">Names the role, which is created if it does not exist.</param>
    /// <exception cref="InvalidOperationException">The role has rights that cannot be taken from it.</exception>
    Task SetUpAccessAsync(PortalDbContext owner, string runtimeConnectionString, CancellationToken cancellationToken);

    /// <summary>Whether the context's role could change the schema or remove the ledger's protection.</summary>
    Task<bool> IsOwnerAsync(PortalDbContext db, CancellationToken cancellationToken);

    /// <summary>A SELECT of one table with a condition, optionally locking the rows until the transaction ends.</summary>
    string SelectStatement(string table, IReadOnlyList<string> columns, string where, bool isLocking);

    /// <summary>A statement that inserts a row or, if the key exists, adds to its sums and raises its maxima.</summary>
    string MergeStatement(
        string table,
        IReadOnlyList<string> columns,
        IReadOnlyList<string> keys,
        IReadOnlyList<string> sums,
        IReadOnlyList<string> maxima);

    /// <summary>Begins a transaction that writes many rows.</summary>
    async Task<IRowTransaction> BeginAsync(PortalDbContext db) => new ContextTransaction(await db.Database.BeginTransactionAsync());

    /// <summary>Runs a statement for each row in order, in the context's transaction.</summary>
    /// <param name="values">Adds a row's values in the order of the statement's parameters.</param>
    Task ExecuteManyAsync<TRow>(
        PortalDbContext db,
        BulkStatement statement,
        IReadOnlyCollection<TRow> rows,
        Action<TRow, IRowValues> values,
        CancellationToken cancellationToken);

    /// <summary>
    /// Runs a query for each row of values in order, in the context's transaction, and passes each result row to the callback.
    /// </summary>
    Task QueryManyAsync(
        PortalDbContext db,
        BulkStatement query,
        IReadOnlyList<object?[]> rows,
        Action<DbDataReader> found,
        CancellationToken cancellationToken);

    /// <summary>
    /// Allows commits of the context's open connection to return before they are on disk, so that the next transaction can run meanwhile.
    /// Null if the provider always flushes before a commit returns.
    /// </summary>
    IDelayedDurability? DelayDurability(PortalDbContext db);

    /// <summary>
    /// A number that is equal in two transactions of the context's open connection only if nobody else has changed the database in
    /// between. Read it in a transaction that excludes other writers. Null if the provider has none.
    /// </summary>
    long? ReadDataVersion(PortalDbContext db);

    /// <summary>Whether the database was unavailable or busy, so that the same transaction can be retried.</summary>
    bool IsTransient(DbException failure);
}

/// <summary>Commits that are not flushed yet. They survive a process crash, but not a power failure.</summary>
public interface IDelayedDurability : IDisposable
{
    /// <summary>Flushes everything committed before the call to disk. Safe to call while the connection is in use.</summary>
    /// <exception cref="IOException">The flush failed.</exception>
    void Flush();
}
