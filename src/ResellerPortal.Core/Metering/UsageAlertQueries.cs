using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Persistence;

namespace ResellerPortal.Core.Metering;

/// <summary>The alerts that a member may see, newest first.</summary>
public sealed class UsageAlertQueries(PortalDatabase database)
{
    public async Task<IReadOnlyList<UsageAlert>> ListLatestAsync(Actor actor, int take, CancellationToken cancellationToken = default)
    {
        actor.Demand(actor.Scope.Customer is null ? Permission.ResellerView : Permission.MyView);
        await using var db = database.Open(actor.Scope);
        return await Latest(db, take).ToListAsync(cancellationToken);
    }

    internal static IQueryable<UsageAlert> Latest(PortalDbContext db, int take) =>
        db.UsageAlerts.AsNoTracking().OrderByDescending(a => a.AtUtc).ThenByDescending(a => a.Percent).Take(take);
}
