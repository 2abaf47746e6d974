namespace ResellerPortal.Core.Persistence;

/// <summary>The tables that grow for ever, divided by month on a provider that can drop a month as a whole.</summary>
public abstract class MonthPartitions
{
    /// <summary>Creates the partitions of consecutive months in every divided table where they are missing.</summary>
    /// <param name="first">First day of the first month.</param>
    /// <returns>The number of partitions created.</returns>
    public abstract Task<int> CreateAsync(PortalDbContext db, DateOnly first, int months, CancellationToken cancellationToken);

    /// <summary>Creates the partition of one month in one divided table if it is missing.</summary>
    public abstract Task CreateAsync(PortalDbContext owner, string table, DateOnly month, CancellationToken cancellationToken);

    /// <summary>The months of which a table has a partition or rows, in ascending order.</summary>
    public abstract Task<IReadOnlyList<DateOnly>> ListAsync(PortalDbContext owner, string table, CancellationToken cancellationToken);

    /// <summary>Refuses writes to a month of a table, and nothing else, until the owner's transaction ends.</summary>
    public abstract Task LockAsync(PortalDbContext owner, string table, DateOnly month, CancellationToken cancellationToken);

    /// <summary>Removes a month of a table with all of its rows, in the owner's transaction.</summary>
    public abstract Task DropAsync(PortalDbContext owner, string table, DateOnly month, CancellationToken cancellationToken);
}
