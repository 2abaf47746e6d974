using System.Data;
using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Persistence;

/// <summary>The differences between database providers: connecting, locking, and reading and writing many rows.</summary>
public interface IDatabaseDialect
{
    /// <summary>The value of the setting Database:Provider.</summary>
    string Name { get; }

    /// <summary>Whether others can write during a transaction, so that rows read before they were locked must be read again.</summary>
    bool HasRowLocks { get; }

    /// <summary>Whether the database has roles, so that the running portal is not its owner.</summary>
    bool HasRoles { get; }

    /// <summary>The number of writers of a node that can usefully commit at the same time.</summary>
    int Writers { get; }

    /// <summary>
    /// Whether a commit should change the rows of one reseller only, because those of another one may lie on another server.
    /// </summary>
    bool CommitsByReseller => false;

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
    /// Creates the database if it does not exist, and lets nodes that migrate it at once take turns until the lock is disposed. Null if
    /// the provider's own lock on migrations is enough.
    /// </summary>
    /// <param name="owner">A context that connects as the tables' owner.</param>
    Task<IAsyncDisposable?> LockSetUpAsync(PortalDbContext owner, CancellationToken cancellationToken) =>
        Task.FromResult<IAsyncDisposable?>(null);

    /// <summary>
    /// Lets the role of the running portal do what the tables' access says, and nothing more. Safe to repeat after each migration.
    /// </summary>
    /// <param name="owner">A context that is connected as the tables' owner.</param>
    /// <param name="runtimeConnectionString">Names the role, which is created if it does not exist.</param>
    /// <exception cref="InvalidOperationException">The role has rights that cannot be taken from it.</exception>
    Task SetUpAccessAsync(PortalDbContext owner, string runtimeConnectionString, CancellationToken cancellationToken);

    /// <summary>Whether the context's role could change the schema or remove the ledger's protection.</summary>
    Task<bool> IsOwnerAsync(PortalDbContext db, CancellationToken cancellationToken);

    /// <summary>Checks that the settings describe the database as it is.</summary>
    /// <exception cref="InvalidOperationException">They do not; the message says what to change.</exception>
    Task CheckSettingsAsync(PortalDbContext db, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>The months of the tables that grow for ever; null if the provider does not divide them.</summary>
    MonthPartitions? Partitions => null;

    /// <summary>The statements on one table's rows.</summary>
    TableStatements Statements { get; }

    /// <summary>Begins a transaction that writes many rows.</summary>
    async Task<IRowTransaction> BeginAsync(PortalDbContext db) => new ContextTransaction(await db.Database.BeginTransactionAsync());

    /// <summary>Runs each step's statement for all of its rows, in order, in the context's transaction.</summary>
    Task RunAsync(PortalDbContext db, IReadOnlyList<BulkStep> steps, CancellationToken cancellationToken);

    /// <summary>
    /// Allows commits of the context's open connection to return before they are on disk, so that the next transaction can run meanwhile.
    /// Null if the provider always flushes before a commit returns.
    /// </summary>
    Task<IDelayedDurability?> DelayDurabilityAsync(PortalDbContext db);

    /// <summary>
    /// A number that is equal in two transactions of the context's open connection only if nobody else has changed the database in
    /// between. Read it in a transaction that excludes other writers. Null if the provider has none.
    /// </summary>
    long? ReadDataVersion(PortalDbContext db);

    /// <summary>Whether the database was unavailable or busy, so that the same transaction can be retried.</summary>
    bool IsTransient(DbException failure);
}

/// <summary>Commits that are not flushed yet. They survive a crash of this process, but not a power failure.</summary>
public interface IDelayedDurability : IAsyncDisposable
{
    /// <summary>
    /// Whether the database can lose what is not flushed while this process goes on, as another machine's can. Then nobody learns of a
    /// commit before it is flushed, and commits whose flush failed are repeated.
    /// </summary>
    bool IsRemote { get; }

    /// <summary>Flushes everything committed before the call to disk. Safe to call while the connection is in use.</summary>
    /// <exception cref="IOException">The flush failed.</exception>
    /// <exception cref="DbException">The server cannot be reached.</exception>
    Task FlushAsync();
}
