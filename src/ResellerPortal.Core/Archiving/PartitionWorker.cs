using Microsoft.Extensions.Logging;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Workers;

namespace ResellerPortal.Core.Archiving;

/// <summary>
/// Creates the partitions of the months to come. What several nodes do at once is done by one; a month that nobody created in time goes to
/// the default partition, and is moved from there.
/// </summary>
public sealed class PartitionWorker(PortalDatabase database, TimeProvider clock, ILogger<PartitionWorker> logger)
    : PeriodicWorker(clock, logger)
{
    /// <summary>The current month and those after it.</summary>
    public const int MonthsAhead = 3;

    private static readonly TenantScope Scope = TenantScope.CrossTenants("partitions: tables of all tenants");

    public override TimeSpan Interval => TimeSpan.FromHours(6);

    protected override bool RunsAtStart => true;

    /// <returns>The number of partitions created.</returns>
    public override async Task<int> RunAsync(CancellationToken cancellationToken = default)
    {
        if (database.Dialect.Partitions is not { } partitions)
        {
            return 0;
        }

        var today = DateOnly.FromDateTime(Clock.GetUtcNow().UtcDateTime);
        await using var db = database.Open(Scope);
        return await partitions.CreateAsync(db, new DateOnly(today.Year, today.Month, 1), MonthsAhead + 1, cancellationToken);
    }
}
