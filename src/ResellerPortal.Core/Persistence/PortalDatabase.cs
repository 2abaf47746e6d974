using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Persistence;

/// <summary>Opens contexts. One context an act: a circuit outlives many of them.</summary>
public sealed class PortalDatabase(DbContextOptions<PortalDbContext> options, IDatabaseDialect dialect)
{
    internal IDatabaseDialect Dialect => dialect;

    public PortalDbContext Open(TenantScope scope) => new(options, scope);

    /// <summary>Creates the database, or brings it to the newest migration.</summary>
    public async Task MigrateAsync(CancellationToken cancellationToken = default)
    {
        await using var db = Open(TenantScope.CrossTenants("migrations"));
        dialect.PrepareStorage(db.Database.GetConnectionString()!);
        await db.Database.MigrateAsync(cancellationToken);
    }

    /// <summary>
    /// Locks rows of one table until the context's transaction ends, in id order, so that two transactions that want the
    /// same rows wait for each other and never deadlock.
    /// </summary>
    /// <returns>Whether rows that were read before are to be read again.</returns>
    public async Task<bool> LockRowsAsync<TEntity>(PortalDbContext db, IEnumerable<Guid> ids, CancellationToken cancellationToken)
        where TEntity : class
    {
        var entity = db.Model.FindEntityType(typeof(TEntity))!;
        var key = entity.FindPrimaryKey()!.Properties.Single();
        Guid[] ordered = [.. ids.Distinct().Order()];
        return ordered.Length > 0 && await dialect.LockRowsAsync(db, entity.GetTableName()!, key.GetColumnName(), ordered, cancellationToken);
    }

    /// <summary>Options for one database, with the guard that belongs to every context.</summary>
    public static DbContextOptions<PortalDbContext> OptionsFor(IDatabaseDialect dialect, string connectionString)
    {
        var builder = new DbContextOptionsBuilder<PortalDbContext>();
        builder.AddInterceptors(new TenantWriteGuard());
        dialect.Configure(builder, connectionString);
        return builder.Options;
    }
}
