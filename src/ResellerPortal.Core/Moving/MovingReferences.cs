using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Persistence.Copying;
using ResellerPortal.Core.Plans;
using ResellerPortal.Core.Subscriptions;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Moving;

/// <summary>What a reseller's rows refer to and the target may have already: its members' accounts, and plans of the catalogue.</summary>
internal static class MovingReferences
{
    private const int ChunkSize = 500;

    /// <summary>
    /// Finds which accounts the target keeps. Somebody whose address has an account there signs in with that one, which both portals have
    /// proved to be theirs; and an account with memberships elsewhere in the target is the target's own.
    /// </summary>
    public static async Task<CopyUsers> FindUsersAsync(
        PortalDbContext source,
        PortalDbContext target,
        ResellerId reseller,
        CancellationToken cancellationToken)
    {
        var members = source.Members.Where(m => m.ResellerId == reseller).Select(m => m.UserId);
        var users = await source.Users.AsNoTracking()
            .Where(u => members.Contains(u.Id))
            .Select(u => new { u.Id, u.NormalizedEmail })
            .ToListAsync(cancellationToken);
        var (targetIds, kept) = (new Dictionary<Guid, Guid>(), new HashSet<Guid>());
        foreach (var chunk in users.Chunk(ChunkSize))
        {
            var ids = chunk.Select(u => u.Id).ToList();
            var addresses = chunk.Select(u => u.NormalizedEmail).OfType<string>().ToList();
            kept.UnionWith(await target.Members
                .Where(m => ids.Contains(m.UserId) && m.ResellerId != reseller)
                .Select(m => m.UserId)
                .ToListAsync(cancellationToken));
            var known = await target.Users.AsNoTracking()
                .Where(u => u.NormalizedEmail != null && addresses.Contains(u.NormalizedEmail))
                .Select(u => new { u.Id, u.NormalizedEmail })
                .ToListAsync(cancellationToken);
            foreach (var (user, account) in chunk.Join(known, u => u.NormalizedEmail, a => a.NormalizedEmail, (u, a) => (u.Id, a.Id)))
            {
                if (user != account)
                {
                    targetIds[user] = account;
                    kept.Add(account);
                }
            }
        }

        return new CopyUsers(targetIds, kept);
    }

    /// <summary>
    /// Adds the plans that the reseller ordered, renews or tops up with to a catalogue that has none of that id. Nobody can order them
    /// until the target's operator offers them.
    /// </summary>
    public static async Task AddPlansAsync(
        PortalDbContext source,
        PortalDbContext target,
        Reseller reseller,
        CancellationToken cancellationToken)
    {
        List<Guid> ids =
        [
            .. await source.PlanOrders.Where(o => o.ResellerId == reseller.Id).Select(o => o.PlanId).ToListAsync(cancellationToken),
            .. await source.PlanSubscriptions.Where(s => s.ResellerId == reseller.Id).Select(s => s.PlanId).ToListAsync(cancellationToken),
            .. await source.PlanSubscriptions.Where(s => s.ResellerId == reseller.Id && s.UpgradePlanId != null)
                .Select(s => s.UpgradePlanId!.Value).ToListAsync(cancellationToken),
            .. await source.TopUpPolicies.Where(p => p.ResellerId == reseller.Id).Select(p => p.PlanId).ToListAsync(cancellationToken),
        ];
        var known = await target.BulkPlans.Where(p => ids.Contains(p.Id)).Select(p => p.Id).ToListAsync(cancellationToken);
        foreach (var plan in await source.BulkPlans.AsNoTracking()
            .Where(p => ids.Contains(p.Id) && !known.Contains(p.Id))
            .ToListAsync(cancellationToken))
        {
            plan.IsOffered = false;
            if (await target.BulkPlans.AnyAsync(p => p.Name == plan.Name, cancellationToken))
            {
                var id = $" ({plan.Id:N})";
                plan.Name = plan.Name.Truncate(BulkPlan.MaxName - id.Length) + id;
            }

            target.BulkPlans.Add(plan);
        }

        await target.SaveChangesAsync(cancellationToken);
        target.ChangeTracker.Clear();
    }
}
