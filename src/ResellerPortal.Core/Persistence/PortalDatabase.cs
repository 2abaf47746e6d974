using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Persistence;

/// <summary>Opens contexts. Use one per operation, because a Blazor circuit outlives many operations.</summary>
public sealed class PortalDatabase
{
    private static readonly TenantScope Migrations = TenantScope.CrossTenants("migrations");

    private readonly DbContextOptions<PortalDbContext> _allTenants;
    private readonly DbContextOptions<PortalDbContext> _oneTenant;
    private readonly DbContextOptions<PortalDbContext> _noTenant;

    public PortalDatabase(IDatabaseDialect dialect, string connectionString)
    {
        Dialect = dialect;
        _allTenants = Create(Migrations);
        _oneTenant = dialect.HasRoles ? Create(TenantScope.ForReseller(default)) : _allTenants;
        _noTenant = dialect.HasRoles ? Create(TenantScope.None) : _allTenants;

        DbContextOptions<PortalDbContext> Create(TenantScope scope) =>
            OptionsFor(dialect, dialect.GetConnectionString(connectionString, scope));
    }

    internal IDatabaseDialect Dialect { get; }

    /// <summary>Whether its tables have an owner other than the running portal.</summary>
    public bool HasOwner => Dialect.HasRoles;

    public PortalDbContext Open(TenantScope scope) =>
        new(scope.CrossesTenants ? _allTenants : scope.Reseller is null ? _noTenant : _oneTenant, scope);

    /// <summary>Opens a context that is connected as the tables' owner.</summary>
    internal PortalDbContext OpenAsOwner(string ownerConnectionString, TenantScope scope) =>
        new(OptionsFor(Dialect, ownerConnectionString), scope);

    /// <summary>Creates the database or migrates it to the latest version, and sets up what the running portal may do in it.</summary>
    /// <param name="ownerConnectionString">
    /// Connects as the tables' owner, whom the running portal is not. Null for a database without roles.
    /// </param>
    /// <exception cref="InvalidOperationException">A server's database needs an owner other than the running portal's role.</exception>
    public async Task MigrateAsync(string? ownerConnectionString = null, CancellationToken cancellationToken = default)
    {
        await using var runtime = Open(TenantScope.None);
        var runtimeConnectionString = runtime.Database.GetConnectionString()!;
        await using var owner = new PortalDbContext(OptionsFor(Dialect, ownerConnectionString ?? runtimeConnectionString), Migrations);
        Dialect.PrepareStorage(runtimeConnectionString);
        if (Dialect.HasRoles && ownerConnectionString is null)
        {
            throw new InvalidOperationException(
                "ConnectionStrings:PortalOwner is missing: set the connection string of the role that owns the portal's tables. "
                    + "The role in ConnectionStrings:Portal, which the running portal uses, must not own them.");
        }

        await using var turn = await Dialect.LockSetUpAsync(owner, cancellationToken);
        await owner.Database.MigrateAsync(cancellationToken);
        await Dialect.SetUpAccessAsync(owner, runtimeConnectionString, cancellationToken);
    }

    /// <summary>Whether the running portal's role could change the schema or remove the ledger's protection.</summary>
    public async Task<bool> IsOwnerAsync(CancellationToken cancellationToken = default)
    {
        await using var db = Open(TenantScope.None);
        return await Dialect.IsOwnerAsync(db, cancellationToken);
    }

    /// <summary>Checks that the settings describe the database as it is.</summary>
    /// <exception cref="InvalidOperationException">They do not; the message says what to change.</exception>
    public async Task CheckSettingsAsync(CancellationToken cancellationToken = default)
    {
        await using var db = Open(TenantScope.None);
        await Dialect.CheckSettingsAsync(db, cancellationToken);
    }

    /// <summary>Whether something failed because the database is away for the moment, and may succeed in a while.</summary>
    public bool IsAway(Exception failure)
    {
        for (var reason = failure; reason is not null; reason = reason.InnerException)
        {
            if (reason is DbException fault && Dialect.IsTransient(fault))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>
    /// Locks rows of one table in ascending id order until the context's transaction ends, so that transactions that need the same rows
    /// wait for each other and never deadlock.
    /// </summary>
    public Task LockRowsAsync<TEntity>(PortalDbContext db, IEnumerable<Guid> ids, CancellationToken cancellationToken)
        where TEntity : class
    {
        var isOwned = typeof(TEntity).IsAssignableTo(typeof(IResellerOwned));
        return isOwned && db.Scope.Reseller is null
            ? throw new InvalidOperationException($"Say whose {typeof(TEntity).Name} is to be locked within {db.Scope}.")
            : LockRowsAsync<TEntity>(db, isOwned ? db.Scope.Reseller : null, ids, cancellationToken);
    }

    /// <summary>Locks rows of one reseller in any scope that contains it.</summary>
    /// <inheritdoc cref="LockRowsAsync{TEntity}(PortalDbContext, IEnumerable{Guid}, CancellationToken)"/>
    public Task LockRowsAsync<TEntity>(
        PortalDbContext db,
        ResellerId reseller,
        IEnumerable<Guid> ids,
        CancellationToken cancellationToken)
        where TEntity : class, IResellerOwned => LockRowsAsync<TEntity>(db, (ResellerId?)reseller, ids, cancellationToken);

    private Task LockRowsAsync<TEntity>(
        PortalDbContext db,
        ResellerId? reseller,
        IEnumerable<Guid> ids,
        CancellationToken cancellationToken)
        where TEntity : class
    {
        if (!Dialect.HasRowLocks)
        {
            return Task.CompletedTask;
        }

        var batch = new RowBatch(this, db);
        batch.Lock<TEntity>(reseller, ids);
        return batch.RunAsync(cancellationToken);
    }

    /// <summary>Context options for one database, including the tenant write guard.</summary>
    public static DbContextOptions<PortalDbContext> OptionsFor(IDatabaseDialect dialect, string connectionString)
    {
        var builder = new DbContextOptionsBuilder<PortalDbContext>();
        builder.AddInterceptors(new TenantWriteGuard());
        builder.ReplaceService<IModelCacheKeyFactory, ModelOfScope>();
        dialect.Configure(builder, connectionString);
        return builder.Options;
    }
}
