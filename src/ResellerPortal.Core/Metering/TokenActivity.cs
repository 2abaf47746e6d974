using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Metering;

public sealed record ConverterActivity(string Converter, long Quantity, DateOnly LastDay);

public sealed record ActivityEntry(DateTimeOffset OccurredAtUtc, string Converter, long Quantity, Guid RequestId);

/// <param name="Converters">Usage by converter, largest first.</param>
/// <param name="Newest">The newest ledger entries.</param>
public sealed record TokenActivity(long Quantity, IReadOnlyList<ConverterActivity> Converters, IReadOnlyList<ActivityEntry> Newest);

/// <summary>Recent activity of a token, to assess a leaked secret.</summary>
public sealed class TokenActivityQueries(PortalDatabase database)
{
    private const int NewestEntries = 20;

    /// <param name="since">First day, in the reseller's time zone.</param>
    public async Task<TokenActivity> ReadAsync(Actor actor, Guid tokenId, DateOnly since, CancellationToken cancellationToken = default)
    {
        actor.Demand(actor.Scope.Kind == ScopeKind.Customer ? Permission.MyView : Permission.ResellerView);
        await using var db = database.Open(actor.Scope);
        var days = await db.UsageRollups.AsNoTracking().Where(r => r.TokenId == tokenId && r.Day >= since)
            .GroupBy(r => r.Converter)
            .Select(g => new { g.Key, Quantity = g.Sum(r => r.Quantity), Last = g.Max(r => r.Day) })
            .ToListAsync(cancellationToken);
        var from = new DateTimeOffset(since, TimeOnly.MinValue, TimeSpan.Zero);
        var newest = await db.LedgerEntries.AsNoTracking()
            .Where(e => e.TokenId == tokenId && e.OccurredAtUtc >= from)
            .OrderByDescending(e => e.OccurredAtUtc)
            .Take(NewestEntries)
                .Select(e => new ActivityEntry(e.OccurredAtUtc, e.Converter, e.Quantity, e.RequestId)).ToListAsync(cancellationToken);
        return new TokenActivity(
            days.Sum(d => d.Quantity),
            [.. days.OrderByDescending(d => d.Quantity).Select(d => new ConverterActivity(d.Key, d.Quantity, d.Last))],
            newest);
    }
}
