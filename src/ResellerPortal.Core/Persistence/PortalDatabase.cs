using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Persistence;

/// <summary>Opens contexts. Use one per operation, because a Blazor circuit outlives many operations.</summary>
public sealed class PortalDatabase(DbContextOptions<PortalDbContext> options, IDatabaseDialect dialect)
{
    internal IDatabaseDialect Dialect => dialect;

    public PortalDbContext Open(TenantScope scope) => new(options, scope);

    /// <summary>Creates the database or migrates it to the latest version.</summary>
    public async Task MigrateAsync(CancellationToken cancellationToken = default)
    {
        await using var db = Open(TenantScope.CrossTenants("migrations"));
        dialect.PrepareStorage(db.Database.GetConnectionString()!);
        await db.Database.MigrateAsync(cancellationToken);
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
