using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Credits;

/// <summary>A reseller's lots in drawing order, with their adjustments.</summary>
public sealed record ResellerCredits(Reseller Reseller, IReadOnlyList<CreditLot> Lots, IReadOnlyList<LotAdjustment> Adjustments);

public sealed class CreditQueries(PortalDatabase database)
{
    /// <summary>The payment provider's receipt URLs, by order.</summary>
    public async Task<IReadOnlyDictionary<Guid, string>> ListReceiptsAsync(Actor actor, CancellationToken cancellationToken = default)
    {
        actor.Demand(Permission.ResellerView);
        await using var db = database.Open(actor.Scope);
        var rows = await db.Set<OrderPayment>()
            .AsNoTracking()
            .Where(p => p.ReceiptUrl != null)
            .Select(p => new { p.PlanOrderId, p.ReceiptUrl })
            .ToListAsync(cancellationToken);
        return rows.GroupBy(r => r.PlanOrderId).ToDictionary(g => g.Key, g => g.First().ReceiptUrl!);
    }

    /// <returns>Null if there is no such reseller.</returns>
    public async Task<ResellerCredits?> ReadAsync(Actor actor, ResellerId resellerId, CancellationToken cancellationToken = default)
    {
        actor.Demand(Permission.OperatorView);
        await using var db = database.Open(actor.Scope);
        var reseller = await db.Resellers.AsNoTracking().SingleOrDefaultAsync(r => r.Id == resellerId, cancellationToken);
        return reseller is null ? null : new ResellerCredits(
            reseller,
            await db.CreditLots.AsNoTracking()
                .Where(l => l.ResellerId == resellerId)
                .OrderByDescending(l => l.ExpiresAtUtc)
                .ToListAsync(cancellationToken),
            await db.LotAdjustments.AsNoTracking()
                .Where(a => a.ResellerId == resellerId)
                .OrderByDescending(a => a.AtUtc)
                .Take(100)
                .ToListAsync(cancellationToken));
    }
}
