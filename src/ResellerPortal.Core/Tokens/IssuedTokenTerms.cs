using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Time;

namespace ResellerPortal.Core.Tokens;

/// <summary>
/// What an edit of a master token means for the tokens that it has issued: they stay within its terms (<see cref="MasterTokenTerms"/>).
/// All of them are locked by the caller.
/// </summary>
internal static class IssuedTokenTerms
{
    /// <summary>
    /// Narrows the living tokens that a master token issued to its new terms; none becomes wider. A token that no converter, network or
    /// origin is left for is revoked, because an empty list would allow everything.
    /// </summary>
    /// <returns>The words for the audit entry of the master token.</returns>
    public static async Task<string> UpdateIssuedAsync(
        PortalDbContext db,
        ApiToken master,
        TokenRequest terms,
        DateTimeOffset now,
        CancellationToken cancellationToken)
    {
        var issued = await FindLiving(db, master, now).ToListAsync(cancellationToken);
        foreach (var token in issued)
        {
            Restrict(token, terms, now);
        }

        // Saved first, so that the master token's audit entry lists its own changes only.
        var restricted = issued.Count(token => db.Entry(token).State == EntityState.Modified);
        await db.SaveChangesAsync(cancellationToken);
        var revoked = issued.Count(token => token.RevokedAtUtc is not null);
        return (restricted == 0 ? "" : $"; {restricted:N0} tokens that it issued changed with it")
            + (revoked == 0 ? "" : $", {revoked:N0} of them are revoked");
    }

    /// <summary>
    /// Counts what a master token's limit has granted to the tokens that it issued, and checks that its new limit covers them.
    /// </summary>
    /// <returns>Null if the limit covers them, or the token has issued none.</returns>
    public static async Task<Refusal?> ValidateLimitAsync(
        PortalDbContext db,
        ApiToken master,
        TimeZoneInfo zone,
        DateTimeOffset now,
        CancellationToken cancellationToken)
    {
        if (!master.IsMaster || master.UsageLimit is not { } limit)
        {
            return null;
        }

        var issued = FindLiving(db, master, now).AsNoTracking();
        if (await issued.AnyAsync(t => t.UsageLimit == null, cancellationToken))
        {
            return Refusal.Because(
                "This master token issued tokens without a limit. Revoke them first, or leave the limit empty.",
                nameof(TokenRequest.UsageLimit));
        }

        if (master.LimitPeriod == LimitPeriod.Ever
            && await issued.AnyAsync(t => t.LimitPeriod == LimitPeriod.Month, cancellationToken))
        {
            return Refusal.Because(
                "This master token issued tokens whose limit renews every month. Revoke them first, or keep the monthly limit.",
                nameof(TokenRequest.LimitPeriod));
        }

        await MasterTokenTerms.UpdateGrantedAsync(db, master, zone, now, cancellationToken);
        var needed = master.GetUsed(BillingPeriod.Containing(now, zone).FirstDay) + master.Granted;
        return master.Granted > 0 && limit < needed
            ? Refusal.Because(
                $"This master token and the tokens that it issued have used or may use {needed:N0} conversions. Enter at least that many, "
                    + "or revoke some of them first.",
                nameof(TokenRequest.UsageLimit))
            : null;
    }

    private static IQueryable<ApiToken> FindLiving(PortalDbContext db, ApiToken master, DateTimeOffset now) =>
        db.ApiTokens.Where(
            t => t.IssuedByTokenId == master.Id && t.RevokedAtUtc == null && (t.ExpiresAtUtc == null || t.ExpiresAtUtc > now));

    private static void Restrict(ApiToken token, TokenRequest terms, DateTimeOffset now)
    {
        var converters = Narrow(token.AllowedConverters, terms.AllowedConverters, (own, allowed) => own == allowed);
        var networks = Narrow(token.AllowedNetworks, terms.AllowedNetworks, MasterTokenTerms.IsWithin);
        var origins = Narrow(
            token.AllowedOrigins,
            terms.AllowedOrigins,
            (own, allowed) => own.Equals(allowed, StringComparison.OrdinalIgnoreCase));
        if (converters is null || networks is null || origins is null)
        {
            token.RevokedAtUtc = now;
            return;
        }

        (token.AllowedConverters, token.AllowedNetworks, token.AllowedOrigins) = (converters, networks, origins);
        token.LimitPolicy = terms.LimitPolicy;
        token.ExpiresAtUtc = token.ExpiresAtUtc < terms.ExpiresAtUtc ? token.ExpiresAtUtc : terms.ExpiresAtUtc ?? token.ExpiresAtUtc;
        token.RequestsPerMinute = MasterTokenTerms.GetLower(token.RequestsPerMinute, terms.RequestsPerMinute);
        token.ConcurrentRequests = MasterTokenTerms.GetLower(token.ConcurrentRequests, terms.ConcurrentRequests);
    }

    /// <summary>The part of a token's list that its master token's new list also allows; networks are cut to the narrower ones.</summary>
    /// <returns>Null if nothing is left.</returns>
    private static IReadOnlyList<string>? Narrow(
        IReadOnlyList<string> own,
        IReadOnlyList<string> allowed,
        Func<string, string, bool> isWithin)
    {
        if (allowed.Count == 0)
        {
            return own;
        }

        if (own.Count == 0)
        {
            return allowed;
        }

        List<string> left =
        [
            .. own.Where(word => allowed.Any(wide => isWithin(word, wide))),
            .. allowed.Where(word => own.Any(wide => word != wide && isWithin(word, wide))),
        ];
        return left.Count > 0 ? [.. left.Distinct()] : null;
    }
}
