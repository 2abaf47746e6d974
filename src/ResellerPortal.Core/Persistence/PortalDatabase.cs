using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Persistence;

/// <summary>Opens contexts. Use one per operation, because a Blazor circuit outlives many operations.</summary>
public sealed class PortalDatabase(DbContextOptions<PortalDbContext> options, IDatabaseDialect dialect)
{
    private static readonly TenantScope Migrations = TenantScope.CrossTenants("migrations");

    internal IDatabaseDialect Dialect => dialect;

    public PortalDbContext Open(TenantScope scope) => new(options, scope);

    /// <summary>Creates the database or migrates it to the latest version, and sets up what the running portal may do in it.</summary>
    /// <param name="ownerConnectionString">
    /// Connects as the tables' owner, whom the running portal is not. Null for a database without roles.
    /// </param>
    /// <exception cref="InvalidOperationException">A server's database needs an owner other than the running portal's role.</exception>
    public async Task MigrateAsync(string? ownerConnectionString = null, CancellationToken cancellationToken = default)
    {
        await using var runtime = Open(Migrations);
        var runtimeConnectionString = runtime.Database.GetConnectionString()!;
        await using var owner = new PortalDbContext(OptionsFor(dialect, ownerConnectionString ?? runtimeConnectionString), Migrations);
        dialect.PrepareStorage(runtimeConnectionString);
        if (dialect.HasRoles && ownerConnectionString is null)
        {
            throw new InvalidOperationException(
                "ConnectionStrings:PortalOwner is missing: set the connection string of the role that owns the portal's tables. "
                    + "The role in ConnectionStrings:Portal, which the running portal uses, must not own them.");
        }

        await owner.Database.MigrateAsync(cancellationToken);
        await dialect.SetUpAccessAsync(owner, runtimeConnectionString, cancellationToken);
    }

    /// <summary>Whether the running portal's role could change the schema or remove the ledger's protection.</summary>
    public async Task<bool> IsOwnerAsync(CancellationToken cancellationToken = default)
    {
        await using var db = Open(TenantScope.None);
        return await dialect.IsOwnerAsync(db, cancellationToken);
    }

    /// <summary>
    /// Locks rows of one table in ascending id order until the context's transaction ends, so that transactions that need the same rows
    /// wait for each other and never deadlock.
    /// </summary>
    public Task LockRowsAsync<TEntity>(PortalDbContext db, IEnumerable<Guid> ids, CancellationToken cancellationToken)
        where TEntity : class
    {
        if (!dialect.HasRowLocks)
        {
            return Task.CompletedTask;
        }

        var map = TableMap<TEntity>.Get(db, dialect);
        object?[][] keys = [.. ids.Distinct().Order().Select(id => (object?[])[id])];
        return dialect.QueryManyAsync(db, map.Select(map.Keys, isLocking: true), keys, _ => { }, cancellationToken);
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
