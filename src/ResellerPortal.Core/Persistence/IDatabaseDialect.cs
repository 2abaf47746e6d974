using Microsoft.EntityFrameworkCore;

namespace ResellerPortal.Core.Persistence;

/// <summary>What differs between database providers: how to connect, and how to lock rows.</summary>
public interface IDatabaseDialect
{
    /// <summary>The value of the setting Database:Provider.</summary>
    string Name { get; }

    void Configure(DbContextOptionsBuilder<PortalDbContext> builder, string connectionString);

    /// <summary>Makes what the provider needs before the first migration (a folder for a database file).</summary>
    void PrepareStorage(string connectionString);

    /// <summary>Locks rows until the current transaction ends, in the order given.</summary>
    Task LockRowsAsync(PortalDbContext db, string table, string keyColumn, IReadOnlyList<Guid> ids, CancellationToken cancellationToken);
}
