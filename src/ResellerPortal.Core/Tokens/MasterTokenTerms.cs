using System.Net;
using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Time;

namespace ResellerPortal.Core.Tokens;

/// <summary>
/// What a master token's own terms mean for the tokens that it issues: they can do nothing that it cannot do, live no longer, and all of
/// them together with the master token itself use no more than its limit.
/// </summary>
internal static class MasterTokenTerms
{
    /// <summary>Restricts the terms of a token that a locked master token issues, and takes its limit from the master token's.</summary>
    /// <returns>The restricted terms. Refused: the master token has ended; the terms go beyond it; its limit leaves too little.</returns>
    public static async Task<Outcome<TokenRequest>> TakeLimitAsync(
        PortalDbContext db,
        Guid masterId,
        TokenRequest request,
        TimeZoneInfo zone,
        DateTimeOffset now,
        CancellationToken cancellationToken)
    {
        var master = await db.ApiTokens.SingleAsync(t => t.Id == masterId, cancellationToken);
        if (master.RevokedAtUtc is not null || master.ExpiresAtUtc <= now || master.PausedAtUtc is not null)
        {
            return Refusal.Because("The master token is revoked, expired or paused.");
        }

        var restricted = Restrict(master, request);
        if (restricted.IsRefused || master.UsageLimit is null)
        {
            return restricted;
        }

        await UpdateGrantedAsync(db, master, zone, now, cancellationToken);
        var left = master.GetRemaining(BillingPeriod.Containing(now, zone).FirstDay) ?? 0;
        if (request.UsageLimit > left)
        {
            return Refusal.Because(
                $"The master token has {left:N0} conversions left for the tokens that it issues.", nameof(request.UsageLimit));
        }

        master.Granted += request.UsageLimit ?? 0;
        return restricted;
    }

    /// <summary>Locks a token and those that it issued in metering's order, until the context's transaction ends.</summary>
    public static async Task LockWithIssuedAsync(
        this PortalDatabase database,
        PortalDbContext db,
        Guid tokenId,
        CancellationToken cancellationToken)
    {
        var ids = await db.ApiTokens
            .Where(t => t.Id == tokenId || t.IssuedByTokenId == tokenId)
            .Select(t => t.Id)
            .ToListAsync(cancellationToken);
        await database.LockRowsAsync<ApiToken>(db, ids, cancellationToken);
    }

    /// <summary>Revokes what a locked token issued.</summary>
    /// <returns>The words for the audit entry of the token.</returns>
    public static async Task<string> RevokeIssuedAsync(
        PortalDbContext db,
        Guid tokenId,
        DateTimeOffset now,
        CancellationToken cancellationToken)
    {
        var revoked = await db.ApiTokens
            .Where(t => t.IssuedByTokenId == tokenId && t.RevokedAtUtc == null)
            .ExecuteUpdateAsync(set => set.SetProperty(t => t.RevokedAtUtc, now), cancellationToken);
        return revoked == 0 ? "" : $"; {revoked:N0} tokens that it issued are revoked";
    }

    /// <summary>
    /// Counts again what the tokens that a locked master token issued have used or may still use of its limit, so that what ended tokens
    /// left unused is available again. With a monthly limit, tokens that ended before the month no longer count.
    /// </summary>
    public static async Task UpdateGrantedAsync(
        PortalDbContext db,
        ApiToken master,
        TimeZoneInfo zone,
        DateTimeOffset now,
        CancellationToken cancellationToken)
    {
        var month = BillingPeriod.Containing(now, zone);
        var issued = db.ApiTokens.AsNoTracking().Where(t => t.IssuedByTokenId == master.Id);
        var living = await issued
            .Where(t => t.RevokedAtUtc == null && (t.ExpiresAtUtc == null || t.ExpiresAtUtc > now))
            .Select(t => new
            {
                Limit = t.UsageLimit ?? 0,
                Used = t.LimitPeriod == LimitPeriod.Ever ? t.Used : t.LimitMonth == month.FirstDay ? t.Used - t.UsedBeforeMonth : 0,
            })
            .SumAsync(t => t.Used > t.Limit ? t.Used : t.Limit, cancellationToken);
        var start = master.LimitPeriod == LimitPeriod.Month
            ? month.StartsAtUtc(zone)
            : DateTimeOffset.UnixEpoch;
        var ended = await issued
            .Where(t => t.RevokedAtUtc >= start || (t.RevokedAtUtc == null && t.ExpiresAtUtc <= now && t.ExpiresAtUtc >= start))
            .SumAsync(t => t.Used + t.Reserved, cancellationToken);
        master.Granted = living + ended;
    }

    /// <summary>The requested terms within those of the master token. Refused: a requested term goes beyond them.</summary>
    private static Outcome<TokenRequest> Restrict(ApiToken master, TokenRequest request)
    {
        if (!request.AllowedConverters.All(name => master.AllowedConverters.Count == 0 || master.AllowedConverters.Contains(name)))
        {
            return Refusal.Because(
                $"The master token allows only: {string.Join(", ", master.AllowedConverters)}.", nameof(request.AllowedConverters));
        }

        if (!request.AllowedNetworks.All(network => master.AllowedNetworks.Count == 0 || master.AllowedNetworks.Any(
            allowed => IsWithin(network, allowed))))
        {
            return Refusal.Because(
                $"The master token allows only: {string.Join(", ", master.AllowedNetworks)}.", nameof(request.AllowedNetworks));
        }

        if (!request.AllowedOrigins.All(origin => master.AllowedOrigins.Count == 0 || master.AllowedOrigins.Contains(
            origin, StringComparer.OrdinalIgnoreCase)))
        {
            return Refusal.Because(
                $"The master token allows only: {string.Join(", ", master.AllowedOrigins)}.", nameof(request.AllowedOrigins));
        }

        if (master.UsageLimit is not null && request.UsageLimit is null)
        {
            return Refusal.Because("The master token has a limit. Enter a usage limit.", nameof(request.UsageLimit));
        }

        if (master.UsageLimit is not null && master.LimitPeriod == LimitPeriod.Ever && request.LimitPeriod == LimitPeriod.Month)
        {
            return Refusal.Because(
                "The master token's limit does not renew. Enter a limit for the token's lifetime.", nameof(request.LimitPeriod));
        }

        return request with
        {
            AllowedConverters = request.AllowedConverters.Count > 0 ? request.AllowedConverters : master.AllowedConverters,
            AllowedNetworks = request.AllowedNetworks.Count > 0 ? request.AllowedNetworks : master.AllowedNetworks,
            AllowedOrigins = request.AllowedOrigins.Count > 0 ? request.AllowedOrigins : master.AllowedOrigins,
            ExpiresAtUtc = request.ExpiresAtUtc > master.ExpiresAtUtc ? master.ExpiresAtUtc : request.ExpiresAtUtc ?? master.ExpiresAtUtc,
            RequestsPerMinute = GetLower(request.RequestsPerMinute, master.RequestsPerMinute),
            ConcurrentRequests = GetLower(request.ConcurrentRequests, master.ConcurrentRequests),
            LimitPolicy = master.LimitPolicy,
        };
    }

    public static int? GetLower(int? requested, int? allowed) => requested < allowed ? requested : allowed ?? requested;

    public static bool IsWithin(string network, string allowed)
    {
        var (narrow, wide) = (IPNetwork.Parse(network), IPNetwork.Parse(allowed));
        return wide.Contains(narrow.BaseAddress) && narrow.PrefixLength >= wide.PrefixLength;
    }
}
