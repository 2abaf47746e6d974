using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Auditing;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Time;
using ResellerPortal.Core.Tokens;

namespace ResellerPortal.Core.Metering;

/// <summary>A token's requests in one hour.</summary>
public sealed record TokenHour(DateTimeOffset StartsAtUtc, long Accepted, long Refused);

/// <summary>How many of a token's requests were refused for one reason.</summary>
public sealed record TokenRefusals(RequestOutcome Reason, long Requests);

/// <param name="Actor">Null if it is not for the reader to know who of another account it was.</param>
public sealed record TokenHistoryEntry(DateTimeOffset AtUtc, string? Actor, string Action, string Subject);

/// <summary>The content of a token's page.</summary>
/// <param name="Hours">The last hours, oldest first; the last one is the current hour.</param>
/// <param name="Refusals">Of the last <see cref="TokenDetailQueries.RefusalDays"/> days, most frequent first.</param>
/// <param name="History">The newest events of the token, newest first.</param>
public sealed record TokenDetail(
    TokenRow Token,
    CustomerId CustomerId,
    string CustomerName,
    TimeZoneInfo Zone,
    IReadOnlyList<TokenHour> Hours,
    IReadOnlyList<TokenRefusals> Refusals,
    IReadOnlyList<TokenHistoryEntry> History);

/// <summary>Reads everything about one token.</summary>
public sealed class TokenDetailQueries(PortalDatabase database, TimeProvider clock)
{
    public const int RefusalDays = 30;
    public const int ShownHours = 48;
    private const int MaxEvents = 100;

    /// <param name="customerId">Whose token it must be.</param>
    /// <returns>Null if the customer has no such token for this actor.</returns>
    public async Task<TokenDetail?> FindAsync(
        Actor actor,
        CustomerId customerId,
        Guid tokenId,
        CancellationToken cancellationToken = default)
    {
        actor.Demand(actor.Scope.Customer is null ? Permission.ResellerView : Permission.MyView);
        var now = clock.GetUtcNow();
        await using var db = database.Open(actor.Scope);
        if (await db.ApiTokens.AsNoTracking().SingleOrDefaultAsync(t => t.Id == tokenId && t.CustomerId == customerId, cancellationToken)
            is not { } token)
        {
            return null;
        }

        var customer = await db.Customers.Where(c => c.Id == customerId).Select(c => c.Name).SingleAsync(cancellationToken);
        var zone = (await db.Resellers.AsNoTracking().SingleAsync(r => r.Id == token.ResellerId, cancellationToken)).Zone;
        var since = now.AddDays(-RefusalDays);
        var refusals = await db.TokenRequestCounts
            .Where(c => c.TokenId == tokenId && c.HourStartsAtUtc >= since && c.Outcome != RequestOutcome.Accepted)
            .GroupBy(c => c.Outcome)
            .Select(g => new { g.Key, Requests = g.Sum(c => c.Requests) })
            .ToListAsync(cancellationToken);
        return new TokenDetail(
            TokenQueries.CreateRow(token, now, BillingPeriod.Containing(now, zone).FirstDay),
            customerId,
            customer,
            zone,
            await ReadHoursAsync(db, tokenId, now, cancellationToken),
            [.. refusals.Select(r => new TokenRefusals(r.Key, r.Requests)).OrderByDescending(r => r.Requests).ThenBy(r => r.Reason)],
            await ReadHistoryAsync(db, actor, token, cancellationToken));
    }

    private static async Task<IReadOnlyList<TokenHour>> ReadHoursAsync(
        PortalDbContext db,
        Guid tokenId,
        DateTimeOffset now,
        CancellationToken cancellationToken)
    {
        var first = TokenRequestRecorder.GetHour(now).AddHours(1 - ShownHours);
        var counts = await db.TokenRequestCounts.AsNoTracking()
            .Where(c => c.TokenId == tokenId && c.HourStartsAtUtc >= first)
            .ToListAsync(cancellationToken);
        var byHour = counts.ToLookup(c => c.HourStartsAtUtc);
        return
        [
            .. Enumerable.Range(0, ShownHours)
                .Select(i => first.AddHours(i))
                .Select(hour => new TokenHour(
                    hour,
                    byHour[hour].Where(c => c.Outcome == RequestOutcome.Accepted).Sum(c => c.Requests),
                    byHour[hour].Where(c => c.Outcome != RequestOutcome.Accepted).Sum(c => c.Requests))),
        ];
    }

    private static async Task<IReadOnlyList<TokenHistoryEntry>> ReadHistoryAsync(
        PortalDbContext db,
        Actor actor,
        ApiToken token,
        CancellationToken cancellationToken)
    {
        var events = await db.TokenEvents.AsNoTracking()
            .Where(e => e.TokenId == token.Id)
            .OrderByDescending(e => e.AtUtc)
            .Take(MaxEvents)
            .ToListAsync(cancellationToken);
        if (events.Count == 0)
        {
            return [];
        }

        var (ids, earliest) = (events.Select(e => e.AuditEntryId).ToList(), events[^1].AtUtc);
        var entries = await db.AuditEntries.AsNoTracking()
            .Where(a => a.Chain == token.ResellerId.Value && a.AtUtc >= earliest && ids.Contains(a.Id))
            .OrderByDescending(a => a.AtUtc)
            .ThenByDescending(a => a.Id)
            .ToListAsync(cancellationToken);
        var colleagues = actor.Scope.Customer is { } customer
            ? await db.Members.Where(m => m.CustomerId == customer).Select(m => m.UserId).ToListAsync(cancellationToken)
            : null;
        return
        [
            .. entries.Select(a => new TokenHistoryEntry(
                a.AtUtc,
                colleagues is null || (a.UserId is { } user && colleagues.Contains(user)) ? a.ActorName : null,
                a.Action,
                a.Subject)),
        ];
    }
}
