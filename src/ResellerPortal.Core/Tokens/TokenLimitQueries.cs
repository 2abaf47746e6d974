using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Time;

namespace ResellerPortal.Core.Tokens;

/// <summary>What the limits of a customer's tokens leave.</summary>
/// <param name="Limited">Those with the smallest part of their limit left, first.</param>
/// <param name="ResetsOn">When monthly limits start again: the first day of the next month in the reseller's time zone.</param>
public sealed record TokenLimitList(IReadOnlyList<TokenRow> Limited, int LimitedCount, int UnlimitedCount, DateOnly ResetsOn);

public sealed class TokenLimitQueries(PortalDatabase database, TimeProvider clock)
{
    /// <summary>
    /// Reads the limits of the customer's own tokens that are not revoked or expired. Tokens issued by its master token are left out:
    /// there may be thousands, and they count against the master token's limit.
    /// </summary>
    public async Task<TokenLimitList> ReadAsync(Actor actor, int take, CancellationToken cancellationToken = default)
    {
        actor.Demand(Permission.MyView);
        var customerId = actor.Scope.Customer ?? throw new InvalidOperationException("This query requires a membership of a customer.");
        var now = clock.GetUtcNow();
        await using var db = database.Open(actor.Scope);
        var reseller = await db.Resellers.AsNoTracking().SingleAsync(cancellationToken);
        var month = BillingPeriod.Containing(now, reseller.Zone);
        var usable = db.ApiTokens.AsNoTracking().Where(
            t => t.CustomerId == customerId
                && t.RevokedAtUtc == null
                && t.IssuedByTokenId == null
                && (t.ExpiresAtUtc == null || t.ExpiresAtUtc > now));
        var limited = await usable.Where(t => t.UsageLimit != null).ToListAsync(cancellationToken);
        return new TokenLimitList(
            [
                .. limited
                    .Select(t => TokenQueries.CreateRow(t, now, month.FirstDay))
                    .OrderBy(t => (decimal)t.Remaining!.Value / Math.Max(1, t.UsageLimit!.Value))
                    .ThenBy(t => t.Environment, StringComparer.Ordinal)
                    .Take(take),
            ],
            limited.Count,
            await usable.CountAsync(t => t.UsageLimit == null, cancellationToken),
            month.Next.FirstDay);
    }
}
