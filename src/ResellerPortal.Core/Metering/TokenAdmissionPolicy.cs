using System.Net;
using ResellerPortal.Core.Tokens;

namespace ResellerPortal.Core.Metering;

/// <summary>
/// Checks whether a token's own terms admit a request; credits are checked afterwards. Stateless: the caller locks the rows.
/// </summary>
internal static class TokenAdmissionPolicy
{
    private static readonly TimeSpan RateWindow = TimeSpan.FromMinutes(1);

    /// <param name="month">First day of the current month in the reseller's time zone; the token's monthly counter has already been moved
    /// to it.</param>
    /// <returns>Null if the request is admitted.</returns>
    public static ReserveResult? Evaluate(
        ApiToken token,
        ReserveRequest request,
        DateTimeOffset now,
        DateOnly month,
        QuantityToHold needed)
    {
        if (EvaluateTerms(token, request.Caller, request.Origin, now) is { } refusal)
        {
            return refusal;
        }

        if (token.AllowedConverters.Count > 0 && !token.AllowedConverters.Contains(request.Converter))
        {
            return new ReserveResult.ConverterNotAllowed(token.AllowedConverters);
        }

        if (EvaluateLimit(token, month, needed, held: 0) is { } refused)
        {
            return refused;
        }

        if (token.ConcurrentRequests <= token.OpenRequests)
        {
            return new ReserveResult.TooManyInFlight(token.ConcurrentRequests.Value);
        }

        return GetNextRateInstant(token, now) is { } clears && clears - now > RateWindow
            ? new ReserveResult.TooManyRequests(token.RequestsPerMinute!.Value, clears - now - RateWindow)
            : null;
    }

    /// <summary>Checks whether a token's limit covers a request.</summary>
    /// <param name="held">The conversions that the request holds already.</param>
    public static ReserveResult? EvaluateLimit(ApiToken token, DateOnly month, QuantityToHold needed, long held)
    {
        if (token.GetRemaining(month) is not { } remaining || remaining + held >= needed.Least)
        {
            return null;
        }

        return !token.IsSpent(month) && remaining + token.Reserved >= needed.Least
            ? new ReserveResult.RemainderHeld()
            : RefuseLimit(token, month, remaining + held, needed.Quantity);
    }

    /// <summary>The refusal of a request that a token's limit does not cover.</summary>
    /// <param name="left">The conversions that the limit leaves to the request.</param>
    /// <param name="needed">The conversions that the request may cost at worst.</param>
    public static ReserveResult.LimitReached RefuseLimit(ApiToken token, DateOnly month, long left, long needed) => new(
        token.UsageLimit!.Value, token.LimitPeriod == LimitPeriod.Month ? month.AddMonths(1) : null, left, needed);

    /// <summary>Checks whether a token may be used at this time, from this address and origin.</summary>
    public static ReserveResult? EvaluateTerms(ApiToken token, IPAddress? caller, string? origin, DateTimeOffset now)
    {
        if (EvaluateState(token, now) is { } refusal)
        {
            return refusal;
        }

        if (token.AllowedNetworks.Count > 0 && !IsWithin(token.AllowedNetworks, caller))
        {
            return new ReserveResult.CallerNotAllowed(caller);
        }

        return origin is not null
            && token.AllowedOrigins.Count > 0
            && !token.AllowedOrigins.Contains(origin, StringComparer.OrdinalIgnoreCase)
            ? new ReserveResult.OriginNotAllowed(origin)
            : null;
    }

    /// <summary>Checks whether a token may be used at this time.</summary>
    public static ReserveResult? EvaluateState(ApiToken token, DateTimeOffset now)
    {
        if (token.IsNative)
        {
            return new ReserveResult.UsedUpstream();
        }

        if (token.RevokedAtUtc is { } revokedAtUtc)
        {
            return new ReserveResult.TokenRevoked(revokedAtUtc);
        }

        if (token.ExpiresAtUtc is { } expiresAtUtc && expiresAtUtc <= now)
        {
            return new ReserveResult.TokenExpired(expiresAtUtc);
        }

        if (token.MovingSinceUtc is not null)
        {
            return new ReserveResult.ResellerMoving(token.MovedAtUtc);
        }

        if (token.PausedAtUtc is not null)
        {
            return new ReserveResult.AccountPaused();
        }

        return token.NotBeforeUtc is { } notBeforeUtc && notBeforeUtc > now ? new ReserveResult.TokenNotYetValid(notBeforeUtc) : null;
    }

    /// <summary>
    /// Generic cell rate algorithm with a burst of one minute: each request costs a minute divided by the allowed number, and the
    /// accumulated debt may not exceed one minute.
    /// </summary>
    /// <returns>The instant at which the debt, including this request, is paid off; null without a rate limit.</returns>
    public static DateTimeOffset? GetNextRateInstant(ApiToken token, DateTimeOffset now) =>
        token.RequestsPerMinute is { } perMinute
            ? (token.RateClearsAtUtc > now ? token.RateClearsAtUtc.Value : now) + (RateWindow / perMinute)
            : null;

    private static bool IsWithin(IReadOnlyList<string> networks, IPAddress? caller)
    {
        if (caller is null)
        {
            return false;
        }

        var address = caller.IsIPv4MappedToIPv6 ? caller.MapToIPv4() : caller;
        return networks.Any(network => IPNetwork.Parse(network).Contains(address));
    }
}
