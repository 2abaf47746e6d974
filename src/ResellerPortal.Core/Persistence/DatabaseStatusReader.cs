using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Persistence;

/// <summary>The database as this node sees it.</summary>
/// <param name="Provider">The value of the setting Database:Provider.</param>
/// <param name="AppliedMigrations">0 if it is unreachable.</param>
/// <param name="PendingMigrations">Migrations that this version needs and the database lacks.</param>
/// <param name="Latency">How long a small query took.</param>
public sealed record DatabaseStatus(
    string Provider,
    bool IsReachable,
    int AppliedMigrations,
    int PendingMigrations,
    TimeSpan Latency)
{
    /// <summary>Whether the portal can serve requests with it.</summary>
    public bool IsReady => IsReachable && PendingMigrations == 0;
}

/// <summary>Reads whether the database is reachable and has the schema of this version.</summary>
public sealed class DatabaseStatusReader(PortalDatabase database, TimeProvider clock)
{
    public async Task<DatabaseStatus> ReadAsync(CancellationToken cancellationToken = default)
    {
        await using var db = database.Open(TenantScope.None);
        var provider = database.Dialect.Name;
        if (!await db.Database.CanConnectAsync(cancellationToken))
        {
            return new DatabaseStatus(provider, IsReachable: false, 0, 0, TimeSpan.Zero);
        }

        var started = clock.GetTimestamp();
        var applied = (await db.Database.GetAppliedMigrationsAsync(cancellationToken)).ToHashSet(StringComparer.OrdinalIgnoreCase);
        return new DatabaseStatus(
            provider,
            IsReachable: true,
            applied.Count,
            db.Database.GetMigrations().Count(migration => !applied.Contains(migration)),
            clock.GetElapsedTime(started));
    }
}
